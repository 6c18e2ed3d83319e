-- Who wants to be told, and what was told.

-- name: webhook_insert
-- for: stamping
INSERT INTO webhook (webhook_id, organization_id, maker_id, url, events, secret_wrapped, state, created_by, created)
VALUES (:webhook_id, :organization_id, :maker_id, :url, :events, :secret_wrapped, 'ACTIVE', :person_id, :now);

-- name: webhook_count
-- for: stamping
SELECT count(*) AS living FROM webhook
 WHERE state = 'ACTIVE' AND (organization_id = :scope_organization OR maker_id = :scope_maker);

-- name: webhook_by_id
-- for: stamping
SELECT webhook_id, organization_id, maker_id, url, events, state, reason, created_by, created FROM webhook
 WHERE webhook_id = :webhook_id AND (organization_id = :scope_organization OR maker_id = :scope_maker);

-- name: webhook_list
-- for: stamping
SELECT seq, webhook_id, organization_id, maker_id, url, events, state, created FROM webhook
 WHERE (:before = 0 OR seq < :before) AND (organization_id = :scope_organization OR maker_id = :scope_maker)
 ORDER BY seq DESC LIMIT :limit;

-- name: webhook_end
-- for: stamping
UPDATE webhook SET state = 'ENDED', reason = :reason WHERE webhook_id = :webhook_id AND state = 'ACTIVE';

-- name: webhook_about_seal
-- The seal's organization, and for what concerns the seal itself its maker (R13.5: a maker learns nothing of its use).
SELECT w.webhook_id, w.events FROM seal s
  JOIN webhook w ON w.state = 'ACTIVE' AND (w.organization_id = s.organization_id OR (w.maker_id = s.maker_id AND :about_use = 0))
 WHERE s.seal_id = :seal_id ORDER BY w.seq;

-- name: webhook_delivery_insert
INSERT INTO webhook_delivery (event_id, webhook_id, id, event, created) VALUES (:event_id, :webhook_id, :id, :event, :now);

-- name: webhook_of_event
SELECT w.webhook_id, w.url, w.secret_wrapped, w.state, d.id FROM webhook_delivery d JOIN webhook w ON w.webhook_id = d.webhook_id
 WHERE d.event_id = :event_id;

-- name: webhook_delivery_list
-- for: stamping
SELECT d.seq, d.event_id, d.id, d.event, d.created, o.state, o.attempts, o.next_try, o.problem, o.detail, o.delivered
  FROM webhook_delivery d JOIN outbox o ON o.event_id = d.event_id
 WHERE d.webhook_id = :webhook_id AND (:before = 0 OR d.seq < :before) ORDER BY d.seq DESC LIMIT :limit;

-- name: webhook_delivery_by_event
-- for: stamping
SELECT d.id, d.event, o.state, o.seal_id, o.body FROM webhook_delivery d JOIN outbox o ON o.event_id = d.event_id
 WHERE d.webhook_id = :webhook_id AND d.event_id = :event_id;
