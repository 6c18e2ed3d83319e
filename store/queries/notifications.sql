-- What people are told, and who is still to be told.

-- name: notification_insert
INSERT INTO notification (notification_id, person_id, kind, object, number, created)
VALUES (:notification_id, :person_id, :kind, :object, :number, :now) ON CONFLICT (kind, object, number, person_id) DO NOTHING;

-- name: notification_list
SELECT seq, notification_id, kind, object, number, created, read_at FROM notification
 WHERE person_id = :person_id AND (:before = 0 OR seq < :before) AND (:unread = 0 OR read_at IS NULL) ORDER BY seq DESC LIMIT :limit;

-- name: notification_read
UPDATE notification SET read_at = :now WHERE notification_id = :notification_id AND person_id = :person_id AND read_at IS NULL;

-- name: notification_of
SELECT notification_id, read_at FROM notification WHERE notification_id = :notification_id AND person_id = :person_id;

-- name: notify_renewals
-- R20.2: the custodian, at 30, 15, 7 and 1 days before the end.
SELECT s.custodian_id AS person_id, r.seal_id AS object, r.days AS number FROM reminder r JOIN seal s ON s.seal_id = r.seal_id
 WHERE s.custodian_id IS NOT NULL AND r.created >= :since
   AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.kind = 'renewal_due' AND n.object = r.seal_id AND n.number = r.days AND n.person_id = s.custodian_id)
 ORDER BY r.seq LIMIT 100;

-- name: notify_approvals
-- R16.1: the organization's approvers, for what waits for an approval. Who of them the flow names stands in signed bytes that are not read here:
-- one too many is told rather than one too few.
SELECT p.person_id, o.order_id AS object, CAST(0 AS INTEGER) AS number
  FROM stamp_order o JOIN person p ON p.organization_id = o.organization_id AND p.roles & :approver <> 0
 WHERE o.state = 'REQUESTED' AND p.state = 'ACTIVE' AND p.person_id <> o.requester_id
   AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.kind = 'approval_waiting' AND n.object = o.order_id AND n.number = 0 AND n.person_id = p.person_id)
 ORDER BY o.seq LIMIT 100;

-- name: notify_dead
-- R5.2: the police of the city and of the seal's district, and the system administrators.
SELECT p.person_id, o.event_id AS object, CAST(0 AS INTEGER) AS number
  FROM outbox o LEFT JOIN seal s ON s.seal_id = o.seal_id
  JOIN person p ON p.roles & :administrator <> 0 OR (p.roles & :police <> 0 AND (p.district IS NULL OR p.district = s.district))
 WHERE o.state = 'DEAD' AND p.state = 'ACTIVE'
   AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.kind = 'event_dead' AND n.object = o.event_id AND n.number = 0 AND n.person_id = p.person_id)
 ORDER BY o.seq LIMIT 100;

-- name: notify_differences
-- R5.2: the city's police, when a comparison found differences or failed.
SELECT p.person_id, r.run_id AS object, CAST(0 AS INTEGER) AS number FROM reconciliation r JOIN person p ON p.roles & :police <> 0 AND p.district IS NULL
 WHERE p.state = 'ACTIVE' AND ((r.state = 'DONE' AND r.differences > 0) OR (r.state = 'FAILED' AND r.cause = 'nightly'))
   AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.kind = 'registers_differ' AND n.object = r.run_id AND n.number = 0 AND n.person_id = p.person_id)
 ORDER BY r.seq LIMIT 100;

-- name: notify_phone
SELECT person_id, phone_wrapped FROM person WHERE person_id = :person_id;
