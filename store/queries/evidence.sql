-- Evidence of revocation: where lists come from, what they said last, what is wrong with a source.

-- name: evidence_source_add
INSERT INTO evidence_source (url, added, next_try) VALUES (:url, :now, :now) ON CONFLICT (url) DO NOTHING;

-- name: evidence_source_due
SELECT url, failures, this_update FROM evidence_source WHERE next_try <= :now ORDER BY next_try LIMIT 16;

-- name: evidence_source_fetched
UPDATE evidence_source SET last_try = :now, last_ok = :now, next_try = :next_try, failures = 0, problem = NULL, detail = NULL, issuer = :issuer,
       this_update = :this_update, next_update = :next_update, body = :body
 WHERE url = :url;

-- name: evidence_source_failed
-- What was fetched before stays.
UPDATE evidence_source SET last_try = :now, next_try = :next_try, failures = failures + 1, problem = :problem, detail = :detail WHERE url = :url;

-- name: evidence_source_list
SELECT seq, url, added, last_try, last_ok, next_try, failures, problem, detail, issuer, this_update, next_update,
       CASE WHEN next_update IS NULL OR next_update < :now THEN 1 ELSE 0 END AS stale
  FROM evidence_source WHERE (:before = 0 OR seq < :before) ORDER BY seq DESC LIMIT :limit;

-- name: evidence_lists
-- for: making, stamping, verification
SELECT url, body, CASE WHEN next_update < :now THEN 1 ELSE 0 END AS stale FROM evidence_source WHERE body IS NOT NULL ORDER BY seq LIMIT 64;

-- name: evidence_trouble
SELECT count(*) AS sources, count(CASE WHEN failures > 0 THEN 1 END) AS failing,
       count(CASE WHEN next_update IS NULL OR next_update < :now THEN 1 END) AS stale
  FROM evidence_source;

-- name: evidence_certificates
-- Certificates that name where their CA publishes: the newest seal's speaks for all of its CA.
SELECT certificate FROM seal ORDER BY seq DESC LIMIT 1;

-- name: evidence_answer_put
INSERT INTO evidence_answer (seal_id, fetched, this_update, next_update, body) VALUES (:seal_id, :now, :this_update, :next_update, :body)
ON CONFLICT (seal_id) DO UPDATE SET fetched = excluded.fetched, this_update = excluded.this_update, next_update = excluded.next_update,
                                    body = excluded.body
 WHERE excluded.this_update >= evidence_answer.this_update;

-- name: evidence_answer_of
SELECT this_update, next_update, body FROM evidence_answer WHERE seal_id = :seal_id;

-- name: evidence_answer_by_es_id
-- for: making, stamping, verification
SELECT a.body FROM evidence_answer a JOIN seal s ON s.seal_id = a.seal_id WHERE s.es_id = :es_id;

-- name: evidence_seal
SELECT seal_id, es_id, certificate FROM seal WHERE seal_id = :seal_id;

-- name: outage_of
SELECT since FROM outage WHERE counterpart = :counterpart;

-- name: outage_begin
INSERT INTO outage (counterpart, since) VALUES (:counterpart, :now) ON CONFLICT (counterpart) DO NOTHING;

-- name: outage_end
DELETE FROM outage WHERE counterpart = :counterpart;
