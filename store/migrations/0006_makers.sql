-- Makers: workstations (R13.4) and inspections (R13.6).

-- R13.4: the machines on a maker's premises. The token itself is never kept.
CREATE TABLE workstation (
    seq INTEGER PRIMARY KEY,
    workstation_id TEXT NOT NULL UNIQUE,
    maker_id TEXT NOT NULL REFERENCES maker (maker_id),
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    token_digest BLOB NOT NULL,
    state TEXT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES person (person_id),
    decided_by TEXT REFERENCES person (person_id),
    reason TEXT,
    created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX workstation_token ON workstation (token_digest);
CREATE INDEX workstation_maker ON workstation (maker_id, seq);
ALTER TABLE seal ADD COLUMN maker_workstation_id TEXT REFERENCES workstation (workstation_id);
-- R4.1: whose district police inspect it; '' when its code names no district of the city.
ALTER TABLE maker ADD COLUMN district TEXT NOT NULL DEFAULT '';

-- R13.6: inspections of makers, what was looked at, found and ordered.
CREATE TABLE inspection (
    seq INTEGER PRIMARY KEY,
    inspection_id TEXT NOT NULL UNIQUE,
    maker_id TEXT NOT NULL REFERENCES maker (maker_id),
    inspector_id TEXT NOT NULL REFERENCES person (person_id),
    kind TEXT NOT NULL CONSTRAINT inspection_kind CHECK (kind IN ('routine', 'sampling', 'complaint')),
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    conclusion TEXT,
    created INTEGER NOT NULL,
    closed INTEGER
) STRICT;
CREATE INDEX inspection_maker ON inspection (maker_id, seq);
CREATE TABLE inspection_sample (
    inspection_id TEXT NOT NULL REFERENCES inspection (inspection_id),
    seal_id TEXT NOT NULL REFERENCES seal (seal_id),
    CONSTRAINT inspection_sample_once PRIMARY KEY (inspection_id, seal_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
    seq INTEGER PRIMARY KEY,
    finding_id TEXT NOT NULL UNIQUE,
    inspection_id TEXT NOT NULL REFERENCES inspection (inspection_id),
    seal_id TEXT REFERENCES seal (seal_id),
    clause TEXT NOT NULL,
    description TEXT NOT NULL,
    finder_id TEXT NOT NULL REFERENCES person (person_id),
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX finding_inspection ON finding (inspection_id, seq);
CREATE TABLE rectification (
    seq INTEGER PRIMARY KEY,
    rectification_id TEXT NOT NULL UNIQUE,
    inspection_id TEXT NOT NULL REFERENCES inspection (inspection_id),
    demand TEXT NOT NULL,
    due INTEGER NOT NULL,
    state TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX rectification_inspection ON rectification (inspection_id, seq);
CREATE INDEX rectification_due ON rectification (due) WHERE state = 'ORDERED';
CREATE TABLE rectification_event (
    seq INTEGER PRIMARY KEY,
    rectification_id TEXT NOT NULL REFERENCES rectification (rectification_id),
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor_id TEXT,
    description TEXT
) STRICT;
CREATE INDEX rectification_event_of ON rectification_event (rectification_id, seq);
