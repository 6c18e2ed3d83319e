-- Documents, stamping orders and stamp records.

-- name: document_insert
-- for: stamping
INSERT INTO document (document_id, organization_id, uploader_id, digest, size, format, refusal, pages, from_order_id, created)
VALUES (:document_id, :organization_id, :uploader_id, :digest, :size, :format, :refusal, :pages, :from_order_id, :now);

-- name: document_by_id
-- for: stamping
SELECT document_id, organization_id, digest, size, format, refusal, pages, from_order_id, created, kept FROM document
 WHERE document_id = :document_id AND organization_id = :scope_organization;

-- name: order_insert
-- for: stamping
INSERT INTO stamp_order (order_id, organization_id, district, seal_id, document_id, requester_id, places, category, purpose, amount_fen, copies,
                         reference, state, stamp_order, prepared_digest, slot, digest_only, created, expires)
VALUES (:order_id, :organization_id, :district, :seal_id, :document_id, :requester_id, :places, :category, :purpose, :amount_fen, :copies,
        :reference, :state, :stamp_order, :prepared_digest, :slot, :digest_only, :now, :expires);

-- name: order_by_id
-- for: stamping
SELECT r.order_id, r.organization_id, r.seal_id, s.es_id, s.name AS seal_name, s.state AS seal_state, s.custodian_id AS seal_custodian_id,
       r.document_id, d.digest AS document_digest, d.format, d.pages, r.requester_id, r.places, r.category, r.purpose, r.amount_fen, r.copies,
       r.reference, r.state, r.stamp_order, CASE WHEN r.digest_only = 0 THEN r.prepared_digest END AS prepared_digest, r.slot, r.digest_only, r.created,
       r.expires, r.approver_id, r.approved, r.grant_id, r.reason, r.custodian_id, r.intent, r.stamped, r.value_digest,
       x.document_id AS result_document_id, x.digest AS result_digest, r.pages_seen_digest, v.value
  FROM stamp_order r JOIN seal s ON s.seal_id = r.seal_id JOIN document d ON d.document_id = r.document_id
  LEFT JOIN document x ON x.document_id = r.result_document_id AND x.kept = 1
  LEFT JOIN stamp_value v ON v.order_id = r.order_id
 WHERE r.order_id = :order_id
   AND (:scope_city = 1 OR r.organization_id = :scope_organization OR r.district = :scope_district);

-- name: order_approve
-- for: stamping
-- The chain is complete: person_id signed last, or NULL when a grant stands for it.
UPDATE stamp_order SET state = :to, approver_id = :person_id, approved = :now, grant_id = :grant_id WHERE order_id = :order_id AND state = :from;

-- name: order_refuse
-- for: stamping
UPDATE stamp_order SET state = :to, approver_id = :person_id, reason = :reason WHERE order_id = :order_id AND state = :from;

-- name: order_intend
-- for: stamping
-- R20.1, R21.1: no intent after the seal has ended, also when it ends in the same moment.
UPDATE stamp_order SET state = :to, custodian_id = :person_id, intent = :now WHERE order_id = :order_id AND state = :from
   AND EXISTS (SELECT 1 FROM seal s WHERE s.seal_id = stamp_order.seal_id AND s.state = 'ACTIVE');

-- name: order_end
-- for: stamping
-- back to APPROVED, or FAILED, or EXPIRED
UPDATE stamp_order SET state = :to, reason = :reason WHERE order_id = :order_id AND state = :from;

-- name: order_done
-- for: stamping
UPDATE stamp_order SET state = :to, stamped = :stamped, value_digest = :value_digest, signed_digest = :signed_digest,
       result_document_id = :result_document_id
 WHERE order_id = :order_id AND state = :from;

-- name: order_intents_before
-- for: stamping
SELECT order_id FROM stamp_order WHERE state = 'INTENT' AND intent < :before LIMIT 100;

-- name: order_overdue
-- for: stamping
SELECT order_id, state FROM stamp_order WHERE state IN ('REQUESTED', 'APPROVED') AND expires < :now LIMIT 100;

-- name: order_open_with_blob
-- for: stamping
SELECT count(*) AS uses FROM stamp_order WHERE prepared_digest = :digest AND state IN ('REQUESTED', 'APPROVED', 'INTENT');

-- name: stamp_record_list
-- for: stamping
-- N4: every stamping joins to who, when, which document, which approval, which seal. One part for each scope, each with its index (as in seal_list).
SELECT r.seq, r.order_id AS stamp_record_id, r.order_id, r.organization_id, r.seal_id, s.es_id, s.name AS seal_name, r.document_id,
       d.digest AS document_digest, r.digest_only, r.places, r.category, r.purpose, r.amount_fen, r.copies, r.reference, r.grant_id, r.requester_id,
       r.approver_id, r.approved, r.custodian_id, r.state, r.reason, r.intent, r.stamped, r.value_digest, x.document_id AS result_document_id,
       x.digest AS result_digest, r.pages_seen_digest
  FROM stamp_order r JOIN seal s ON s.seal_id = r.seal_id JOIN document d ON d.document_id = r.document_id
  LEFT JOIN document x ON x.document_id = r.result_document_id AND x.kept = 1
 WHERE r.seq IN (
       SELECT seq FROM (SELECT seq FROM stamp_order WHERE :scope_city = 1 AND seq < :before
                           AND intent IS NOT NULL AND state IN ('INTENT', 'DONE', 'FAILED') ORDER BY seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT seq FROM stamp_order WHERE organization_id = :scope_organization AND seq < :before
                           AND intent IS NOT NULL AND state IN ('INTENT', 'DONE', 'FAILED') ORDER BY seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT seq FROM stamp_order WHERE district = :scope_district AND seq < :before
                           AND intent IS NOT NULL AND state IN ('INTENT', 'DONE', 'FAILED') ORDER BY seq DESC LIMIT :limit) AS p)
 ORDER BY r.seq DESC LIMIT :limit;

-- name: stamp_by_value
-- for: making, stamping, verification
SELECT stamped FROM stamp_order WHERE value_digest = :value_digest;

-- name: idempotency_find
SELECT request_digest, status, answer_wrapped FROM idempotency WHERE actor_id = :actor_id AND key = :key;

-- name: idempotency_insert
INSERT INTO idempotency (actor_id, key, request_digest, status, answer_wrapped, created)
VALUES (:actor_id, :key, :request_digest, :status, :answer_wrapped, :now);

-- name: idempotency_forget
-- for: stamping
DELETE FROM idempotency WHERE created < :before;
