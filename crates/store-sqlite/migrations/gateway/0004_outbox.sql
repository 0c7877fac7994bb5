-- Files on their way in: a row while no message has claimed it.
CREATE TABLE upload (
    id       BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    begun_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_begun ON upload (begun_at);

-- Bytes of files, as they arrived.
CREATE TABLE piece (
    upload BLOB    NOT NULL CHECK (length(upload) = 16),
    part   INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes  BLOB    NOT NULL,
    PRIMARY KEY (upload, part, number)
) STRICT;

-- Messages. What changes with the state comes last. A number is never used twice.
CREATE TABLE message (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    id           BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    kind         TEXT    NOT NULL CHECK (kind IN ('instant', 'standard')),
    -- The product's own name of a practitioner, who may be gone.
    app_user     TEXT,
    topic        TEXT    NOT NULL,
    practice     TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    entered_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    entered_by   TEXT    NOT NULL,
    content_hash BLOB    NOT NULL CHECK (length(content_hash) = 32),
    upload       BLOB    NOT NULL CHECK (length(upload) = 16),
    body_type    TEXT,
    body         TEXT,
    coded_data   TEXT,
    has_content  INTEGER NOT NULL DEFAULT 1 CHECK (has_content IN (0, 1)),
    state        TEXT    NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'refused')),
    -- Its place in its patient's line, while it stands in it.
    turn         INTEGER NOT NULL,
    -- An earlier message about the same patient is in turn.
    blocked      INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    -- Since when it has its state, or its bucket.
    changed_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    fence        INTEGER NOT NULL DEFAULT 0,
    lease_until  INTEGER,
    problem      TEXT,
    accepted_at  INTEGER,
    -- The platform's last word.
    status       TEXT,
    sub_status   TEXT,
    since        INTEGER,
    answer       TEXT,
    looked_at    INTEGER,
    look_at      INTEGER,
    bucket       TEXT    NOT NULL
        CHECK (bucket IN ('queued', 'refused', 'pending', 'completed', 'rejected', 'expired')),
    -- The day of entry: whole days since 1970, UTC.
    day          INTEGER NOT NULL,
    CHECK ((lease_until IS NULL) = (state <> 'sending')),
    CHECK ((problem IS NULL) = (state <> 'refused')),
    CHECK ((accepted_at IS NULL) = (state <> 'accepted')),
    CHECK (blocked = 0 OR state = 'queued')
) STRICT;
CREATE INDEX message_turn ON message (subject, turn) WHERE state IN ('queued', 'sending');
CREATE INDEX message_due ON message (due_at) WHERE state = 'queued' AND blocked = 0;
CREATE INDEX message_lease ON message (lease_until) WHERE state = 'sending';
CREATE INDEX message_untried ON message (expires_at) WHERE state = 'queued' AND tries = 0;
CREATE INDEX message_look ON message (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX message_tally ON message (day, practice, bucket, kind, entered_at);
CREATE INDEX message_state ON message (state, number);
CREATE INDEX message_bucket ON message (bucket, number);
CREATE INDEX message_user ON message (app_user, number) WHERE app_user IS NOT NULL;
CREATE INDEX message_practice ON message (practice, number);
CREATE INDEX message_practice_bucket ON message (practice, bucket, number);
CREATE INDEX message_ended ON message (changed_at)
    WHERE has_content = 1 AND bucket IN ('completed', 'rejected', 'expired');
CREATE INDEX message_over ON message (expires_at) WHERE has_content = 1 AND bucket = 'pending';
CREATE INDEX message_refused ON message (max(changed_at, expires_at)) WHERE has_content = 1 AND bucket = 'refused';

CREATE TABLE message_file (
    message   INTEGER NOT NULL REFERENCES message (number),
    part      INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    file_name TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (message, part)
) STRICT, WITHOUT ROWID;

-- Without an end, its gateway died.
CREATE TABLE attempt (
    message  INTEGER NOT NULL REFERENCES message (number),
    number   INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome  TEXT CHECK (outcome IN ('accepted', 'answer', 'nothing', 'not-sent')),
    status   INTEGER,
    detail   TEXT,
    PRIMARY KEY (message, number),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT, WITHOUT ROWID;

-- Counted on entry, beside the rows.
CREATE TABLE entry_tally (
    day      INTEGER NOT NULL,
    practice TEXT    NOT NULL,
    entered  INTEGER NOT NULL,
    PRIMARY KEY (day, practice)
) STRICT, WITHOUT ROWID;

-- Which numbers were entered on a day, so that a list of some days need not look at others.
CREATE TABLE entry_day (
    day   INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL
) STRICT;

-- How many messages are where, kept by the transactions that move them.
CREATE TABLE bucket_tally (
    bucket   TEXT    NOT NULL PRIMARY KEY,
    messages INTEGER NOT NULL CHECK (messages >= 0)
) STRICT, WITHOUT ROWID;
