-- Making apart from stamping (N7): daemons/web/seal_request.c.

-- name: seal_request_find
SELECT seal_id, application_id, es_id, state, certificate, request, activation_wrapped, seal, refusal, refusal_text FROM seal_request WHERE seal_id = :seal_id;

-- name: seal_request_insert
-- for: making
INSERT INTO seal_request (seal_id, application_id, es_id, organization, organization_code, state, created, changed)
VALUES (:seal_id, :application_id, :es_id, :organization, :organization_code, 'ASKED', :now, :now) ON CONFLICT (seal_id) DO NOTHING;

-- name: seal_request_again
-- for: making
-- What was refused is asked once more: for a key, or, when the seal was made, that it be taken.
UPDATE seal_request SET state = CASE WHEN seal IS NULL THEN 'ASKED' ELSE 'MADE' END, refusal = NULL, refusal_text = NULL, changed = :now
 WHERE seal_id = :seal_id AND state = 'REFUSED';

-- name: seal_request_made
-- for: making
UPDATE seal_request SET state = 'MADE', seal = :seal, changed = :now WHERE seal_id = :seal_id AND state = 'READY';

-- name: seal_request_done
-- for: making
UPDATE seal_request SET state = 'DONE', activation_wrapped = NULL, changed = :now WHERE seal_id = :seal_id AND state = 'TAKEN';

-- name: seal_request_open
-- for: stamping
-- A key is made for an application that a maker has accepted, and for no other.
SELECT r.seal_id, r.es_id, r.organization, r.organization_code, r.state, r.seal FROM seal_request AS r
  JOIN application AS a ON a.application_id = r.application_id AND a.state = 'ACCEPTED'
 WHERE r.state IN ('ASKED', 'MADE') ORDER BY r.seq LIMIT 20;

-- name: seal_request_ready
-- for: stamping
UPDATE seal_request SET state = 'READY', certificate = :certificate, request = :request, activation_wrapped = :activation_wrapped, changed = :now
 WHERE seal_id = :seal_id AND state = 'ASKED';

-- name: seal_request_taken
-- for: stamping
UPDATE seal_request SET state = 'TAKEN', changed = :now WHERE seal_id = :seal_id AND state = 'MADE';

-- name: seal_request_refused
-- for: stamping
UPDATE seal_request SET state = 'REFUSED', refusal = :refusal, refusal_text = :refusal_text, changed = :now WHERE seal_id = :seal_id AND state = :from;

-- name: data_key_mark_insert
INSERT INTO data_key_mark (one, mark) VALUES (1, :mark) ON CONFLICT (one) DO NOTHING;

-- name: data_key_mark_find
SELECT mark FROM data_key_mark WHERE one = 1;
