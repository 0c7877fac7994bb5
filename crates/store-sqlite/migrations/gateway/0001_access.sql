-- Who may call and who may look; leases of what one node does alone; whether storage answers.
CREATE TABLE product_key (
    id      TEXT    NOT NULL PRIMARY KEY,
    name    TEXT    NOT NULL,
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    made_at INTEGER NOT NULL,
    ends_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE operator (
    name          TEXT    NOT NULL PRIMARY KEY,
    password_hash TEXT    NOT NULL,
    made_at       INTEGER NOT NULL,
    failures      INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_session (
    hash     BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    operator TEXT    NOT NULL REFERENCES operator (name) ON DELETE CASCADE,
    made_at  INTEGER NOT NULL,
    ends_at  INTEGER NOT NULL,
    used_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operator_session_of ON operator_session (operator);
CREATE INDEX operator_session_ends ON operator_session (ends_at);

-- Without a holder it was given back; the note stays.
CREATE TABLE lease (
    name   TEXT    NOT NULL PRIMARY KEY,
    holder TEXT,
    until  INTEGER NOT NULL,
    note   TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE health (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    beat INTEGER NOT NULL
) STRICT;
INSERT INTO health (id, beat) VALUES (1, 0);
