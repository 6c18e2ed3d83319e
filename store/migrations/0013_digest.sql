-- Stamping by digest only (R18.1): the document stays with the client.

-- kept 0: nobody here ever saw its content; digest, format and size are the client's word, and there is no file.
ALTER TABLE document ADD COLUMN kept INTEGER NOT NULL DEFAULT 1 CONSTRAINT document_kept CHECK (kept IN (0, 1));
-- Such an order has nothing prepared here; its result is the client's own file, of which only the value is known.
ALTER TABLE stamp_order ADD COLUMN digest_only INTEGER NOT NULL DEFAULT 0
    CONSTRAINT stamp_order_digest_only CHECK (digest_only = 0 OR (digest_only = 1 AND (result_document_id IS NULL OR result_document_id = document_id)));

-- The value that the client puts into its file: for as long as the record, since the answer may get lost.
CREATE TABLE stamp_value (
    order_id TEXT PRIMARY KEY REFERENCES stamp_order (order_id),
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER stamp_value_is_final_u BEFORE UPDATE ON stamp_value BEGIN SELECT RAISE(ABORT, 'the value of a stamp is final'); END;
CREATE TRIGGER stamp_value_is_final_d BEFORE DELETE ON stamp_value BEGIN SELECT RAISE(ABORT, 'the values of stamps stay'); END;
