-- N7: what passes between the key rooms of a making and a stamping node, and what tells that they share one key of personal data.

-- A row is moved by the making node (ASKED, MADE, DONE) and by the stamping node (READY, TAKEN, REFUSED) in turn. request and seal are signed; neither
-- key room believes the rest.
CREATE TABLE seal_request (
    seq INTEGER PRIMARY KEY,
    seal_id TEXT NOT NULL UNIQUE,
    application_id TEXT NOT NULL REFERENCES application (application_id),
    es_id TEXT NOT NULL,
    organization TEXT NOT NULL,
    organization_code TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT seal_request_state CHECK (state IN ('ASKED', 'READY', 'MADE', 'TAKEN', 'REFUSED', 'DONE')),
    certificate BLOB,
    request BLOB,
    activation_wrapped BLOB,
    seal BLOB,
    refusal TEXT,
    refusal_text TEXT,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    CONSTRAINT seal_request_ready CHECK (state IN ('ASKED', 'REFUSED') OR (certificate IS NOT NULL AND request IS NOT NULL)),
    CONSTRAINT seal_request_made CHECK (state IN ('ASKED', 'READY', 'REFUSED') OR seal IS NOT NULL),
    CONSTRAINT seal_request_shown CHECK (state <> 'DONE' OR activation_wrapped IS NULL),
    CONSTRAINT seal_request_refusal CHECK ((state = 'REFUSED') = (refusal IS NOT NULL))
) STRICT;
CREATE INDEX seal_request_open ON seal_request (seq) WHERE state IN ('ASKED', 'MADE');
CREATE TRIGGER seal_request_done_is_final BEFORE UPDATE ON seal_request WHEN old.state = 'DONE'
BEGIN SELECT RAISE(ABORT, 'a seal request that is done does not change'); END;
CREATE TRIGGER seal_request_facts_stay BEFORE UPDATE ON seal_request
WHEN new.seal_id <> old.seal_id OR new.application_id <> old.application_id OR new.es_id <> old.es_id
BEGIN SELECT RAISE(ABORT, 'what a seal was asked for does not change'); END;

-- A digest under the key of personal data: who has another key does not write here.
CREATE TABLE data_key_mark (
    one INTEGER NOT NULL PRIMARY KEY CONSTRAINT data_key_mark_one CHECK (one = 1),
    mark BLOB NOT NULL
) STRICT;
