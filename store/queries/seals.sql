-- Seals, their history, filings, and what goes to the counterparts.

-- name: seal_insert
-- for: making
INSERT INTO seal (seal_id, es_id, seal_code, organization_id, district, maker_id, maker_person_id, application_id, kind, name, state,
                  valid_from, valid_to, width_mm, height_mm, seal, certificate, certificate_serial, impression_digest, custodian_id, holder_id,
                  scope_categories, scope_amount_max_fen, scope_valid_to, replaces_seal_id, maker_workstation_id, created)
VALUES (:seal_id, :es_id, :seal_code, :organization_id, :district, :maker_id, :maker_person_id, :application_id, :kind, :name, :state,
        :valid_from, :valid_to, :width_mm, :height_mm, :seal, :certificate, :certificate_serial, :impression_digest, :custodian_id, :holder_id,
        :scope_categories, :scope_amount_max_fen, :scope_valid_to, :replaces_seal_id, :maker_workstation_id, :now);

-- name: seal_issues_of_code
-- for: making
-- How often a physical seal's code was used: esID stays unique when a seal is issued again (R20.1).
SELECT count(*) AS issues FROM seal WHERE seal_code = :seal_code;

-- name: seal_living_statutory
-- Beside the seal that an application replaces, if any.
SELECT count(*) AS living FROM seal
 WHERE organization_id = :organization_id AND kind = 'statutory' AND state IN ('MADE', 'FILED', 'ACTIVE', 'FROZEN', 'SUSPENDED')
   AND seal_id <> coalesce(:present_seal_id, '');

-- name: seal_by_id
SELECT s.seal_id, s.es_id, s.seal_code, s.organization_id, o.name AS organization_name, o.uscc, s.district, s.maker_id, s.kind, s.name,
       s.state, s.valid_from, s.valid_to, s.width_mm, s.height_mm, s.seal, s.certificate, s.certificate_serial, s.impression_digest,
       s.custodian_id, s.approver_id, s.holder_id, s.scope_categories, s.scope_amount_max_fen, s.scope_valid_to, s.replaces_seal_id, s.maker_person_id,
       s.maker_workstation_id, s.created
  FROM seal s JOIN organization o ON o.organization_id = s.organization_id
 WHERE s.seal_id = :seal_id
   AND (:scope_city = 1 OR s.organization_id = :scope_organization OR s.maker_id = :scope_maker OR s.district = :scope_district);

-- name: seal_list
-- Each scope has an index of its own; one condition with OR over all of them would read the whole register for a scope with few rows.
SELECT s.seq, s.seal_id, s.es_id, s.organization_id, o.name AS organization_name, s.maker_id, s.kind, s.name, s.state, s.valid_from,
       s.valid_to, s.custodian_id, s.approver_id, s.created
  FROM seal s JOIN organization o ON o.organization_id = s.organization_id
 WHERE s.seq IN (
       SELECT seq FROM (SELECT seq FROM seal WHERE :scope_city = 1 AND seq < :before ORDER BY seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT seq FROM seal WHERE organization_id = :scope_organization AND seq < :before ORDER BY seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT seq FROM seal WHERE maker_id = :scope_maker AND seq < :before ORDER BY seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT seq FROM seal WHERE district = :scope_district AND seq < :before ORDER BY seq DESC LIMIT :limit) AS p)
 ORDER BY s.seq DESC LIMIT :limit;

-- name: seal_public_id
-- for: making, stamping, verification
-- By seal id or esID: which seal an outsider means.
SELECT seal_id, es_id, state FROM seal WHERE seal_id = :id OR es_id = :id;

-- name: seal_set_state
UPDATE seal SET state = :to WHERE seal_id = :seal_id AND state = :from;

-- name: seal_set_custodian
UPDATE seal SET custodian_id = :person_id WHERE seal_id = :seal_id AND state = 'FILED';

-- name: seal_expiring
-- for: stamping
SELECT seal_id, es_id, district, state, valid_to FROM seal WHERE state IN ('FILED', 'ACTIVE', 'FROZEN', 'SUSPENDED') AND valid_to < :now LIMIT 100;

-- name: seal_event_insert
INSERT INTO seal_event (seal_id, since, event, state, actor_id, reason) VALUES (:seal_id, :now, :event, :state, :actor_id, :reason);

-- name: seal_status_at
-- for: making, stamping, verification
SELECT state, since FROM seal_event WHERE seal_id = :seal_id AND since <= :at ORDER BY since DESC, seq DESC LIMIT 1;

-- name: seal_history
SELECT since, event, state, actor_id, reason FROM seal_event WHERE seal_id = :seal_id ORDER BY since, seq;

-- name: seal_history_by_es_id
-- for: making, stamping, verification
SELECT e.since, e.state FROM seal_event e JOIN seal s ON s.seal_id = e.seal_id WHERE s.es_id = :es_id ORDER BY e.since, e.seq;

-- name: seal_der_by_es_id
-- for: making, stamping, verification
SELECT seal FROM seal WHERE es_id = :es_id;

-- name: filing_insert
INSERT INTO filing (filing_number, event_id, seal_id, district, event, created)
VALUES (:filing_number, :event_id, :seal_id, :district, :event, :now);

-- name: filing_receipt
UPDATE filing SET receipt = :receipt, receipt_at = :now WHERE event_id = :event_id;


-- name: trust_put
INSERT INTO trust (one, pem, fetched) VALUES (1, :pem, :now)
ON CONFLICT (one) DO UPDATE SET pem = excluded.pem, fetched = excluded.fetched;

-- name: trust_get
-- for: making, stamping, verification
SELECT pem, fetched FROM trust WHERE one = 1;

-- name: filing_next
SELECT coalesce(max(seq), 0) + 1 AS next FROM filing;
