-- The value as the key signed it, before a time stamp went into it (RFC 3161): value_digest is that of what stands in the document.
ALTER TABLE stamp_order ADD COLUMN signed_digest BLOB;
