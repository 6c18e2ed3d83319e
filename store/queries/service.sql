-- Certificates under which the service signs documents of its own (R19.1): daemons/web/service_certificate.c.

-- name: service_certificate_valid
-- for: stamping
SELECT certificate FROM service_certificate WHERE purpose = :purpose AND point = :point AND valid_to > :at ORDER BY valid_to DESC LIMIT 1;

-- name: service_certificate_asked
-- for: stamping
SELECT request_id, csr FROM service_certificate WHERE purpose = :purpose AND point = :point AND certificate IS NULL;

-- name: service_certificate_ask
-- for: stamping
INSERT INTO service_certificate (purpose, point, request_id, csr, asked) VALUES (:purpose, :point, :request_id, :csr, :now)
    ON CONFLICT (purpose, point) WHERE certificate IS NULL DO NOTHING;

-- name: service_certificate_obtain
-- for: stamping
UPDATE service_certificate SET certificate = :certificate, valid_to = :valid_to, obtained = :now WHERE request_id = :request_id AND certificate IS NULL;
