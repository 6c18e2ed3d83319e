-- Where an organization or a maker wants to be told of its own seals and stampings (R18.1-18.3; docs/protocol/webhooks.md).

CREATE TABLE webhook (
    seq INTEGER PRIMARY KEY,
    webhook_id TEXT NOT NULL UNIQUE,
    organization_id TEXT REFERENCES organization (organization_id),
    maker_id TEXT REFERENCES maker (maker_id),
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    secret_wrapped BLOB NOT NULL,
    state TEXT NOT NULL CONSTRAINT webhook_state CHECK (state IN ('ACTIVE', 'ENDED')),
    reason TEXT,
    created_by TEXT NOT NULL REFERENCES person (person_id),
    created INTEGER NOT NULL,
    CONSTRAINT webhook_owner CHECK ((organization_id IS NULL) <> (maker_id IS NULL))
) STRICT;
CREATE INDEX webhook_organization ON webhook (organization_id, seq);
CREATE INDEX webhook_maker ON webhook (maker_id, seq);

-- Which row of the outbox tells whom of what: id is the event's own, the same for everybody and at every replay.
CREATE TABLE webhook_delivery (
    seq INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    webhook_id TEXT NOT NULL REFERENCES webhook (webhook_id),
    id TEXT NOT NULL,
    event TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook_id, seq);
