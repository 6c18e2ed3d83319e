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
