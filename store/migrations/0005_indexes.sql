-- The first page of every list, for each scope (R4.1), from an index: also among millions of rows.
CREATE INDEX stamp_order_district ON stamp_order (district, seq);
CREATE INDEX seal_district ON seal (district, seq);
CREATE INDEX seal_maker ON seal (maker_id, seq);
CREATE INDEX application_maker ON application (maker_id, seq);
CREATE INDEX application_waiting ON application (seq) WHERE maker_id IS NULL AND state = 'SUBMITTED';
CREATE INDEX filing_district ON filing (district, seq);
-- fsck: a seal's filings, an order's document.
CREATE INDEX filing_seal ON filing (seal_id, seq);
