-- Stamping by digest only (R18.1): documents that stay with the client, and the values of their stamps.

-- name: document_insert_unkept
-- for: stamping
INSERT INTO document (document_id, organization_id, uploader_id, digest, size, format, refusal, pages, from_order_id, created, kept)
VALUES (:document_id, :organization_id, :uploader_id, :digest, :size, :format, :refusal, '[]', NULL, :now, 0);

-- name: stamp_value_insert
-- for: stamping
INSERT INTO stamp_value (order_id, value) VALUES (:order_id, :value);
