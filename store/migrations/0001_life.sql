-- The life of a seal (docs/design/life.md). Times are UTC seconds; ids are 32 hex digits; *_wrapped columns are personal data under
-- jy_wrap with the key process's data key (R25.1); *_index columns are HMAC-SM3 search indexes of the same.

CREATE TABLE organization (
    seq INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL UNIQUE,
    uscc TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    district TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX organization_uscc ON organization (uscc);

CREATE TABLE maker (
    seq INTEGER PRIMARY KEY,
    maker_id TEXT NOT NULL UNIQUE,
    licence_number TEXT NOT NULL,
    name TEXT NOT NULL,
    uscc TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL CHECK (valid_to > valid_from),
    state TEXT NOT NULL,
    certificate BLOB,
    created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX maker_licence_number ON maker (licence_number);

CREATE TABLE person (
    seq INTEGER PRIMARY KEY,
    person_id TEXT NOT NULL UNIQUE,
    login TEXT NOT NULL,
    name_wrapped BLOB NOT NULL,
    id_number_wrapped BLOB NOT NULL,
    id_number_index BLOB NOT NULL,
    phone_wrapped BLOB NOT NULL,
    roles INTEGER NOT NULL CHECK (roles > 0),
    organization_id TEXT REFERENCES organization (organization_id),
    maker_id TEXT REFERENCES maker (maker_id),
    district TEXT,
    password_salt BLOB NOT NULL,
    password_hash BLOB NOT NULL,
    failed_logins INTEGER NOT NULL DEFAULT 0,
    locked_until INTEGER NOT NULL DEFAULT 0,
    approver_certificate BLOB,
    created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX person_login ON person (login);
CREATE INDEX person_id_number ON person (id_number_index);

CREATE TABLE session (
    token_digest BLOB PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (person_id),
    created INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE application (
    seq INTEGER PRIMARY KEY,
    application_id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organization (organization_id),
    agent_id TEXT NOT NULL REFERENCES person (person_id),
    seal_kind TEXT NOT NULL,
    seal_name TEXT NOT NULL,
    physical_seal_code TEXT NOT NULL,
    has_superior INTEGER NOT NULL,
    by_agent INTEGER NOT NULL,
    foreign_script INTEGER NOT NULL,
    agent_id_number_wrapped BLOB NOT NULL,
    agent_phone_wrapped BLOB NOT NULL,
    state TEXT NOT NULL,
    maker_id TEXT REFERENCES maker (maker_id),
    seal_id TEXT,
    reason TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) STRICT;
-- R14.1: one statutory-name seal per organization, also while it is being made, also under concurrent requests.
CREATE UNIQUE INDEX one_statutory_application ON application (organization_id)
    WHERE seal_kind = 'statutory' AND state IN ('SUBMITTED', 'ACCEPTED');
CREATE INDEX application_organization ON application (organization_id, seq);

CREATE TABLE material (
    application_id TEXT NOT NULL REFERENCES application (application_id),
    code TEXT NOT NULL,
    digest BLOB NOT NULL,
    size INTEGER NOT NULL,
    uploaded INTEGER NOT NULL,
    original_seen_by TEXT,
    PRIMARY KEY (application_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE seal (
    seq INTEGER PRIMARY KEY,
    seal_id TEXT NOT NULL UNIQUE,
    es_id TEXT NOT NULL UNIQUE,
    seal_code TEXT NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organization (organization_id),
    district TEXT NOT NULL,
    maker_id TEXT NOT NULL REFERENCES maker (maker_id),
    maker_person_id TEXT NOT NULL REFERENCES person (person_id),
    application_id TEXT NOT NULL UNIQUE REFERENCES application (application_id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL,
    width_mm INTEGER NOT NULL,
    height_mm INTEGER NOT NULL,
    seal BLOB NOT NULL,
    certificate BLOB NOT NULL,
    certificate_serial TEXT NOT NULL,
    impression_digest BLOB NOT NULL,
    custodian_id TEXT REFERENCES person (person_id),
    approver_id TEXT REFERENCES person (person_id),
    created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_statutory_seal ON seal (organization_id)
    WHERE kind = 'statutory' AND state IN ('MADE', 'FILED', 'ACTIVE', 'FROZEN');
CREATE INDEX seal_organization ON seal (organization_id, seq);

-- The history of a seal: what "status at any past time" is answered from. Never changed, never deleted.
CREATE TABLE seal_event (
    seq INTEGER PRIMARY KEY,
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    since INTEGER NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor_id TEXT,
    reason TEXT
) STRICT;
CREATE INDEX seal_event_seal ON seal_event (seal_id, since);

-- What was filed with the police (R13.2) and when it reached the engraving system.
CREATE TABLE filing (
    seq INTEGER PRIMARY KEY,
    filing_number TEXT NOT NULL UNIQUE,
    event_id TEXT NOT NULL UNIQUE,
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    district TEXT NOT NULL,
    event TEXT NOT NULL,
    created INTEGER NOT NULL,
    receipt TEXT,
    receipt_at INTEGER
) STRICT;

-- Events for the counterparts: delivered at least once, in order per seal.
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    destination TEXT NOT NULL,
    seal_id TEXT NOT NULL,
    body TEXT NOT NULL,
    created INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL,
    problem TEXT,
    receipt TEXT,
    delivered INTEGER
) STRICT;
CREATE INDEX outbox_waiting ON outbox (next_try) WHERE delivered IS NULL;

CREATE TABLE document (
    seq INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organization (organization_id),
    uploader_id TEXT NOT NULL REFERENCES person (person_id),
    digest BLOB NOT NULL,
    size INTEGER NOT NULL,
    format TEXT NOT NULL,
    refusal TEXT NOT NULL,
    pages TEXT NOT NULL,
    from_order_id TEXT,
    created INTEGER NOT NULL
) STRICT;

-- A stamping order and, from INTENT on, its stamp record (N4): one row, so that the two can never disagree.
CREATE TABLE stamp_order (
    seq INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organization (organization_id),
    district TEXT NOT NULL,
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    document_id TEXT NOT NULL REFERENCES document (document_id),
    requester_id TEXT NOT NULL REFERENCES person (person_id),
    page INTEGER NOT NULL,
    x_um INTEGER NOT NULL,
    y_um INTEGER NOT NULL,
    width_um INTEGER NOT NULL,
    height_um INTEGER NOT NULL,
    category TEXT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    stamp_order BLOB NOT NULL,
    prepared_digest BLOB NOT NULL,
    slot TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    approver_id TEXT REFERENCES person (person_id),
    approval BLOB,
    approved INTEGER,
    reason TEXT,
    custodian_id TEXT REFERENCES person (person_id),
    intent INTEGER,
    stamped INTEGER,
    value_digest BLOB,
    result_document_id TEXT REFERENCES document (document_id),
    CHECK ((state = 'DONE') = (value_digest IS NOT NULL AND result_document_id IS NOT NULL AND stamped IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX stamp_order_value ON stamp_order (value_digest) WHERE value_digest IS NOT NULL;
CREATE INDEX stamp_order_open ON stamp_order (state) WHERE state IN ('REQUESTED', 'APPROVED', 'INTENT');
CREATE INDEX stamp_order_organization ON stamp_order (organization_id, seq);

-- Trust material of the CA, as last fetched.
CREATE TABLE trust (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    pem BLOB NOT NULL,
    fetched INTEGER NOT NULL
) STRICT;

-- The answers of writes, wrapped (they may hold a password that is shown once), for as long as a client may ask again.
CREATE TABLE idempotency (
    actor_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    status INTEGER NOT NULL,
    answer_wrapped BLOB NOT NULL,
    created INTEGER NOT NULL,
    CONSTRAINT idempotency_key PRIMARY KEY (actor_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created);

-- Every act, also the refused: hash = SM3(previous hash ‖ the row's canonical JSON).
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    actor_id TEXT,
    source TEXT NOT NULL,
    object TEXT NOT NULL,
    outcome TEXT NOT NULL,
    request_digest BLOB,
    hash BLOB NOT NULL
) STRICT;

CREATE TRIGGER seal_event_is_final_u BEFORE UPDATE ON seal_event BEGIN SELECT RAISE(ABORT, 'seal_event is append-only'); END;
CREATE TRIGGER seal_event_is_final_d BEFORE DELETE ON seal_event BEGIN SELECT RAISE(ABORT, 'seal_event is append-only'); END;
CREATE TRIGGER audit_is_final_u BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_final_d BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER stamp_order_done_is_final BEFORE UPDATE ON stamp_order WHEN OLD.state = 'DONE'
    BEGIN SELECT RAISE(ABORT, 'a done stamp record is final'); END;
CREATE TRIGGER stamp_order_stays BEFORE DELETE ON stamp_order BEGIN SELECT RAISE(ABORT, 'stamp records stay'); END;
