-- What the service signs in its own name as documents (R19.1), it signs under certificates of its own.

CREATE TABLE service_certificate (
    seq INTEGER PRIMARY KEY,
    purpose TEXT NOT NULL,
    point BLOB NOT NULL,
    request_id TEXT NOT NULL UNIQUE,
    csr BLOB NOT NULL,
    certificate BLOB,
    valid_to INTEGER,
    asked INTEGER NOT NULL,
    obtained INTEGER,
    CONSTRAINT service_certificate_whole CHECK ((certificate IS NULL) = (obtained IS NULL) AND (certificate IS NULL) = (valid_to IS NULL))
) STRICT;
-- The CA is asked once for a key at a time, and again under the same request until it answers.
CREATE UNIQUE INDEX service_certificate_asked ON service_certificate (purpose, point) WHERE certificate IS NULL;
CREATE INDEX service_certificate_valid ON service_certificate (purpose, point, valid_to);
CREATE TRIGGER service_certificate_stays BEFORE UPDATE ON service_certificate
WHEN old.certificate IS NOT NULL OR new.purpose <> old.purpose OR new.point <> old.point OR new.request_id <> old.request_id OR new.csr <> old.csr
BEGIN SELECT RAISE(ABORT, 'what was asked of the CA, and what it gave, does not change'); END;
