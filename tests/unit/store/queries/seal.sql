-- Before the first header only comments may stand.

-- name: seal_add
-- Parameters :not_one in a comment are none.
INSERT INTO seal (code, maker_id, organization, number, picture)
VALUES (:code, :maker_id, :organization, :number, :picture);

-- name: seal_by_code
SELECT id, code, organization, number, picture, NULL AS missing, 0.5 AS half, ':code ;' AS "text" /* ; :no */
FROM seal WHERE code = :code;

-- name: seal_codes
SELECT code FROM seal ORDER BY code;

-- name: seal_codes_from
-- The same parameter twice is one.
SELECT code FROM seal WHERE code >= :from AND :from <> '' ORDER BY code;

-- name: seal_count
-- for: making, stamping, verification
SELECT count(*) AS n FROM seal;

-- name: seal_set_state
UPDATE seal SET state = :state WHERE code LIKE :code;

-- name: seal_code_as_number
UPDATE seal SET number = :number WHERE code = :code;

-- name: seal_remove_all
DELETE FROM seal;
