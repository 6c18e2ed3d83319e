-- The audit record, read by the audit administrator alone. audit_insert is the one place that writes it.

-- name: audit_last
SELECT hash FROM audit ORDER BY seq DESC LIMIT 1;

-- name: audit_insert
INSERT INTO audit (at, event, actor_id, source, object, outcome, request_digest, seen_digest, detail, hash)
VALUES (:at, :event, :actor_id, :source, :object, :outcome, :request_digest, :seen_digest, :detail, :hash);

-- name: audit_list
SELECT seq, at, event, actor_id, source, object, outcome, request_digest, seen_digest, detail, hash FROM audit
 WHERE (:before = 0 OR seq < :before) AND at >= :since AND at < :until
   AND (:event IS NULL OR event = :event) AND (:outcome IS NULL OR outcome = :outcome) AND (:source IS NULL OR source = :source)
 ORDER BY seq DESC LIMIT :limit;

-- name: audit_list_of_actor
SELECT seq, at, event, actor_id, source, object, outcome, request_digest, seen_digest, detail, hash FROM audit
 WHERE actor_id = :actor AND (:object IS NULL OR object = :object)
   AND (:before = 0 OR seq < :before) AND at >= :since AND at < :until
   AND (:event IS NULL OR event = :event) AND (:outcome IS NULL OR outcome = :outcome) AND (:source IS NULL OR source = :source)
 ORDER BY seq DESC LIMIT :limit;

-- name: audit_list_of_object
SELECT seq, at, event, actor_id, source, object, outcome, request_digest, seen_digest, detail, hash FROM audit
 WHERE object = :object
   AND (:before = 0 OR seq < :before) AND at >= :since AND at < :until
   AND (:event IS NULL OR event = :event) AND (:outcome IS NULL OR outcome = :outcome) AND (:source IS NULL OR source = :source)
 ORDER BY seq DESC LIMIT :limit;

-- name: audit_after
-- In the order in which it was written, for checking the chain.
SELECT seq, at, event, actor_id, source, object, outcome, request_digest, seen_digest, detail, hash FROM audit
 WHERE seq > :after ORDER BY seq LIMIT :limit;

-- name: audit_hash_of
SELECT hash FROM audit WHERE seq = :seq;
