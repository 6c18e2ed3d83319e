-- Every certificate that a maker of this register made seals with: what it made before a renewal stays the work of a licensed maker (R7.1, R13.2).
-- digest is SM3 of the certificate; NULL where the row was taken over from before this table.
CREATE TABLE maker_certificate (
    seq INTEGER PRIMARY KEY,
    maker_id TEXT NOT NULL REFERENCES maker (maker_id),
    certificate BLOB NOT NULL,
    digest BLOB,
    since INTEGER NOT NULL,
    CONSTRAINT maker_certificate_once UNIQUE (maker_id, digest)
) STRICT;
CREATE INDEX maker_certificate_digest ON maker_certificate (digest);
INSERT INTO maker_certificate (maker_id, certificate, since) SELECT maker_id, certificate, created FROM maker WHERE certificate IS NOT NULL;
