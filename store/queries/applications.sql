-- Applications and their materials. The scope is in the question: who may not see a row gets none.

-- name: application_insert
INSERT INTO application (application_id, organization_id, agent_id, seal_kind, seal_name, physical_seal_code, has_superior, by_agent,
                         foreign_script, agent_id_number_wrapped, agent_phone_wrapped, state, created, updated)
VALUES (:application_id, :organization_id, :agent_id, :seal_kind, :seal_name, :physical_seal_code, :has_superior, :by_agent,
        :foreign_script, :agent_id_number_wrapped, :agent_phone_wrapped, :state, :now, :now);

-- name: application_by_id
-- A maker sees what was submitted and what it accepted itself (R13.5); police their district (R4.1).
SELECT a.application_id, a.organization_id, o.name AS organization_name, o.uscc, o.district, a.agent_id, a.seal_kind, a.seal_name,
       a.physical_seal_code, a.has_superior, a.by_agent, a.foreign_script, a.agent_id_number_wrapped, a.agent_phone_wrapped,
       a.state, a.maker_id, a.seal_id, a.reason, a.created, a.updated
  FROM application a JOIN organization o ON o.organization_id = a.organization_id
 WHERE a.application_id = :application_id
   AND (:scope_city = 1 OR a.organization_id = :scope_organization OR o.district = :scope_district
        OR (:scope_maker IS NOT NULL AND (a.maker_id = :scope_maker OR (a.maker_id IS NULL AND a.state = 'SUBMITTED'))));

-- name: application_list
SELECT a.seq, a.application_id, a.organization_id, o.name AS organization_name, a.seal_kind, a.seal_name, a.physical_seal_code, a.state,
       a.maker_id, a.seal_id, a.created, a.updated
  FROM application a JOIN organization o ON o.organization_id = a.organization_id
 WHERE (:before = 0 OR a.seq < :before)
   AND (:scope_city = 1 OR a.organization_id = :scope_organization OR o.district = :scope_district
        OR (:scope_maker IS NOT NULL AND (a.maker_id = :scope_maker OR (a.maker_id IS NULL AND a.state = 'SUBMITTED'))))
 ORDER BY a.seq DESC LIMIT :limit;

-- name: application_set_state
UPDATE application SET state = :to, maker_id = coalesce(:maker_id, maker_id), seal_id = coalesce(:seal_id, seal_id),
       reason = coalesce(:reason, reason), updated = :now
 WHERE application_id = :application_id AND state = :from;

-- name: material_put
INSERT INTO material (application_id, code, digest, size, uploaded) VALUES (:application_id, :code, :digest, :size, :now)
ON CONFLICT (application_id, code) DO UPDATE SET digest = excluded.digest, size = excluded.size, uploaded = excluded.uploaded,
       original_seen_by = NULL;

-- name: material_list
SELECT code, digest, size, original_seen_by FROM material WHERE application_id = :application_id;

-- name: material_seen
UPDATE material SET original_seen_by = :person_id WHERE application_id = :application_id AND code = :code;
