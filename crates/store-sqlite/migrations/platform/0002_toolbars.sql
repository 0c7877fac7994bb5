-- Toolbars: what registers them, and sessions at them. Ended sessions are deleted.
CREATE TABLE registration_key (
    part_1   TEXT    NOT NULL PRIMARY KEY,
    practice TEXT    NOT NULL REFERENCES practice (ods_code),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    many     INTEGER NOT NULL CHECK (many IN (0, 1)),
    ends_at  INTEGER NOT NULL,
    uses     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    practice      TEXT    NOT NULL REFERENCES practice (ods_code),
    name          TEXT    NOT NULL,
    public_key    BLOB    NOT NULL CHECK (length(public_key) = 32),
    registered_at INTEGER NOT NULL,
    blocked_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX device_of_practice ON device (practice, registered_at);

CREATE TABLE session (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    hash          BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    device        BLOB    NOT NULL REFERENCES device (id),
    practice      TEXT    NOT NULL,
    spine_user_id TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    made_at       INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_of_device ON session (device);
CREATE INDEX session_by_age ON session (made_at);

-- An assertion's id is its device's own, and outlives that device: no reference.
CREATE TABLE used_assertion (
    device  BLOB    NOT NULL,
    id      TEXT    NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (device, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_assertion_by_end ON used_assertion (ends_at);
