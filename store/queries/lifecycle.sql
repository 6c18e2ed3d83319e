-- What ends, changes or reminds of a seal: the seal that an application is about, reminders (R20.2), what the key room must still be told.

-- name: seal_of_application
-- The maker who carries it out may be another than the one who made the seal: the application opens it to him (R13.5).
SELECT s.seal_id, s.es_id, s.seal_code, s.organization_id, s.district, s.kind, s.name, s.state, s.valid_to, s.certificate_serial,
       s.impression_digest, s.custodian_id, s.holder_id, s.scope_categories, s.scope_amount_max_fen, s.scope_valid_to
  FROM application a JOIN seal s ON s.seal_id = a.present_seal_id
 WHERE a.application_id = :application_id;

-- name: seal_scope
SELECT holder_id, scope_categories, scope_amount_max_fen, scope_valid_to FROM seal WHERE seal_id = :seal_id;

-- name: reminder_due
-- Seals with at most :days days left that were not reminded of it, or of something nearer.
SELECT s.seal_id, s.valid_to FROM seal s
 WHERE s.state IN ('FILED', 'ACTIVE', 'FROZEN', 'SUSPENDED') AND s.valid_to > :now AND s.valid_to <= :until
   AND NOT EXISTS (SELECT 1 FROM reminder r WHERE r.seal_id = s.seal_id AND r.days <= :days)
 LIMIT 100;

-- name: reminder_insert
INSERT INTO reminder (seal_id, days, created) VALUES (:seal_id, :days, :now) ON CONFLICT (seal_id, days) DO NOTHING;

-- name: reminder_list
SELECT r.seq, r.seal_id, s.es_id, s.name, s.kind, s.state, s.organization_id, s.valid_to, r.days, r.created
  FROM reminder r JOIN seal s ON s.seal_id = r.seal_id
 WHERE (:before = 0 OR r.seq < :before) AND (:scope_city = 1 OR s.organization_id = :scope_organization OR s.district = :scope_district)
 ORDER BY r.seq DESC LIMIT :limit;

-- name: key_work_insert
INSERT INTO key_work (seal_id, state, created) VALUES (:seal_id, :state, :now);

-- name: key_work_open
-- for: stamping
SELECT seq, seal_id, state FROM key_work WHERE done IS NULL ORDER BY seq LIMIT 100;

-- name: key_work_done
-- for: stamping
UPDATE key_work SET done = :now WHERE seq = :seq AND done IS NULL;
