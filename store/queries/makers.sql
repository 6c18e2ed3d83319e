-- What belongs to a maker: workstations (R13.4), inspections, findings, rectification orders (R13.6).

-- name: workstation_insert
-- for: making
INSERT INTO workstation (workstation_id, maker_id, name, place, token_digest, state, asked_by, created)
VALUES (:workstation_id, :maker_id, :name, :place, :token_digest, :state, :person_id, :now);

-- name: workstation_list
-- for: making
SELECT w.seq, w.workstation_id, w.maker_id, w.name, w.place, w.state, w.asked_by, w.decided_by, w.reason, w.created
  FROM workstation w JOIN maker m ON m.maker_id = w.maker_id
 WHERE w.maker_id = :maker_id AND (:before = 0 OR w.seq < :before)
   AND (:scope_city = 1 OR m.district = :scope_district OR m.maker_id = :scope_maker)
 ORDER BY w.seq DESC LIMIT :limit;

-- name: maker_staff
SELECT p.person_id, p.login, p.name_wrapped, p.id_number_wrapped, p.id_number_index, p.phone_wrapped, p.roles, p.organization_id,
       p.maker_id, p.district, p.password_kind, p.password_salt, p.password_hash, p.password_set, p.password_issued, p.second_factor,
       p.state, p.created, p.row_code, p.failed_logins, p.locked_until, p.approver_certificate IS NOT NULL AS has_approver_key, p.seq
  FROM person p JOIN maker m ON m.maker_id = p.maker_id
 WHERE p.maker_id = :maker_id AND (:before = 0 OR p.seq < :before)
   AND (:scope_city = 1 OR m.district = :scope_district OR m.maker_id = :scope_maker)
 ORDER BY p.seq DESC LIMIT :limit;

-- name: workstation_by_id
-- for: making
SELECT w.workstation_id, w.maker_id, w.state FROM workstation w JOIN maker m ON m.maker_id = w.maker_id
 WHERE w.workstation_id = :workstation_id AND (:scope_city = 1 OR m.district = :scope_district OR m.maker_id = :scope_maker);

-- name: workstation_by_token
-- for: making
SELECT workstation_id, maker_id, state FROM workstation WHERE token_digest = :token_digest;

-- name: workstation_set_state
-- for: making
UPDATE workstation SET state = :to, decided_by = :person_id, reason = :reason WHERE workstation_id = :workstation_id AND state = :from;

-- name: maker_in_scope
-- for: making
SELECT maker_id, name, state FROM maker
 WHERE maker_id = :maker_id AND (:scope_city = 1 OR district = :scope_district OR maker_id = :scope_maker);

-- name: maker_seal_count
-- for: making
SELECT count(*) AS seals FROM seal WHERE maker_id = :maker_id;

-- name: maker_seal_at
-- for: making
SELECT seal_id FROM seal WHERE maker_id = :maker_id ORDER BY seq LIMIT 1 OFFSET :place;

-- name: inspection_insert
-- for: making
INSERT INTO inspection (inspection_id, maker_id, inspector_id, kind, note, state, created)
VALUES (:inspection_id, :maker_id, :person_id, :kind, :note, :state, :now);

-- name: inspection_sample_insert
-- for: making
INSERT INTO inspection_sample (inspection_id, seal_id) VALUES (:inspection_id, :seal_id) ON CONFLICT (inspection_id, seal_id) DO NOTHING;

-- name: inspection_list
-- for: making
SELECT i.seq, i.inspection_id, i.maker_id, m.name AS maker_name, i.inspector_id, i.kind, i.note, i.state, i.conclusion, i.created, i.closed
  FROM inspection i JOIN maker m ON m.maker_id = i.maker_id
 WHERE (:before = 0 OR i.seq < :before) AND (:scope_city = 1 OR m.district = :scope_district OR m.maker_id = :scope_maker)
 ORDER BY i.seq DESC LIMIT :limit;

-- name: inspection_by_id
-- for: making
SELECT i.inspection_id, i.maker_id, m.name AS maker_name, i.inspector_id, i.kind, i.note, i.state, i.conclusion, i.created, i.closed
  FROM inspection i JOIN maker m ON m.maker_id = i.maker_id
 WHERE i.inspection_id = :inspection_id AND (:scope_city = 1 OR m.district = :scope_district OR m.maker_id = :scope_maker);

-- name: inspection_sample_list
-- for: making
SELECT s.seal_id, s.es_id, s.name, s.kind, s.state FROM inspection_sample i JOIN seal s ON s.seal_id = i.seal_id
 WHERE i.inspection_id = :inspection_id ORDER BY s.seq;

-- name: inspection_close
-- for: making
UPDATE inspection SET state = :to, conclusion = :conclusion, closed = :now WHERE inspection_id = :inspection_id AND state = :from;

-- name: inspection_open_orders
-- for: making
SELECT count(*) AS open FROM rectification WHERE inspection_id = :inspection_id AND state IN ('ORDERED', 'OVERDUE', 'ANSWERED');

-- name: finding_insert
-- for: making
INSERT INTO finding (finding_id, inspection_id, seal_id, clause, description, finder_id, created)
VALUES (:finding_id, :inspection_id, :seal_id, :clause, :description, :person_id, :now);

-- name: finding_list
-- for: making
SELECT finding_id, seal_id, clause, description, finder_id, created FROM finding WHERE inspection_id = :inspection_id ORDER BY seq;

-- name: finding_seal
-- for: making
-- A finding names only a seal of the maker that is inspected.
SELECT seal_id FROM seal WHERE seal_id = :seal_id AND maker_id = :maker_id;

-- name: rectification_insert
-- for: making
INSERT INTO rectification (rectification_id, inspection_id, demand, due, state, created)
VALUES (:rectification_id, :inspection_id, :demand, :due, :state, :now);

-- name: rectification_list
-- for: making
SELECT rectification_id, demand, due, state, created FROM rectification WHERE inspection_id = :inspection_id ORDER BY seq;

-- name: rectification_by_id
-- for: making
SELECT r.rectification_id, r.inspection_id, r.demand, r.due, r.state FROM rectification r
  JOIN inspection i ON i.inspection_id = r.inspection_id JOIN maker m ON m.maker_id = i.maker_id
 WHERE r.rectification_id = :rectification_id AND (:scope_city = 1 OR m.district = :scope_district OR m.maker_id = :scope_maker);

-- name: rectification_set_state
-- for: making
-- :due 0 leaves the day as it is.
UPDATE rectification SET state = :to, due = CASE WHEN :due = 0 THEN due ELSE :due END WHERE rectification_id = :rectification_id AND state = :from;

-- name: rectification_event_insert
-- for: making
INSERT INTO rectification_event (rectification_id, at, event, state, actor_id, description)
VALUES (:rectification_id, :now, :event, :state, :actor_id, :description);

-- name: rectification_history
-- for: making
SELECT e.rectification_id, e.at, e.event, e.state, e.actor_id, e.description FROM rectification_event e
  JOIN rectification r ON r.rectification_id = e.rectification_id WHERE r.inspection_id = :inspection_id ORDER BY e.seq;

-- name: rectification_overdue
-- for: making
SELECT rectification_id, state FROM rectification WHERE state = 'ORDERED' AND due < :now LIMIT 100;
