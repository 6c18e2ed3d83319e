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

-- name: maker_certificate_keep
INSERT INTO maker_certificate (maker_id, certificate, digest, since) VALUES (:maker_id, :certificate, :digest, :now)
ON CONFLICT (maker_id, digest) DO NOTHING;

-- name: maker_certificate_by_digest
-- for: making, stamping, verification
SELECT certificate FROM maker_certificate WHERE digest = :digest OR digest IS NULL ORDER BY seq;
