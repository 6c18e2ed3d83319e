-- What the police see of seals, filings and stampings (R4.1). The scope is in every question; a filter only narrows it.

-- name: filing_list
-- for: stamping
-- A filter that is NULL (a time: 0) does not narrow; :waiting = 1: only what has no receipt yet.
SELECT f.seq, f.filing_number, f.seal_id, s.es_id, s.name, s.kind, s.maker_id, o.name AS organization_name, o.uscc, f.district, f.event, f.created,
       f.receipt, f.receipt_at
  FROM filing f JOIN seal s ON s.seal_id = f.seal_id JOIN organization o ON o.organization_id = s.organization_id
 WHERE (:before = 0 OR f.seq < :before) AND (:scope_city = 1 OR f.district = :scope_district)
   AND (:district IS NULL OR f.district = :district) AND (:event IS NULL OR f.event = :event) AND (:kind IS NULL OR s.kind = :kind)
   AND (:maker_id IS NULL OR s.maker_id = :maker_id) AND f.created >= :from AND (:to = 0 OR f.created < :to)
   AND (:waiting = 0 OR f.receipt IS NULL)
 ORDER BY f.seq DESC LIMIT :limit;

-- name: statistics_events
-- for: stamping
-- Every event of a seal's life is a filing: the register counts them.
SELECT CASE CAST(:by AS TEXT) WHEN 'district' THEN s.district WHEN 'kind' THEN s.kind WHEN 'maker' THEN s.maker_id ELSE '' END AS item, f.event AS what,
       count(*) AS number
  FROM filing f JOIN seal s ON s.seal_id = f.seal_id
 WHERE f.created >= :from AND f.created < :to AND (:scope_city = 1 OR s.district = :scope_district)
 GROUP BY 1, 2 ORDER BY 1, 2;

-- name: statistics_states
-- for: stamping
-- As it is now, of the seals made in the period.
SELECT CASE CAST(:by AS TEXT) WHEN 'district' THEN s.district WHEN 'kind' THEN s.kind WHEN 'maker' THEN s.maker_id ELSE '' END AS item, s.state AS what,
       count(*) AS number
  FROM seal s
 WHERE s.created >= :from AND s.created < :to AND (:scope_city = 1 OR s.district = :scope_district)
 GROUP BY 1, 2 ORDER BY 1, 2;

-- name: statistics_stamps
-- for: stamping
SELECT CASE CAST(:by AS TEXT) WHEN 'district' THEN s.district WHEN 'kind' THEN s.kind WHEN 'maker' THEN s.maker_id ELSE '' END AS item, r.state AS what,
       count(*) AS number
  FROM stamp_order r JOIN seal s ON s.seal_id = r.seal_id
 WHERE r.state = 'DONE' AND r.stamped >= :from AND r.stamped < :to AND (:scope_city = 1 OR s.district = :scope_district)
 GROUP BY 1, 2 ORDER BY 1, 2;
