-- What goes to the counterparts and what comes from them (R5.2, R13.2): docs/protocol/counterparts.md.

-- The outbox: a row is written in the transaction of the change that it tells of. Within one stream of one destination the order of seq is
-- the order of delivery: an event that waits or is dead holds up those behind it, and nobody else's.
ALTER TABLE outbox ADD COLUMN stream TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN state TEXT NOT NULL DEFAULT 'WAITING'
    CONSTRAINT outbox_state CHECK (state IN ('WAITING', 'DELIVERED', 'DEAD', 'ABANDONED'));
ALTER TABLE outbox ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN last_try INTEGER;
ALTER TABLE outbox ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN detail TEXT;
ALTER TABLE outbox ADD COLUMN settled_by TEXT;
ALTER TABLE outbox ADD COLUMN settled_reason TEXT;
UPDATE outbox SET stream = seal_id, begun = created;
UPDATE outbox SET state = 'DELIVERED' WHERE delivered IS NOT NULL;
DROP INDEX outbox_waiting;
CREATE INDEX outbox_due ON outbox (destination, seq) WHERE state = 'WAITING';
CREATE INDEX outbox_open ON outbox (destination, stream, seq) WHERE state IN ('WAITING', 'DEAD');
CREATE INDEX outbox_seal ON outbox (seal_id, seq);

-- Comparisons of our register with a counterpart's: what differs is told and never silently repaired.
CREATE TABLE reconciliation (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    counterpart TEXT NOT NULL,
    cause TEXT NOT NULL CONSTRAINT reconciliation_cause CHECK (cause IN ('nightly', 'asked')),
    day INTEGER,
    requested INTEGER NOT NULL,
    requested_by TEXT,
    state TEXT NOT NULL CONSTRAINT reconciliation_state CHECK (state IN ('REQUESTED', 'RUNNING', 'DONE', 'FAILED')),
    started INTEGER,
    finished INTEGER,
    ours INTEGER,
    theirs INTEGER,
    in_flight INTEGER,
    differences INTEGER,
    problem TEXT,
    detail TEXT,
    CONSTRAINT one_nightly_reconciliation UNIQUE (counterpart, day)
) STRICT;
-- What the counterpart holds, while a run lasts.
CREATE TABLE reconciliation_seen (
    run_id TEXT NOT NULL REFERENCES reconciliation (run_id),
    es_id TEXT NOT NULL,
    state TEXT NOT NULL,
    impression_digest BLOB,
    CONSTRAINT reconciliation_seen_once PRIMARY KEY (run_id, es_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE reconciliation_difference (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES reconciliation (run_id),
    es_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    ours TEXT NOT NULL,
    theirs TEXT NOT NULL,
    district TEXT NOT NULL,
    CONSTRAINT reconciliation_difference_once UNIQUE (run_id, es_id, kind)
) STRICT;

-- Evidence of revocation (N5): lists by where they come from, OCSP answers by the seal whose certificate they speak of. What was good stays
-- until something newer and genuine came; what is wrong with a source is told beside it.
CREATE TABLE evidence_source (
    seq INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    added INTEGER NOT NULL,
    last_try INTEGER,
    last_ok INTEGER,
    next_try INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    detail TEXT,
    issuer TEXT,
    this_update INTEGER,
    next_update INTEGER,
    body BLOB
) STRICT;
CREATE INDEX evidence_source_due ON evidence_source (next_try);
CREATE TABLE evidence_answer (
    seal_id TEXT NOT NULL CONSTRAINT evidence_answer_seal PRIMARY KEY REFERENCES seal (seal_id),
    fetched INTEGER NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Counterparts that have been away, since when; a restart does not shorten it.
CREATE TABLE outage (
    counterpart TEXT NOT NULL CONSTRAINT outage_counterpart PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT;

-- What people are told (R20.2, R16.1): once for each matter and person; about what, not with whose data.
CREATE TABLE notification (
    seq INTEGER PRIMARY KEY,
    notification_id TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES person (person_id),
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    number INTEGER NOT NULL,
    created INTEGER NOT NULL,
    read_at INTEGER,
    CONSTRAINT one_notification UNIQUE (kind, object, number, person_id)
) STRICT;
CREATE INDEX notification_person ON notification (person_id, seq);
