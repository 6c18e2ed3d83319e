-- Holds on seals (R21.2, R4.1).

-- name: hold_officers
-- for: stamping
-- Who may be named to lift a hold of the police: with a key of their own; the one who places it and those of the seal's district first.
SELECT p.person_id FROM person p
 WHERE p.roles & :police <> 0 AND p.state = 'ACTIVE' AND p.approver_certificate IS NOT NULL
   AND (p.district IS NULL OR (:city = 0 AND p.district = :district))
 ORDER BY CASE WHEN p.person_id = :person_id THEN 0 WHEN p.district = :district THEN 1 ELSE 2 END, p.person_id LIMIT :limit;

-- name: hold_number
-- for: stamping
SELECT count(*) AS placed FROM seal_hold WHERE seal_id = :seal_id AND owner = :owner;

-- name: hold_standing
SELECT hold_id, owner, placed, needed, officers FROM seal_hold WHERE seal_id = :seal_id AND state = 'STANDING' ORDER BY seq;

-- name: hold_list
SELECT hold_id, owner, state, placed_by, reason, placed, needed, officers, lifted_by, lifted_reason, lifted FROM seal_hold
 WHERE seal_id = :seal_id ORDER BY seq;

-- name: hold_agreements
SELECT a.hold_id, a.person_id, a.reason, a.agreed FROM seal_hold_agreement a JOIN seal_hold h ON h.hold_id = a.hold_id
 WHERE h.seal_id = :seal_id ORDER BY a.seq;

-- name: hold_by_id
-- for: stamping
SELECT h.hold_id, h.seal_id, h.owner, h.state, h.needed, h.officers, s.es_id, s.district, s.state AS seal_state
  FROM seal_hold h JOIN seal s ON s.seal_id = h.seal_id
 WHERE h.hold_id = :hold_id AND (:scope_city = 1 OR s.district = :scope_district);

-- name: hold_insert
-- for: stamping
INSERT INTO seal_hold (hold_id, seal_id, owner, state, placed_by, reason, placed, needed, officers)
VALUES (:hold_id, :seal_id, :owner, 'STANDING', :person_id, :reason, :now, :needed, :officers);

-- name: hold_lift
-- for: stamping
UPDATE seal_hold SET state = 'LIFTED', lifted_by = :person_id, lifted_reason = :reason, lifted = :now WHERE hold_id = :hold_id AND state = 'STANDING';

-- name: hold_agree
-- for: stamping
INSERT INTO seal_hold_agreement (hold_id, person_id, reason, agreed) VALUES (:hold_id, :person_id, :reason, :now);

-- name: seal_state_now
-- for: stamping
SELECT state FROM seal WHERE seal_id = :seal_id;

-- name: fsck_holds
-- R21.2: a seal is FROZEN exactly as long as a hold stands.
SELECT s.seal_id AS id, s.state AS found FROM seal s
 WHERE (s.state = 'FROZEN' AND NOT EXISTS (SELECT 1 FROM seal_hold h WHERE h.seal_id = s.seal_id AND h.state = 'STANDING'))
    OR (s.state = 'ACTIVE' AND EXISTS (SELECT 1 FROM seal_hold h WHERE h.seal_id = s.seal_id AND h.state = 'STANDING'))
 ORDER BY s.seq LIMIT :limit;

-- name: fsck_stops
-- What stops the key of each seal that could still be used.
SELECT s.seq, s.seal_id, s.state,
       (SELECT count(*) FROM seal_hold h WHERE h.seal_id = s.seal_id AND h.state = 'STANDING' AND h.owner = 'organization') AS own,
       (SELECT count(*) FROM seal_hold h WHERE h.seal_id = s.seal_id AND h.state = 'STANDING' AND h.owner <> 'organization') AS supervisors
  FROM seal s WHERE s.seq > :after AND s.state IN ('ACTIVE', 'FROZEN', 'SUSPENDED') ORDER BY s.seq LIMIT :limit;
