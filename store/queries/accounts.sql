-- People, their sessions, second factors and locks; acts of two persons. Every statement that reads a person for use reads the whole row, so
-- that its code can be checked (R25.1); every one that writes what the code covers is followed by person_set_row_code (daemons/web/account.c).

-- name: person_insert
INSERT INTO person (person_id, login, name_wrapped, id_number_wrapped, id_number_index, phone_wrapped, roles, organization_id, maker_id,
                    district, password_kind, password_salt, password_hash, password_set, password_issued, second_factor, state, created)
VALUES (:person_id, :login, :name_wrapped, :id_number_wrapped, :id_number_index, :phone_wrapped, :roles, :organization_id, :maker_id,
        :district, :password_kind, :password_salt, :password_hash, :now, 1, 0, :state, :now);

-- name: person_count
-- for: stamping
SELECT count(*) AS people FROM person;

-- name: person_by_login
SELECT person_id, login, name_wrapped, id_number_wrapped, id_number_index, phone_wrapped, roles, organization_id, maker_id, district,
       password_kind, password_salt, password_hash, password_set, password_issued, second_factor, state, created, row_code,
       failed_logins, locked_until, approver_certificate IS NOT NULL AS has_approver_key
  FROM person WHERE login = :login;

-- name: person_by_id
SELECT person_id, login, name_wrapped, id_number_wrapped, id_number_index, phone_wrapped, roles, organization_id, maker_id, district,
       password_kind, password_salt, password_hash, password_set, password_issued, second_factor, state, created, row_code,
       failed_logins, locked_until, approver_certificate IS NOT NULL AS has_approver_key
  FROM person WHERE person_id = :person_id;

-- name: person_in_scope
-- R4.1: the city, a district by the organization or the police officer's own, or nobody.
SELECT p.person_id, p.login, p.name_wrapped, p.id_number_wrapped, p.id_number_index, p.phone_wrapped, p.roles, p.organization_id,
       p.maker_id, p.district, p.password_kind, p.password_salt, p.password_hash, p.password_set, p.password_issued, p.second_factor,
       p.state, p.created, p.row_code, p.failed_logins, p.locked_until, p.approver_certificate IS NOT NULL AS has_approver_key
  FROM person p LEFT JOIN organization o ON o.organization_id = p.organization_id
 WHERE p.person_id = :person_id AND (:scope_city = 1 OR o.district = :scope_district OR p.district = :scope_district);

-- name: person_list
SELECT p.person_id, p.login, p.name_wrapped, p.id_number_wrapped, p.id_number_index, p.phone_wrapped, p.roles, p.organization_id,
       p.maker_id, p.district, p.password_kind, p.password_salt, p.password_hash, p.password_set, p.password_issued, p.second_factor,
       p.state, p.created, p.row_code, p.failed_logins, p.locked_until, p.approver_certificate IS NOT NULL AS has_approver_key, p.seq
  FROM person p LEFT JOIN organization o ON o.organization_id = p.organization_id
 WHERE (:before = 0 OR p.seq < :before) AND (:scope_city = 1 OR o.district = :scope_district OR p.district = :scope_district)
   AND (:id_number_index IS NULL OR p.id_number_index = :id_number_index) AND (:login IS NULL OR p.login = :login)
   AND (:organization_id IS NULL OR p.organization_id = :organization_id)
 ORDER BY p.seq DESC LIMIT :limit;

-- name: person_set_row_code
UPDATE person SET row_code = :row_code WHERE person_id = :person_id;

-- name: person_set_password
UPDATE person SET password_kind = :password_kind, password_salt = :password_salt, password_hash = :password_hash, password_set = :now,
       password_issued = :issued, failed_logins = 0, locked_until = 0
 WHERE person_id = :person_id;

-- name: person_stretch_anew
-- The same password by another function: its age and whether it was given out stay.
UPDATE person SET password_kind = :password_kind, password_salt = :password_salt, password_hash = :password_hash WHERE person_id = :person_id;

-- name: person_set_second_factor
UPDATE person SET second_factor = :second_factor WHERE person_id = :person_id;

-- name: person_set_state
UPDATE person SET state = :to WHERE person_id = :person_id AND state = :from;

-- name: person_set_roles
UPDATE person SET roles = :roles WHERE person_id = :person_id AND roles = :from;

-- name: person_set_approver_certificate
UPDATE person SET approver_certificate = :certificate WHERE person_id = :person_id;

-- name: person_count_try
-- Counted before the password is looked at: tries at the same time cannot share one.
UPDATE person SET failed_logins = :failures, locked_until = :locked_until WHERE person_id = :person_id;

-- name: password_history_insert
INSERT INTO password_history (person_id, password_kind, password_salt, password_hash)
VALUES (:person_id, :password_kind, :password_salt, :password_hash);

-- name: password_history_list
SELECT password_kind, password_salt, password_hash FROM password_history WHERE person_id = :person_id ORDER BY seq DESC LIMIT :limit;

-- name: login_source_find
SELECT failures, locked_until, last FROM login_source WHERE source = :source;

-- name: login_source_put
INSERT INTO login_source (source, failures, locked_until, last) VALUES (:source, :failures, :locked_until, :now)
ON CONFLICT (source) DO UPDATE SET failures = excluded.failures, locked_until = excluded.locked_until, last = excluded.last;

-- name: login_source_forget
-- for: stamping
DELETE FROM login_source WHERE last < :before AND locked_until < :now;

-- name: session_insert
INSERT INTO session (token_digest, person_id, created, last_seen, session_id, source, fresh)
VALUES (:token_digest, :person_id, :now, :now, :session_id, :source, :now);

-- name: session_by_token
SELECT p.person_id, p.login, p.name_wrapped, p.id_number_wrapped, p.id_number_index, p.phone_wrapped, p.roles, p.organization_id,
       p.maker_id, p.district, p.password_kind, p.password_salt, p.password_hash, p.password_set, p.password_issued, p.second_factor,
       p.state, p.created, p.row_code, s.session_id, s.created AS opened, s.last_seen, s.fresh
  FROM session s JOIN person p ON p.person_id = s.person_id
 WHERE s.token_digest = :token_digest;

-- name: session_list
SELECT session_id, created, last_seen, source FROM session WHERE person_id = :person_id ORDER BY created DESC, session_id;

-- name: session_seen
UPDATE session SET last_seen = :now WHERE token_digest = :token_digest;

-- name: session_set_fresh
UPDATE session SET fresh = :now WHERE token_digest = :token_digest;

-- name: session_delete
DELETE FROM session WHERE token_digest = :token_digest;

-- name: session_delete_by_id
DELETE FROM session WHERE session_id = :session_id AND person_id = :person_id;

-- name: session_delete_of_person
DELETE FROM session WHERE person_id = :person_id;

-- name: session_delete_others
DELETE FROM session WHERE person_id = :person_id AND token_digest <> :token_digest;

-- name: session_delete_beyond
-- A person's oldest sessions, so that :keep stay.
DELETE FROM session WHERE person_id = :person_id AND session_id NOT IN
    (SELECT session_id FROM session WHERE person_id = :person_id ORDER BY created DESC, last_seen DESC, session_id LIMIT :keep);

-- name: session_delete_old
-- for: stamping
DELETE FROM session WHERE last_seen < :idle_before OR created < :created_before;

-- name: factor_list
SELECT kind, secret_wrapped, pending_wrapped, last_step FROM second_factor WHERE person_id = :person_id;

-- name: factor_put_pending
INSERT INTO second_factor (person_id, kind, secret_wrapped, pending_wrapped, last_step, created)
VALUES (:person_id, :kind, NULL, :pending_wrapped, 0, :now)
ON CONFLICT (person_id, kind) DO UPDATE SET pending_wrapped = excluded.pending_wrapped;

-- name: factor_confirm
UPDATE second_factor SET secret_wrapped = pending_wrapped, pending_wrapped = NULL, last_step = :step
 WHERE person_id = :person_id AND kind = :kind AND pending_wrapped = :pending_wrapped;

-- name: factor_use_step
-- RFC 6238 5.2: a step counts once, also when two ask at the same time.
UPDATE second_factor SET last_step = :step WHERE person_id = :person_id AND kind = 'totp' AND last_step < :step;

-- name: factor_delete_all
-- for: stamping
DELETE FROM second_factor WHERE person_id = :person_id;

-- name: recovery_insert
INSERT INTO recovery_code (person_id, code_hash, used) VALUES (:person_id, :code_hash, NULL);

-- name: recovery_use
UPDATE recovery_code SET used = :now WHERE person_id = :person_id AND code_hash = :code_hash AND used IS NULL;

-- name: recovery_count
SELECT count(*) AS unused FROM recovery_code WHERE person_id = :person_id AND used IS NULL;

-- name: recovery_delete_all
DELETE FROM recovery_code WHERE person_id = :person_id;

-- name: challenge_spend
INSERT INTO spent_challenge (digest, expires) VALUES (:digest, :expires);

-- name: challenge_forget
-- for: stamping
DELETE FROM spent_challenge WHERE expires < :now;

-- name: act_insert
-- for: stamping
INSERT INTO account_act (act_id, kind, person_id, reason, half_wrapped, state, proposer_id, created)
VALUES (:act_id, :kind, :person_id, :reason, :half_wrapped, 'PROPOSED', :proposer_id, :now);

-- name: act_by_id
-- for: stamping
SELECT a.act_id, a.kind, a.person_id, p.login, p.roles, a.reason, a.half_wrapped, a.state, a.proposer_id, a.decider_id, a.created, a.decided
  FROM account_act a JOIN person p ON p.person_id = a.person_id WHERE a.act_id = :act_id;

-- name: act_list
-- for: stamping
SELECT a.seq, a.act_id, a.kind, a.person_id, p.login, p.roles, a.reason, a.state, a.proposer_id, a.decider_id, a.created, a.decided
  FROM account_act a JOIN person p ON p.person_id = a.person_id
 WHERE (:before = 0 OR a.seq < :before) ORDER BY a.seq DESC LIMIT :limit;

-- name: act_decide
-- for: stamping
UPDATE account_act SET state = :to, decider_id = :decider_id, decided = :now, half_wrapped = NULL WHERE act_id = :act_id AND state = 'PROPOSED';

-- name: bootstrap_put
-- for: stamping
INSERT INTO bootstrap (one, secret_hash, expires, spent) VALUES (1, :secret_hash, :expires, NULL)
ON CONFLICT (one) DO UPDATE SET secret_hash = excluded.secret_hash, expires = excluded.expires;

-- name: bootstrap_find
-- for: stamping
SELECT secret_hash, expires, spent FROM bootstrap WHERE one = 1;

-- name: bootstrap_spend
-- for: stamping
UPDATE bootstrap SET spent = :now WHERE one = 1 AND spent IS NULL AND expires > :now;

-- name: reveal_from_application
-- R13.5: maker's staff only while the case is open with them; police in their district.
SELECT application_id, agent_id_number_wrapped, agent_phone_wrapped FROM application a
  JOIN organization o ON o.organization_id = a.organization_id
 WHERE a.application_id = :application_id
   AND (:scope_city = 1 OR o.district = :scope_district OR (a.maker_id = :scope_maker AND a.state = 'ACCEPTED'));

-- name: inventory_certificates
-- Every certificate that this service's keys hold: makers', approvers', seals'.
SELECT 'maker' AS kind, m.maker_id AS id, m.certificate AS certificate, m.state AS state FROM maker m WHERE m.certificate IS NOT NULL
UNION ALL
SELECT 'approver', p.person_id, p.approver_certificate, p.state FROM person p WHERE p.approver_certificate IS NOT NULL
UNION ALL
SELECT 'seal', s.seal_id, s.certificate, s.state FROM seal s
ORDER BY 1, 2 LIMIT :limit OFFSET :offset;
