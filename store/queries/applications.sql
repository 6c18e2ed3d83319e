-- Applications and their materials. The scope is in the question: who may not see a row gets none.

-- name: application_insert
INSERT INTO application (application_id, organization_id, agent_id, type, present_seal_id, seal_kind, seal_name, physical_seal_code, has_superior,
                         by_agent, foreign_script, cancel_reason, description, holder_id, scope_categories, scope_amount_max_fen, scope_valid_to,
                         agent_id_number_wrapped, agent_phone_wrapped, state, deadline, created, updated)
VALUES (:application_id, :organization_id, :agent_id, :type, :present_seal_id, :seal_kind, :seal_name, :physical_seal_code, :has_superior,
        :by_agent, :foreign_script, :cancel_reason, :description, :holder_id, :scope_categories, :scope_amount_max_fen, :scope_valid_to,
        :agent_id_number_wrapped, :agent_phone_wrapped, :state, :deadline, :now, :now);

-- name: application_update
-- Facts of a draft or a correction; what is NULL (a flag: below 0) stays.
UPDATE application SET seal_name = coalesce(:seal_name, seal_name), physical_seal_code = coalesce(:physical_seal_code, physical_seal_code),
       description = coalesce(:description, description),
       has_superior = CASE WHEN :has_superior < 0 THEN has_superior ELSE :has_superior END,
       by_agent = CASE WHEN :by_agent < 0 THEN by_agent ELSE :by_agent END,
       foreign_script = CASE WHEN :foreign_script < 0 THEN foreign_script ELSE :foreign_script END,
       agent_id_number_wrapped = coalesce(:agent_id_number_wrapped, agent_id_number_wrapped),
       agent_phone_wrapped = coalesce(:agent_phone_wrapped, agent_phone_wrapped), updated = :now
 WHERE application_id = :application_id AND state = :from;

-- name: application_by_id
-- A maker sees what was submitted and what it accepted itself (R13.5); police their district (R4.1).
SELECT a.application_id, a.organization_id, o.name AS organization_name, o.uscc, o.district, a.agent_id, a.type, a.present_seal_id, a.seal_kind,
       a.seal_name, a.physical_seal_code, a.has_superior, a.by_agent, a.foreign_script, a.cancel_reason, a.description, a.holder_id,
       a.scope_categories, a.scope_amount_max_fen, a.scope_valid_to, a.agent_id_number_wrapped, a.agent_phone_wrapped, a.state, a.maker_id,
       a.accepted_by, a.seal_id, a.reason, a.deadline, a.created, a.updated
  FROM application a JOIN organization o ON o.organization_id = a.organization_id
 WHERE a.application_id = :application_id
   AND (:scope_city = 1 OR a.organization_id = :scope_organization OR o.district = :scope_district
        OR (:scope_maker IS NOT NULL AND (a.maker_id = :scope_maker OR (a.maker_id IS NULL AND a.state = 'SUBMITTED'))));

-- name: application_list
-- One part for each scope, each with its index (as in seal_list).
SELECT a.seq, a.application_id, a.organization_id, o.name AS organization_name, a.type, a.present_seal_id, a.seal_kind, a.seal_name,
       a.physical_seal_code, a.state, a.maker_id, a.seal_id, a.deadline, a.created, a.updated
  FROM application a JOIN organization o ON o.organization_id = a.organization_id
 WHERE a.seq IN (
       SELECT seq FROM (SELECT seq FROM application WHERE :scope_city = 1 AND seq < :before ORDER BY seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT seq FROM application WHERE organization_id = :scope_organization AND seq < :before ORDER BY seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT d.seq FROM application d JOIN organization n ON n.organization_id = d.organization_id
                         WHERE :scope_district IS NOT NULL AND n.district = :scope_district AND d.seq < :before ORDER BY d.seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT seq FROM application WHERE maker_id = :scope_maker AND seq < :before ORDER BY seq DESC LIMIT :limit) AS p
 UNION SELECT seq FROM (SELECT seq FROM application WHERE :scope_maker IS NOT NULL AND maker_id IS NULL AND state = 'SUBMITTED' AND seq < :before
                         ORDER BY seq DESC LIMIT :limit) AS p)
 ORDER BY a.seq DESC LIMIT :limit;

-- name: application_set_state
UPDATE application SET state = :to, maker_id = coalesce(:maker_id, maker_id), seal_id = coalesce(:seal_id, seal_id),
       accepted_by = coalesce(:accepted_by, accepted_by), reason = coalesce(:reason, reason), deadline = :deadline, updated = :now
 WHERE application_id = :application_id AND state = :from;

-- name: application_touch
UPDATE application SET updated = :now WHERE application_id = :application_id AND state = :from;

-- name: application_event_insert
INSERT INTO application_event (application_id, at, event, state, actor_id, reason) VALUES (:application_id, :now, :event, :state, :actor_id, :reason);

-- name: application_history
SELECT at, event, state, actor_id, reason FROM application_event WHERE application_id = :application_id ORDER BY seq;

-- name: application_overdue
SELECT application_id, state FROM application WHERE deadline > 0 AND deadline < :now ORDER BY deadline LIMIT 100;

-- name: material_put
INSERT INTO material (application_id, code, digest, size, uploaded) VALUES (:application_id, :code, :digest, :size, :now)
ON CONFLICT (application_id, code) DO UPDATE SET digest = excluded.digest, size = excluded.size, uploaded = excluded.uploaded,
       original_seen_by = NULL;

-- name: material_list
SELECT code, digest, size, original_seen_by FROM material WHERE application_id = :application_id;

-- name: material_seen
UPDATE material SET original_seen_by = :person_id WHERE application_id = :application_id AND code = :code;
