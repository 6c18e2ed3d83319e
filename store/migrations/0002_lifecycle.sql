-- The whole lifecycle: applications of every type (R20–R23, N1, N2), position seals and their scope (R16.2), deadlines, reminders (R20.2).

ALTER TABLE application ADD COLUMN type TEXT NOT NULL DEFAULT 'issue'
    CONSTRAINT application_type CHECK (type IN ('issue', 'reissue', 'renewal', 'cancellation', 'suspension', 'resumption'));
-- The seal that the application is about; an issue is about none.
ALTER TABLE application ADD COLUMN present_seal_id TEXT REFERENCES seal (seal_id)
    CONSTRAINT application_of_seal CHECK ((type = 'issue') = (present_seal_id IS NULL));
ALTER TABLE application ADD COLUMN cancel_reason TEXT
    CONSTRAINT application_reason CHECK ((type = 'cancellation') = (cancel_reason IS NOT NULL));
ALTER TABLE application ADD COLUMN description TEXT;
ALTER TABLE application ADD COLUMN holder_id TEXT REFERENCES person (person_id);
ALTER TABLE application ADD COLUMN scope_categories TEXT;
-- -1: no limit; 0: as long as the seal.
ALTER TABLE application ADD COLUMN scope_amount_max_fen INTEGER NOT NULL DEFAULT -1;
ALTER TABLE application ADD COLUMN scope_valid_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE application ADD COLUMN accepted_by TEXT REFERENCES person (person_id);
-- When the present state lapses; 0: it does not.
ALTER TABLE application ADD COLUMN deadline INTEGER NOT NULL DEFAULT 0;
CREATE INDEX application_deadline ON application (deadline) WHERE deadline > 0;

-- R14.1 for everything that ends with a new seal. A seal has one application at a time, whatever it asks for.
DROP INDEX one_statutory_application;
CREATE UNIQUE INDEX one_statutory_application ON application (organization_id)
    WHERE seal_kind = 'statutory' AND type IN ('issue', 'reissue', 'renewal') AND state IN ('SUBMITTED', 'ACCEPTED');
CREATE UNIQUE INDEX one_application_of_seal ON application (present_seal_id) WHERE state IN ('SUBMITTED', 'ACCEPTED');

-- What happened to an application, with the reason of every correction and refusal.
CREATE TABLE application_event (
    seq INTEGER PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES application (application_id),
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor_id TEXT,
    reason TEXT
) STRICT;
CREATE INDEX application_event_application ON application_event (application_id, seq);

ALTER TABLE seal ADD COLUMN holder_id TEXT REFERENCES person (person_id);
ALTER TABLE seal ADD COLUMN scope_categories TEXT;
ALTER TABLE seal ADD COLUMN scope_amount_max_fen INTEGER NOT NULL DEFAULT -1;
ALTER TABLE seal ADD COLUMN scope_valid_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seal ADD COLUMN replaces_seal_id TEXT REFERENCES seal (seal_id);
-- R20.1: a seal has one successor at most.
CREATE UNIQUE INDEX one_successor ON seal (replaces_seal_id) WHERE replaces_seal_id IS NOT NULL;
DROP INDEX one_statutory_seal;
CREATE UNIQUE INDEX one_statutory_seal ON seal (organization_id)
    WHERE kind = 'statutory' AND state IN ('MADE', 'FILED', 'ACTIVE', 'FROZEN', 'SUSPENDED');
CREATE INDEX seal_ending ON seal (valid_to) WHERE state IN ('FILED', 'ACTIVE', 'FROZEN', 'SUSPENDED');

-- R20.2: reminders at 30, 15, 7 and 1 days before the end.
CREATE TABLE reminder (
    seq INTEGER PRIMARY KEY,
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    days INTEGER NOT NULL,
    created INTEGER NOT NULL,
    CONSTRAINT one_reminder UNIQUE (seal_id, days)
) STRICT;

-- What the key room must still be told about a seal that a transaction ended: written with the end, done after it, also after a crash.
CREATE TABLE key_work (
    seq INTEGER PRIMARY KEY,
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    state TEXT NOT NULL,
    created INTEGER NOT NULL,
    done INTEGER
) STRICT;
CREATE INDEX key_work_open ON key_work (seq) WHERE done IS NULL;
