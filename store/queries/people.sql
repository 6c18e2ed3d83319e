-- Organizations, makers, people, sessions.

-- name: organization_insert
INSERT INTO organization (organization_id, uscc, name, kind, district, created)
VALUES (:organization_id, :uscc, :name, :kind, :district, :now);

-- name: organization_by_id
SELECT organization_id, uscc, name, kind, district FROM organization WHERE organization_id = :organization_id;

-- name: maker_insert
INSERT INTO maker (maker_id, licence_number, name, uscc, district, valid_from, valid_to, state, created)
VALUES (:maker_id, :licence_number, :name, :uscc, :district, :valid_from, :valid_to, :state, :now);

-- name: maker_by_id
-- R13.5: a maker's staff see their own maker only; police see all.
SELECT maker_id, licence_number, name, uscc, valid_from, valid_to, state, certificate
  FROM maker
 WHERE maker_id = :maker_id AND (:scope_city = 1 OR maker_id = :scope_maker);

-- name: maker_set_state
UPDATE maker SET state = :to WHERE maker_id = :maker_id AND state = :from;

-- name: maker_set_certificate
UPDATE maker SET certificate = :certificate WHERE maker_id = :maker_id;

-- name: person_insert
INSERT INTO person (person_id, login, name_wrapped, id_number_wrapped, id_number_index, phone_wrapped, roles, organization_id, maker_id,
                    district, password_salt, password_hash, created)
VALUES (:person_id, :login, :name_wrapped, :id_number_wrapped, :id_number_index, :phone_wrapped, :roles, :organization_id, :maker_id,
        :district, :password_salt, :password_hash, :now);

-- name: person_count
SELECT count(*) AS people FROM person;

-- name: person_by_login
SELECT person_id, roles, organization_id, maker_id, district, password_salt, password_hash, failed_logins, locked_until, name_wrapped
  FROM person WHERE login = :login;

-- name: person_by_id
SELECT person_id, roles, organization_id, maker_id, district, password_salt, password_hash, name_wrapped,
       approver_certificate IS NOT NULL AS has_approver_key
  FROM person WHERE person_id = :person_id;

-- name: person_login_failed
UPDATE person SET failed_logins = failed_logins + 1,
       locked_until = CASE WHEN failed_logins + 1 >= :limit THEN :locked_until ELSE locked_until END
 WHERE person_id = :person_id;

-- name: person_login_succeeded
UPDATE person SET failed_logins = 0, locked_until = 0 WHERE person_id = :person_id;

-- name: person_set_password
UPDATE person SET password_salt = :password_salt, password_hash = :password_hash WHERE person_id = :person_id;

-- name: person_set_approver_certificate
UPDATE person SET approver_certificate = :certificate WHERE person_id = :person_id;

-- name: session_insert
INSERT INTO session (token_digest, person_id, created, last_seen) VALUES (:token_digest, :person_id, :now, :now);

-- name: session_by_token
SELECT s.person_id, s.created, s.last_seen, p.roles, p.organization_id, p.maker_id, p.district
  FROM session s JOIN person p ON p.person_id = s.person_id
 WHERE s.token_digest = :token_digest;

-- name: session_seen
UPDATE session SET last_seen = :now WHERE token_digest = :token_digest;

-- name: session_delete
DELETE FROM session WHERE token_digest = :token_digest;

-- name: session_delete_of_person
DELETE FROM session WHERE person_id = :person_id;

-- name: session_delete_old
DELETE FROM session WHERE last_seen < :idle_before OR created < :created_before;
