-- The outbox: what goes to the counterparts, what became of it, and what a person did about it.

-- name: outbox_insert
INSERT INTO outbox (event_id, destination, stream, seal_id, body, created, begun, next_try, state)
VALUES (:event_id, :destination, :stream, :seal_id, :body, :now, :now, :now, 'WAITING');

-- name: outbox_due
-- for: stamping
-- The first open event of each stream, when it is due: later ones wait, so order is kept.
SELECT o.event_id, o.destination, o.stream, o.seal_id, o.body, o.begun, o.attempts, o.refusals FROM outbox o
 WHERE o.destination = :destination AND o.state = 'WAITING' AND o.next_try <= :now
   AND NOT EXISTS (SELECT 1 FROM outbox e
                    WHERE e.destination = o.destination AND e.stream = o.stream AND e.state IN ('WAITING', 'DEAD') AND e.seq < o.seq)
 ORDER BY o.seq LIMIT :limit;

-- name: outbox_delivered
-- for: stamping
-- Once: a receipt that was kept is never replaced.
UPDATE outbox SET state = 'DELIVERED', delivered = :now, last_try = :now, attempts = attempts + 1, receipt = :receipt, problem = NULL, detail = NULL
 WHERE event_id = :event_id AND state = 'WAITING';

-- name: outbox_failed
-- for: stamping
UPDATE outbox SET state = :to, attempts = attempts + 1, refusals = :refusals, last_try = :now, next_try = :next_try, problem = :problem,
       detail = :detail
 WHERE event_id = :event_id AND state = 'WAITING';

-- name: outbox_resend
-- for: stamping
-- By a person: from the beginning, at once.
UPDATE outbox SET state = 'WAITING', attempts = 0, refusals = 0, begun = :now, next_try = :now, settled_by = :person_id, settled_reason = :reason
 WHERE event_id = :event_id AND state IN ('DEAD', 'WAITING');

-- name: outbox_abandon
-- for: stamping
-- By a person: only what is dead; those behind it go on.
UPDATE outbox SET state = 'ABANDONED', settled_by = :person_id, settled_reason = :reason WHERE event_id = :event_id AND state = 'DEAD';

-- name: outbox_open_counts
-- for: stamping
SELECT destination, count(CASE WHEN state = 'WAITING' THEN 1 END) AS waiting, count(CASE WHEN state = 'DEAD' THEN 1 END) AS dead,
       min(CASE WHEN state = 'WAITING' THEN created END) AS oldest_waiting
  FROM outbox WHERE state IN ('WAITING', 'DEAD') GROUP BY destination ORDER BY destination;

-- name: outbox_list
-- for: stamping
-- R4.1: a district's police see the events of their district's seals; those without a seal are the city's.
SELECT o.seq, o.event_id, o.destination, o.stream, o.seal_id, o.state, o.created, o.attempts, o.refusals, o.last_try, o.next_try, o.problem, o.detail,
       o.receipt, o.delivered, o.settled_by, o.settled_reason
  FROM outbox o LEFT JOIN seal s ON s.seal_id = o.seal_id
 WHERE (:before = 0 OR o.seq < :before)
   AND (:destination = '' OR o.destination = :destination) AND (:state = '' OR o.state = :state) AND (:seal_id = '' OR o.seal_id = :seal_id)
   AND (:scope_city = 1 OR s.district = :scope_district)
 ORDER BY o.seq DESC LIMIT :limit;

-- name: outbox_by_id
-- for: stamping
SELECT o.event_id, o.destination, o.stream, o.seal_id, o.state, o.body, o.created, o.attempts, o.refusals, o.last_try, o.next_try, o.problem,
       o.detail, o.receipt, o.delivered, o.settled_by, o.settled_reason
  FROM outbox o LEFT JOIN seal s ON s.seal_id = o.seal_id
 WHERE o.event_id = :event_id AND (:scope_city = 1 OR s.district = :scope_district);
