-- Comparing our register with a counterpart's (R5.2): a run, what it saw, what differs.

-- name: reconciliation_request
INSERT INTO reconciliation (run_id, counterpart, cause, day, requested, requested_by, state)
VALUES (:run_id, :counterpart, :cause, :day, :now, :person_id, 'REQUESTED');

-- name: reconciliation_nightly
-- Once a day, whoever comes first.
INSERT INTO reconciliation (run_id, counterpart, cause, day, requested, state)
VALUES (:run_id, :counterpart, 'nightly', :day, :now, 'REQUESTED') ON CONFLICT (counterpart, day) DO NOTHING;

-- name: reconciliation_next
-- A run that a crash left is begun anew.
SELECT run_id, counterpart FROM reconciliation WHERE state IN ('REQUESTED', 'RUNNING') ORDER BY seq LIMIT 1;

-- name: reconciliation_begin
UPDATE reconciliation SET state = 'RUNNING', started = :now WHERE run_id = :run_id AND state IN ('REQUESTED', 'RUNNING');

-- name: reconciliation_forget_seen
DELETE FROM reconciliation_seen WHERE run_id = :run_id;

-- name: reconciliation_saw
INSERT INTO reconciliation_seen (run_id, es_id, state, impression_digest) VALUES (:run_id, :es_id, :state, :impression_digest)
ON CONFLICT (run_id, es_id) DO NOTHING;

-- name: reconciliation_missing_there
-- What is on its way, or arrived while the run lasted, is no difference.
INSERT INTO reconciliation_difference (run_id, es_id, kind, ours, theirs, district)
SELECT r.run_id, s.es_id, 'missing_there', s.state, '', s.district
  FROM reconciliation r JOIN seal s ON s.created <= r.started
 WHERE r.run_id = :run_id
   AND NOT EXISTS (SELECT 1 FROM reconciliation_seen t WHERE t.run_id = r.run_id AND t.es_id = s.es_id)
   AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.seal_id = s.seal_id AND o.destination = r.counterpart
                                            AND (o.state = 'WAITING' OR o.delivered >= r.started));

-- name: reconciliation_missing_here
INSERT INTO reconciliation_difference (run_id, es_id, kind, ours, theirs, district)
SELECT t.run_id, t.es_id, 'missing_here', '', t.state, '' FROM reconciliation_seen t
 WHERE t.run_id = :run_id AND NOT EXISTS (SELECT 1 FROM seal s WHERE s.es_id = t.es_id);

-- name: reconciliation_state_differs
INSERT INTO reconciliation_difference (run_id, es_id, kind, ours, theirs, district)
SELECT r.run_id, s.es_id, 'state_differs', s.state, t.state, s.district
  FROM reconciliation r JOIN reconciliation_seen t ON t.run_id = r.run_id JOIN seal s ON s.es_id = t.es_id
 WHERE r.run_id = :run_id AND s.state <> t.state
   AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.seal_id = s.seal_id AND o.destination = r.counterpart
                                            AND (o.state = 'WAITING' OR o.delivered >= r.started));

-- name: reconciliation_picture_differs
INSERT INTO reconciliation_difference (run_id, es_id, kind, ours, theirs, district)
SELECT r.run_id, s.es_id, 'picture_differs', '', CASE WHEN t.impression_digest IS NULL THEN 'absent' ELSE '' END, s.district
  FROM reconciliation r JOIN reconciliation_seen t ON t.run_id = r.run_id JOIN seal s ON s.es_id = t.es_id
 WHERE r.run_id = :run_id AND (t.impression_digest IS NULL OR s.impression_digest <> t.impression_digest)
   AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.seal_id = s.seal_id AND o.destination = r.counterpart
                                            AND (o.state = 'WAITING' OR o.delivered >= r.started));

-- name: reconciliation_not_revoked_there
-- The national platform lists what is not valid.
INSERT INTO reconciliation_difference (run_id, es_id, kind, ours, theirs, district)
SELECT r.run_id, s.es_id, 'missing_there', s.state, '', s.district
  FROM reconciliation r JOIN seal s ON s.created <= r.started
 WHERE r.run_id = :run_id AND s.state IN ('FROZEN', 'SUSPENDED', 'CANCELLED', 'VOID')
   AND NOT EXISTS (SELECT 1 FROM reconciliation_seen t WHERE t.run_id = r.run_id AND t.es_id = s.es_id)
   AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.seal_id = s.seal_id AND o.destination = r.counterpart
                                            AND (o.state = 'WAITING' OR o.delivered >= r.started));

-- name: reconciliation_revoked_there
INSERT INTO reconciliation_difference (run_id, es_id, kind, ours, theirs, district)
SELECT r.run_id, s.es_id, 'state_differs', s.state, t.state, s.district
  FROM reconciliation r JOIN reconciliation_seen t ON t.run_id = r.run_id JOIN seal s ON s.es_id = t.es_id
 WHERE r.run_id = :run_id AND s.state IN ('FILED', 'ACTIVE')
   AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.seal_id = s.seal_id AND o.destination = r.counterpart
                                            AND (o.state = 'WAITING' OR o.delivered >= r.started));

-- name: reconciliation_counts
SELECT (SELECT count(*) FROM seal s WHERE s.created <= r.started) AS ours,
       (SELECT count(*) FROM reconciliation_seen t WHERE t.run_id = r.run_id) AS theirs,
       (SELECT count(*) FROM reconciliation_difference d WHERE d.run_id = r.run_id) AS differences,
       (SELECT count(DISTINCT o.seal_id) FROM outbox o WHERE o.destination = r.counterpart AND o.state = 'WAITING') AS in_flight
  FROM reconciliation r WHERE r.run_id = :run_id;

-- name: reconciliation_done
UPDATE reconciliation SET state = 'DONE', finished = :now, ours = :ours, theirs = :theirs, differences = :differences, in_flight = :in_flight
 WHERE run_id = :run_id AND state = 'RUNNING';

-- name: reconciliation_failed
UPDATE reconciliation SET state = 'FAILED', finished = :now, problem = :problem, detail = :detail WHERE run_id = :run_id AND state = 'RUNNING';

-- name: reconciliation_list
SELECT seq, run_id, counterpart, cause, requested, requested_by, state, started, finished, ours, theirs, in_flight, differences, problem, detail
  FROM reconciliation WHERE (:before = 0 OR seq < :before) ORDER BY seq DESC LIMIT :limit;

-- name: reconciliation_by_id
SELECT run_id, counterpart, cause, requested, requested_by, state, started, finished, ours, theirs, in_flight, differences, problem, detail
  FROM reconciliation WHERE run_id = :run_id;

-- name: reconciliation_difference_list
-- R4.1: a district's police see their district's; what only the other side has belongs to nobody's district yet and is the city's.
SELECT d.seq, d.es_id, d.kind, d.ours, d.theirs, d.district FROM reconciliation_difference d
 WHERE d.run_id = :run_id AND (:before = 0 OR d.seq < :before) AND (:scope_city = 1 OR d.district = :scope_district)
 ORDER BY d.seq DESC LIMIT :limit;
