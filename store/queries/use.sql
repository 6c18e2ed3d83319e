-- How a seal's use is decided: flows, approvals, permissions, custody, grants, the register of use (docs/design/use.md).

-- name: flow_insert
-- for: stamping
INSERT INTO seal_flow (seal_id, number, flow, digest, set_by, set_at) VALUES (:seal_id, :number, :flow, :digest, :set_by, :now)
ON CONFLICT (seal_id, number) DO NOTHING;

-- name: flow_in_force
-- for: stamping
SELECT number, flow, digest, set_by, set_at FROM seal_flow WHERE seal_id = :seal_id ORDER BY number DESC LIMIT 1;

-- name: approval_insert
-- for: stamping
-- The same approval again is the same row: key answers a repeated request with it.
INSERT INTO approval (subject_id, kind, step, person_id, in_place_of, flow_digest, approval, at)
VALUES (:subject_id, :kind, :step, :person_id, :in_place_of, :flow_digest, :approval, :at)
ON CONFLICT (subject_id, step, person_id, flow_digest) DO NOTHING;

-- name: approval_list
-- for: stamping
-- In the order of signing: steps follow each other.
SELECT step, person_id, in_place_of, flow_digest, approval, at, pages_seen FROM approval WHERE subject_id = :subject_id ORDER BY step, at, seq;

-- name: permission_insert
-- for: stamping
INSERT INTO use_permission (permission_id, organization_id, seal_id, person_id, category, valid_from, valid_to, granted_by, created)
VALUES (:permission_id, :organization_id, :seal_id, :person_id, :category, :valid_from, :valid_to, :granted_by, :now);

-- name: permission_list
-- for: stamping
SELECT p.seq, p.permission_id, p.seal_id, p.person_id, p.category, p.valid_from, p.valid_to, p.granted_by, p.created, p.revoked
  FROM use_permission p
 WHERE p.seal_id = :seal_id AND p.organization_id = :scope_organization AND (:before = 0 OR p.seq < :before)
 ORDER BY p.seq DESC LIMIT :limit;

-- name: permission_revoke
-- for: stamping
-- Only the seal's present custodian.
UPDATE use_permission SET revoked = :now
 WHERE permission_id = :permission_id AND revoked IS NULL AND organization_id = :scope_organization
   AND seal_id IN (SELECT seal_id FROM seal WHERE custodian_id = :person_id);

-- name: use_permitted
-- for: stamping
-- R16.1: seal × person × category × period; the custodian needs none for the own seal.
SELECT count(*) AS permitted FROM seal s
 WHERE s.seal_id = :seal_id AND s.organization_id = :scope_organization
   AND (s.custodian_id = :person_id
        OR EXISTS (SELECT 1 FROM use_permission p
                    WHERE p.seal_id = s.seal_id AND p.person_id = :person_id AND p.organization_id = s.organization_id
                      AND p.category IN ('*', :category) AND p.valid_from <= :now AND p.valid_to > :now AND p.revoked IS NULL));

-- name: custody_insert
INSERT INTO custody (seal_id, from_person_id, to_person_id, begun, expires, confirmed)
VALUES (:seal_id, :from_person_id, :to_person_id, :now, :expires, :confirmed);

-- name: custody_confirm
-- for: stamping
UPDATE custody SET confirmed = :now
 WHERE confirmed IS NULL AND seal_id = :seal_id AND to_person_id = :person_id
   AND seq = (SELECT max(c.seq) FROM custody c WHERE c.seal_id = :seal_id);

-- name: custody_list
-- for: stamping
SELECT from_person_id, to_person_id, begun, expires, confirmed FROM custody WHERE seal_id = :seal_id ORDER BY seq;

-- name: custody_take
-- for: stamping
UPDATE seal SET custodian_id = :person_id WHERE seal_id = :seal_id;

-- name: grant_insert
-- for: stamping
INSERT INTO use_grant (grant_id, organization_id, seal_id, client, grant_der, state, written_by, created)
VALUES (:grant_id, :organization_id, :seal_id, :client, :grant_der, 'REQUESTED', :written_by, :now);

-- name: grant_by_id
-- for: stamping
SELECT g.grant_id, g.organization_id, g.seal_id, g.client, g.grant_der, g.state, g.written_by, g.client_secret, g.created, g.granted, g.revoked,
       g.reason, s.custodian_id,
       CASE WHEN g.state = 'GRANTED' AND g.given_by = s.custodian_id
                 AND g.flow_digest = (SELECT f.digest FROM seal_flow f WHERE f.seal_id = g.seal_id ORDER BY f.number DESC LIMIT 1) THEN 1 ELSE 0 END AS in_force
  FROM use_grant g JOIN seal s ON s.seal_id = g.seal_id
 WHERE g.grant_id = :grant_id
   AND (:scope_city = 1 OR g.organization_id = :scope_organization OR s.district = :scope_district);

-- name: grant_list
-- for: stamping
SELECT g.seq, g.grant_id, g.seal_id, g.client, g.state, g.created, g.granted, g.revoked,
       CASE WHEN g.state = 'GRANTED' AND g.given_by = s.custodian_id
                 AND g.flow_digest = (SELECT f.digest FROM seal_flow f WHERE f.seal_id = g.seal_id ORDER BY f.number DESC LIMIT 1) THEN 1 ELSE 0 END AS in_force
  FROM use_grant g JOIN seal s ON s.seal_id = g.seal_id
 WHERE g.seal_id = :seal_id AND (:before = 0 OR g.seq < :before)
   AND (:scope_city = 1 OR g.organization_id = :scope_organization OR s.district = :scope_district)
 ORDER BY g.seq DESC LIMIT :limit;

-- name: grant_give
-- for: stamping
-- By whom and under which flow: it is in force as long as both are the seal's (R16.1, R19.1).
UPDATE use_grant SET state = 'GRANTED', client_secret = :client_secret, granted = :now, given_by = :person_id, flow_digest = :flow_digest
 WHERE grant_id = :grant_id AND state IN ('REQUESTED', 'GRANTED');

-- name: grant_revoke
-- for: stamping
UPDATE use_grant SET state = 'REVOKED', client_secret = NULL, revoked = :now, reason = :reason WHERE grant_id = :grant_id AND state <> 'REVOKED';

-- name: use_register
-- for: stamping
-- R19.1: every stamping of one seal: who asked, for what, who approved last, who stamped, what came of it.
SELECT r.seq, r.order_id, r.created, r.requester_id, r.category, r.purpose, r.reference, r.amount_fen, r.copies, r.places, d.digest AS document_digest, r.digest_only,
       r.approver_id, r.approved, r.custodian_id, r.grant_id, r.state, r.reason, r.stamped, x.digest AS result_digest, s.es_id, s.name AS seal_name
  FROM stamp_order r JOIN seal s ON s.seal_id = r.seal_id JOIN document d ON d.document_id = r.document_id
  LEFT JOIN document x ON x.document_id = r.result_document_id AND x.kept = 1
 WHERE r.seal_id = :seal_id AND r.organization_id = :scope_organization
   AND (:before = 0 OR r.seq < :before) AND r.created >= :from AND r.created < :to
 ORDER BY r.seq DESC LIMIT :limit;
