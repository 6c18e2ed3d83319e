-- What the tests of the store write and read; not the schema of the service.
CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE seal (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    maker_id INTEGER REFERENCES maker (id),
    organization TEXT,
    state TEXT NOT NULL DEFAULT 'ACTIVE' CONSTRAINT seal_state CHECK (state IN ('ACTIVE', 'CANCELLED')),
    number INTEGER,
    picture BLOB,
    UNIQUE (maker_id, number)
) STRICT;
CREATE TABLE filing (
    id INTEGER PRIMARY KEY,
    seal_id INTEGER NOT NULL REFERENCES seal (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE TABLE pair (number INTEGER NOT NULL, half INTEGER NOT NULL, PRIMARY KEY (number, half)) STRICT;
INSERT INTO maker (id, name) VALUES (1, '津门; -- not a comment');
