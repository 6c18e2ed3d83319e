-- Applications that use the API (R18.1-18.3; docs/protocol/api-signature.md). *_wrapped: under jy_wrap with the key process's data key.

CREATE TABLE api_client (
    seq INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    tier TEXT NOT NULL,
    organization_id TEXT REFERENCES organization (organization_id),
    maker_id TEXT REFERENCES maker (maker_id),
    responsible_id TEXT NOT NULL REFERENCES person (person_id),
    algorithm TEXT NOT NULL CONSTRAINT api_client_algorithm CHECK (algorithm IN ('hmac-sm3', 'sm2')),
    scopes TEXT NOT NULL,
    per_minute INTEGER NOT NULL,
    per_day INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- suspended by the police: only they resume
    by_police INTEGER NOT NULL DEFAULT 0,
    secret_wrapped BLOB NOT NULL,
    public_key BLOB,
    -- what was in force before the last rotation, until old_until
    old_secret_wrapped BLOB,
    old_public_key BLOB,
    old_until INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    rotated INTEGER NOT NULL,
    CONSTRAINT api_client_key CHECK ((algorithm = 'sm2') = (public_key IS NOT NULL)),
    CONSTRAINT api_client_owner CHECK ((organization_id IS NULL) <> (maker_id IS NULL))
) STRICT;
CREATE INDEX api_client_organization ON api_client (organization_id, seq);
CREATE INDEX api_client_maker ON api_client (maker_id, seq);

-- Nonces for as long as their time could still be accepted: here and not in memory, so that a restart opens no gap.
CREATE TABLE api_nonce (
    client_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    seen INTEGER NOT NULL,
    CONSTRAINT api_nonce_once PRIMARY KEY (client_id, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_nonce_seen ON api_nonce (seen);

-- Requests of a client in a span of time: span is its length in seconds, begun its first second.
CREATE TABLE api_use (
    client_id TEXT NOT NULL,
    span INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    used INTEGER NOT NULL,
    CONSTRAINT api_use_once PRIMARY KEY (client_id, span, begun)
) STRICT, WITHOUT ROWID;
