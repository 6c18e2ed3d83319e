-- Holds on a seal, beside its state, which is FROZEN as long as any stands (R21.2, R4.1); ages of PINs (R19.2); under what a grant was given (R18.1).

CREATE TABLE seal_hold (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL UNIQUE,
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    placed_by TEXT NOT NULL REFERENCES person (person_id),
    reason TEXT NOT NULL,
    placed INTEGER NOT NULL,
    needed INTEGER NOT NULL,
    officers TEXT NOT NULL,
    lifted_by TEXT REFERENCES person (person_id),
    lifted_reason TEXT,
    lifted INTEGER,
    CONSTRAINT seal_hold_owner CHECK (owner IN ('organization', 'district_police', 'city_police')),
    CONSTRAINT seal_hold_state CHECK (state IN ('STANDING', 'LIFTED'))
) STRICT;
CREATE UNIQUE INDEX one_standing_hold ON seal_hold (seal_id, owner) WHERE state = 'STANDING';
CREATE INDEX seal_hold_seal ON seal_hold (seal_id, seq);

-- Officers who agreed to lift a hold of theirs.
CREATE TABLE seal_hold_agreement (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL REFERENCES seal_hold (hold_id),
    person_id TEXT NOT NULL REFERENCES person (person_id),
    reason TEXT NOT NULL,
    agreed INTEGER NOT NULL
) STRICT;
CREATE INDEX seal_hold_agreement_hold ON seal_hold_agreement (hold_id, seq);

-- What is frozen now was frozen by one state: its custodian lifts it, as he could.
INSERT INTO seal_hold (hold_id, seal_id, owner, state, placed_by, reason, placed, needed, officers)
SELECT s.seal_id, s.seal_id, 'organization', 'STANDING', s.custodian_id, 'frozen before holds were kept',
       (SELECT max(e.since) FROM seal_event e WHERE e.seal_id = s.seal_id AND e.event = 'freeze'), 1, ''
  FROM seal s WHERE s.state = 'FROZEN' AND s.custodian_id IS NOT NULL;

-- When the PIN of a key was set, and by whom; the key room knows it by itself and acts on it, this is for reminding.
CREATE TABLE key_pin (
    key_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (person_id),
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE use_grant ADD COLUMN flow_digest BLOB;
ALTER TABLE use_grant ADD COLUMN given_by TEXT REFERENCES person (person_id);
