-- Applications that use the API, their nonces and quotas.

-- name: client_insert
-- for: stamping
INSERT INTO api_client (client_id, name, tier, organization_id, maker_id, responsible_id, algorithm, scopes, per_minute, per_day, state,
                        secret_wrapped, public_key, created, rotated)
VALUES (:client_id, :name, :tier, :organization_id, :maker_id, :responsible_id, :algorithm, :scopes, :per_minute, :per_day, 'ACTIVE',
        :secret_wrapped, :public_key, :now, :now);

-- name: client_for_request
-- Everything that admits a request; the roles are those that the responsible person has now.
SELECT c.client_id, c.state, c.algorithm, c.scopes, c.per_minute, c.per_day, c.secret_wrapped, c.public_key, c.old_secret_wrapped,
       c.old_public_key, c.old_until, c.tier, c.organization_id, c.maker_id, c.responsible_id, p.roles
  FROM api_client c
  JOIN person p ON p.person_id = c.responsible_id
   AND (p.organization_id = c.organization_id OR p.maker_id = c.maker_id)
 WHERE c.client_id = :client_id;

-- name: client_by_id
-- for: stamping
SELECT client_id, name, tier, organization_id, maker_id, responsible_id, algorithm, scopes, per_minute, per_day, state, reason, by_police,
       public_key, old_until, created, rotated
  FROM api_client
 WHERE client_id = :client_id AND (:scope_city = 1 OR organization_id = :scope_organization OR maker_id = :scope_maker);

-- name: client_list
-- for: stamping
SELECT seq, client_id, name, tier, organization_id, maker_id, responsible_id, algorithm, scopes, per_minute, per_day, state, created
  FROM api_client
 WHERE (:before = 0 OR seq < :before) AND (:scope_city = 1 OR organization_id = :scope_organization OR maker_id = :scope_maker)
 ORDER BY seq DESC LIMIT :limit;

-- name: client_rotate
-- for: stamping
-- What was in force goes on until old_until; what was old before ends now.
UPDATE api_client SET old_secret_wrapped = secret_wrapped, old_public_key = public_key, old_until = :old_until,
       secret_wrapped = :secret_wrapped, public_key = :public_key, rotated = :now, responsible_id = :person_id
 WHERE client_id = :client_id AND state = :state AND rotated = :rotated;

-- name: client_move
-- for: stamping
UPDATE api_client SET state = :to, reason = :reason, by_police = :by_police WHERE client_id = :client_id AND state = :from;

-- name: client_nonce
INSERT INTO api_nonce (client_id, nonce, seen) VALUES (:client_id, :nonce, :now);

-- name: client_nonce_forget
DELETE FROM api_nonce WHERE seen < :before;

-- name: client_use
INSERT INTO api_use (client_id, span, begun, used) VALUES (:client_id, :span, :begun, :count)
ON CONFLICT (client_id, span, begun) DO UPDATE SET used = api_use.used + excluded.used;

-- name: client_used
SELECT used FROM api_use WHERE client_id = :client_id AND span = :span AND begun = :begun;

-- name: client_use_forget
DELETE FROM api_use WHERE begun < :before;
