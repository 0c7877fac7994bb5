-- What happened, and to whom it is owed. A place is never used twice, even after the newest rows were forgotten.
CREATE TABLE event (
    place      INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    by         TEXT    NOT NULL,
    -- Its name as it is told; later kinds need no new table.
    kind       TEXT    NOT NULL,
    message    BLOB,
    app_user   TEXT,
    webhook    BLOB,
    status     TEXT,
    sub_status TEXT,
    problem    TEXT
) STRICT;
CREATE INDEX event_of_message ON event (message, place) WHERE message IS NOT NULL;

-- Up to which place rows were forgotten, beyond what the first row shows: a restored database begins anew there.
CREATE TABLE event_kept (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    forgotten INTEGER NOT NULL
) STRICT;
INSERT INTO event_kept (id, forgotten) VALUES (1, 0);

CREATE TABLE delivery (
    webhook     BLOB    NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    place       INTEGER NOT NULL REFERENCES event (place) ON DELETE CASCADE,
    state       TEXT    NOT NULL CHECK (state IN ('owed', 'delivered', 'failed')),
    tries       INTEGER NOT NULL DEFAULT 0,
    -- A node that posts moves it to the end of its lease.
    due_at      INTEGER NOT NULL,
    ended_at    INTEGER,
    last_at     INTEGER,
    last_status INTEGER,
    last_word   TEXT,
    PRIMARY KEY (webhook, place),
    CHECK ((ended_at IS NULL) = (state = 'owed'))
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (webhook, due_at, place) WHERE state = 'owed';
CREATE INDEX delivery_of_event ON delivery (place);
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE ended_at IS NOT NULL;
