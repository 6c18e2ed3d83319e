-- Ages of PINs, for reminding (R19.2); what they decide is the key room's.

-- name: key_pin_set
INSERT INTO key_pin (key_id, person_id, since) VALUES (:key_id, :person_id, :now)
ON CONFLICT (key_id) DO UPDATE SET person_id = excluded.person_id, since = excluded.since;

-- name: notify_pins
-- R19.2: whose PIN is older than this; once for each PIN, none for a seal that has ended.
SELECT k.person_id, k.key_id AS object, k.since AS number
  FROM key_pin k JOIN person p ON p.person_id = k.person_id LEFT JOIN seal s ON s.seal_id = k.key_id
 WHERE k.since <= :before AND p.state = 'ACTIVE' AND (s.seal_id IS NULL OR s.state IN ('ACTIVE', 'FROZEN', 'SUSPENDED'))
   AND NOT EXISTS (SELECT 1 FROM notification n
                    WHERE n.kind = 'pin_ageing' AND n.object = k.key_id AND n.number = k.since AND n.person_id = k.person_id)
 ORDER BY k.key_id LIMIT 100;
