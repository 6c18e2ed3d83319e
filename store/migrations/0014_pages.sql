-- Pages as pictures, and which of them an approver saw.

-- What the service drew: the picture itself lies in a bounded cache and may be gone, its digest stays.
CREATE TABLE page_picture (
    seq INTEGER PRIMARY KEY,
    document_digest BLOB NOT NULL,
    page INTEGER NOT NULL,
    ppm INTEGER NOT NULL,
    picture_digest BLOB NOT NULL,
    renderer TEXT NOT NULL,
    notes TEXT NOT NULL,
    drawn INTEGER NOT NULL,
    CONSTRAINT page_picture_once UNIQUE (document_digest, page, ppm, picture_digest)
) STRICT;

-- Copies that say so (R17.1): a copy is drawn from its document whenever it is fetched; the code on it leads here.
CREATE TABLE document_copy (
    seq INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES document (document_id),
    made_by TEXT NOT NULL REFERENCES person (person_id),
    link TEXT NOT NULL,
    made INTEGER NOT NULL
) STRICT;
CREATE INDEX document_copy_document ON document_copy (document_id);

-- JSON [{"page", "ppm", "sm3"}, …] as the approver stated them and the service knows them; NULL: none were stated.
ALTER TABLE approval ADD COLUMN pages_seen TEXT;
-- SM3 over all of an order's approvals' pages (daemons/web/seen.c); NULL: nobody stated any.
ALTER TABLE stamp_order ADD COLUMN pages_seen_digest BLOB;
