/* Comments may hold ' and " and ;
   over lines. */
CREATE TABLE note (seal_id INTEGER NOT NULL, text TEXT NOT NULL) STRICT;

CREATE UNIQUE INDEX one_statutory_seal ON seal (lower(organization)) WHERE state = 'ACTIVE';
CREATE TRIGGER cancelled_is_final BEFORE UPDATE OF state ON seal WHEN old.state = 'CANCELLED'
BEGIN
    SELECT RAISE(ABORT, 'R21.1 已注销的印章不得恢复');
END;
CREATE TRIGGER long_reason BEFORE INSERT ON note WHEN new.text = 'long'
BEGIN
    SELECT RAISE(ABORT, 'R:津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印津印');
END;

-- A table that others refer to, made anew under its name.
CREATE TABLE maker_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, licence TEXT) STRICT;
INSERT INTO maker_new (id, name) SELECT id, name FROM maker;
DROP TABLE maker;
ALTER TABLE maker_new RENAME TO maker;
