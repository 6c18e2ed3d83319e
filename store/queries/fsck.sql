-- What `jinyin fsck` reads, page by page (care/fsck.c).

-- name: fsck_audit
-- for: whole
SELECT seq, at, event, actor_id, source, object, outcome, request_digest, seen_digest, detail, hash FROM audit WHERE seq > :after ORDER BY seq LIMIT :limit;

-- name: fsck_documents
-- for: whole
SELECT seq, document_id, digest, size FROM document WHERE seq > :after AND kept = 1 ORDER BY seq LIMIT :limit;

-- name: fsck_materials
-- for: whole
SELECT application_id, code, digest, size FROM material
 WHERE application_id > :application_id OR (application_id = :application_id AND code > :code)
 ORDER BY application_id, code LIMIT :limit;

-- name: fsck_orders
-- for: whole
SELECT r.seq, r.order_id, r.state, r.created, r.prepared_digest, COALESCE(r.signed_digest, r.value_digest) AS signed_digest, r.value_digest,
       r.result_document_id, d.from_order_id AS result_from, r.digest_only, v.value
  FROM stamp_order r LEFT JOIN document d ON d.document_id = r.result_document_id LEFT JOIN stamp_value v ON v.order_id = r.order_id
 WHERE r.seq > :after ORDER BY r.seq LIMIT :limit;

-- name: fsck_order_state
-- for: whole
SELECT state FROM stamp_order WHERE order_id = :order_id;

-- name: fsck_seal_states
-- for: whole
-- A seal's state is that of its last event (R23), and every seal has one.
SELECT s.seal_id AS id, s.state AS found FROM seal s
 WHERE NOT EXISTS (SELECT 1 FROM seal_event e WHERE e.seal_id = s.seal_id AND e.state = s.state
                      AND NOT EXISTS (SELECT 1 FROM seal_event l WHERE l.seal_id = e.seal_id AND l.seq > e.seq))
 ORDER BY s.seq LIMIT :limit;

-- name: fsck_filings
-- for: whole
-- R13.2: what was filed is on its way to the engraving system or has arrived there, with the same receipt.
SELECT f.filing_number AS id, CASE WHEN o.event_id IS NULL THEN 'no event' ELSE 'another receipt' END AS found
  FROM filing f LEFT JOIN outbox o ON o.event_id = f.event_id
 WHERE o.event_id IS NULL OR o.receipt IS DISTINCT FROM f.receipt
 ORDER BY f.seq LIMIT :limit;

-- name: fsck_events
-- for: whole
-- Every event of a seal was filed: as many filings as events.
SELECT e.seal_id AS id, e.event AS found FROM seal_event e
 WHERE (SELECT count(*) FROM seal_event a WHERE a.seal_id = e.seal_id AND a.event = e.event)
       <> (SELECT count(*) FROM filing f WHERE f.seal_id = e.seal_id AND f.event = e.event)
 ORDER BY e.seq LIMIT :limit;

-- name: fsck_outbox
-- for: whole
-- What counts as delivered has a receipt, and the other way round.
SELECT event_id AS id, destination AS found FROM outbox
 WHERE (delivered IS NULL AND receipt IS NOT NULL) OR (delivered IS NOT NULL AND receipt IS NULL)
 ORDER BY seq LIMIT :limit;
