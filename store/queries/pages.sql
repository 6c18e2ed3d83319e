-- Pages as pictures (R15.1, R16.1).

-- name: page_picture_insert
-- for: stamping
INSERT INTO page_picture (document_digest, page, ppm, picture_digest, renderer, notes, drawn)
VALUES (:document_digest, :page, :ppm, :picture_digest, :renderer, :notes, :now)
    ON CONFLICT (document_digest, page, ppm, picture_digest) DO NOTHING;

-- name: page_picture_last
-- for: stamping
SELECT picture_digest, renderer, notes FROM page_picture
 WHERE document_digest = :document_digest AND page = :page AND ppm = :ppm ORDER BY seq DESC LIMIT 1;

-- name: page_picture_known
-- for: stamping
SELECT seq FROM page_picture
 WHERE document_digest = :document_digest AND page = :page AND ppm = :ppm AND picture_digest = :picture_digest;

-- name: approval_pages_seen
-- for: stamping
-- What this approver saw, beside the approval just kept; the same approval again does not change it.
UPDATE approval SET pages_seen = :pages_seen
 WHERE subject_id = :subject_id AND step = :step AND person_id = :person_id AND flow_digest = :flow_digest AND pages_seen IS NULL;

-- name: approvals_seen
-- for: stamping
SELECT step, person_id, pages_seen FROM approval WHERE subject_id = :subject_id AND pages_seen IS NOT NULL ORDER BY step, at, seq;

-- name: order_pages_seen
-- for: stamping
UPDATE stamp_order SET pages_seen_digest = :digest WHERE order_id = :order_id;

-- name: copy_insert
-- for: stamping
INSERT INTO document_copy (code, document_id, made_by, link, made) VALUES (:code, :document_id, :person_id, :link, :now);

-- name: copy_of_document
-- for: stamping
SELECT code, link, made FROM document_copy WHERE code = :code AND document_id = :document_id;

-- name: copy_by_code
-- for: stamping
-- For anybody who holds the copy: what it is a copy of, not whose it is.
SELECT c.code, c.made, d.digest, d.format, d.pages FROM document_copy c JOIN document d ON d.document_id = c.document_id WHERE c.code = :code;
