-- The archive package of a stamp record (R24.1): what stood behind the stamp, beside the order itself.

-- name: archive_certificates
-- for: stamping
-- Of those who approved the subject: what their approvals are checked with.
SELECT p.person_id, p.approver_certificate FROM person p
 WHERE p.approver_certificate IS NOT NULL AND p.person_id IN (SELECT a.person_id FROM approval a WHERE a.subject_id = :subject_id)
 ORDER BY p.person_id;

-- name: archive_flows
-- for: stamping
-- The flows under which it was approved.
SELECT f.number, f.digest, f.flow, f.set_at FROM seal_flow f
 WHERE f.seal_id = :seal_id AND f.digest IN (SELECT a.flow_digest FROM approval a WHERE a.subject_id = :subject_id)
 ORDER BY f.number;
