-- How a seal's use is decided and recorded (docs/design/use.md). What matters is signed by people's keys and judged in the key room; this is its register.

-- An order has a list of places, and more facts (StampOrder 2); its approvals stand in a table of their own.
ALTER TABLE stamp_order ADD COLUMN places TEXT NOT NULL DEFAULT '[]';
ALTER TABLE stamp_order ADD COLUMN amount_fen INTEGER;
ALTER TABLE stamp_order ADD COLUMN copies INTEGER NOT NULL DEFAULT 1;
ALTER TABLE stamp_order ADD COLUMN reference TEXT NOT NULL DEFAULT '';
ALTER TABLE stamp_order ADD COLUMN grant_id TEXT;
ALTER TABLE stamp_order DROP COLUMN page;
ALTER TABLE stamp_order DROP COLUMN x_um;
ALTER TABLE stamp_order DROP COLUMN y_um;
ALTER TABLE stamp_order DROP COLUMN width_um;
ALTER TABLE stamp_order DROP COLUMN height_um;
ALTER TABLE stamp_order DROP COLUMN approval;
CREATE INDEX stamp_order_seal ON stamp_order (seal_id, seq);

-- Approvals of orders, grants and flows, as signed in the key room.
CREATE TABLE approval (
    seq INTEGER PRIMARY KEY,
    subject_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    step INTEGER NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (person_id),
    in_place_of TEXT NOT NULL,
    flow_digest BLOB NOT NULL,
    approval BLOB NOT NULL,
    at INTEGER NOT NULL,
    CONSTRAINT approval_once UNIQUE (subject_id, step, person_id, flow_digest)
) STRICT;

-- Flows as set, all of them: the one with the highest number is in force.
CREATE TABLE seal_flow (
    seq INTEGER PRIMARY KEY,
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    number INTEGER NOT NULL,
    flow BLOB NOT NULL,
    digest BLOB NOT NULL,
    set_by TEXT NOT NULL REFERENCES person (person_id),
    set_at INTEGER NOT NULL,
    CONSTRAINT seal_flow_number UNIQUE (seal_id, number)
) STRICT;

-- Who may ask for a stamp, of which seal, for which documents, when (R16.1). category '*': every one.
CREATE TABLE use_permission (
    seq INTEGER PRIMARY KEY,
    permission_id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organization (organization_id),
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    person_id TEXT NOT NULL REFERENCES person (person_id),
    category TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL,
    granted_by TEXT NOT NULL REFERENCES person (person_id),
    created INTEGER NOT NULL,
    revoked INTEGER,
    CONSTRAINT use_permission_period CHECK (valid_to > valid_from)
) STRICT;
CREATE INDEX use_permission_seal ON use_permission (seal_id, person_id);

-- Who held a seal's PIN, from when on (R19.1). A row with confirmed NULL is a hand-over that the new custodian has not confirmed.
CREATE TABLE custody (
    seq INTEGER PRIMARY KEY,
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    from_person_id TEXT REFERENCES person (person_id),
    to_person_id TEXT NOT NULL REFERENCES person (person_id),
    begun INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    confirmed INTEGER
) STRICT;
CREATE INDEX custody_seal ON custody (seal_id, seq);

-- Standing permissions of business systems (R18.1); limits and counters are key's.
CREATE TABLE use_grant (
    seq INTEGER PRIMARY KEY,
    grant_id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organization (organization_id),
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    client TEXT NOT NULL,
    grant_der BLOB NOT NULL,
    state TEXT NOT NULL,
    written_by TEXT NOT NULL REFERENCES person (person_id),
    client_secret BLOB,
    created INTEGER NOT NULL,
    granted INTEGER,
    revoked INTEGER,
    reason TEXT,
    CONSTRAINT use_grant_state CHECK (state IN ('REQUESTED', 'GRANTED', 'REVOKED'))
) STRICT;
CREATE INDEX use_grant_seal ON use_grant (seal_id, seq);
