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
