-- name: filing_add
INSERT INTO filing (seal_id) VALUES (:seal_id);

-- name: note_add
INSERT INTO note (seal_id, text) VALUES (:seal_id, :text);

-- name: pair_add
INSERT INTO pair (number, half) VALUES (:number, :half);

-- name: pair_count
SELECT count(*) AS rows, count(DISTINCT number) AS numbers FROM pair;

-- name: pair_halves
SELECT count(*) AS n FROM pair WHERE number = :number;

-- name: seal_facts
SELECT sum(number) AS total, max(number) AS highest, count(number) > 1 AS several, picture IS NULL AS bare, 7 AS seven
  FROM seal WHERE code <> :except GROUP BY picture;

-- name: seal_organizations
-- What sorts first is the same everywhere: no name, then by the bytes.
SELECT code, organization FROM seal ORDER BY organization, code;

-- name: seal_like
SELECT count(*) AS n FROM seal WHERE code LIKE :pattern;

-- name: seal_add_once
INSERT INTO seal (code, number) VALUES (:code, :number) ON CONFLICT (code) DO UPDATE SET number = excluded.number;

-- name: chain_last
SELECT count(*) AS n, coalesce(max(number), 0) AS highest FROM pair;

-- name: maker_rename
-- for: making
UPDATE maker SET name = :name WHERE id = :id;
