-- Accounts (R27.2): three separated administrators, second factors, locks, acts of two persons; and what the audit record holds beside.

ALTER TABLE person ADD COLUMN state TEXT NOT NULL DEFAULT 'ACTIVE'
    CONSTRAINT person_state_known CHECK (state IN ('PENDING', 'ACTIVE', 'DISABLED'))
    -- core/roles.c: agent, custodian and approver (8, 16, 32) may be held together, every other role stands alone.
    CONSTRAINT person_roles_stand_alone CHECK (roles IN (1, 2, 4, 64, 128, 256, 512) OR (roles > 0 AND (roles & 56) = roles))
    CONSTRAINT person_belongs CHECK (((roles & 56) = 0 AND organization_id IS NULL) OR ((roles & 56) <> 0 AND organization_id IS NOT NULL));
ALTER TABLE person ADD COLUMN password_kind TEXT NOT NULL DEFAULT 'argon2id';
ALTER TABLE person ADD COLUMN password_set INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN password_issued INTEGER NOT NULL DEFAULT 1;
ALTER TABLE person ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0;
-- HMAC-SM3 over the row as it was written by the service (R25.1); not over failed_logins, locked_until, approver_certificate.
ALTER TABLE person ADD COLUMN row_code BLOB;
-- One human being, one administrator's account.
CREATE UNIQUE INDEX one_administrator_account ON person (id_number_index) WHERE roles IN (1, 64, 128) AND state <> 'DISABLED';

ALTER TABLE session ADD COLUMN session_id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;
CREATE INDEX session_person ON session (person_id, created);

-- secret_wrapped counts, pending_wrapped waits for its first code. last_step: a one-time code counts once.
CREATE TABLE second_factor (
    person_id TEXT NOT NULL REFERENCES person (person_id),
    kind TEXT NOT NULL CONSTRAINT second_factor_kind_known CHECK (kind IN ('totp', 'sm2')),
    secret_wrapped BLOB,
    pending_wrapped BLOB,
    last_step INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    CONSTRAINT second_factor_key PRIMARY KEY (person_id, kind)
) STRICT;

CREATE TABLE recovery_code (
    person_id TEXT NOT NULL REFERENCES person (person_id),
    code_hash BLOB NOT NULL,
    used INTEGER,
    CONSTRAINT recovery_code_key PRIMARY KEY (person_id, code_hash)
) STRICT;

CREATE TABLE password_history (
    seq INTEGER PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (person_id),
    password_kind TEXT NOT NULL,
    password_salt BLOB NOT NULL,
    password_hash BLOB NOT NULL
) STRICT;
CREATE INDEX password_history_person ON password_history (person_id, seq);

CREATE TABLE login_source (
    source TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;

-- A signed challenge counts once.
CREATE TABLE spent_challenge (
    digest BLOB PRIMARY KEY,
    expires INTEGER NOT NULL
) STRICT;

-- What one administrator proposes and another confirms.
CREATE TABLE account_act (
    seq INTEGER PRIMARY KEY,
    act_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (person_id),
    reason TEXT NOT NULL,
    half_wrapped BLOB,
    state TEXT NOT NULL CONSTRAINT account_act_state_known CHECK (state IN ('PROPOSED', 'CONFIRMED', 'REFUSED')),
    proposer_id TEXT NOT NULL REFERENCES person (person_id),
    decider_id TEXT REFERENCES person (person_id) CONSTRAINT account_act_two_persons CHECK (decider_id <> proposer_id AND decider_id <> person_id),
    created INTEGER NOT NULL,
    decided INTEGER,
    CONSTRAINT account_act_decided CHECK ((state = 'PROPOSED' AND decider_id IS NULL) OR (state <> 'PROPOSED' AND decider_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_open_act ON account_act (person_id) WHERE state = 'PROPOSED';

CREATE TABLE bootstrap (
    one INTEGER PRIMARY KEY CONSTRAINT bootstrap_is_one CHECK (one = 1),
    secret_hash BLOB NOT NULL,
    expires INTEGER NOT NULL,
    spent INTEGER
) STRICT;

ALTER TABLE audit ADD COLUMN detail TEXT;
ALTER TABLE audit ADD COLUMN seen_digest BLOB;
CREATE INDEX audit_actor ON audit (actor_id, seq);
CREATE INDEX audit_object ON audit (object, seq);
