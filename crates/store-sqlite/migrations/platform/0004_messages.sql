-- Messages. What changes with the stage comes last. Content is in tables of its own, so that an inbox
-- never reads it and retention can delete it.
CREATE TABLE message (
    id           INTEGER PRIMARY KEY,
    reference    BLOB    NOT NULL UNIQUE CHECK (length(reference) = 16),
    client       BLOB    NOT NULL REFERENCES client (id),
    message_id   BLOB    NOT NULL CHECK (length(message_id) = 16),
    approved_by  TEXT,
    token        BLOB    REFERENCES token (id),
    topic        TEXT    NOT NULL,
    practice     TEXT    NOT NULL REFERENCES practice (ods_code),
    subject      TEXT    NOT NULL,
    accepted_at  INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    content_hash BLOB    NOT NULL CHECK (length(content_hash) = 32),
    attachments  INTEGER NOT NULL,
    coded_items  INTEGER NOT NULL,
    emptied      INTEGER NOT NULL DEFAULT 0 CHECK (emptied IN (0, 1)),
    -- Grows with every change: a writer says which version it read.
    version      INTEGER NOT NULL DEFAULT 1,
    changed_at   INTEGER NOT NULL,
    stage        TEXT    NOT NULL
        CHECK (stage IN ('waiting', 'claimed', 'completed', 'rejected', 'expired')),
    -- What it waits for, or goes back to when a claim ends without a result: 'instant', 'standard',
    -- 'timed-out', 'import-failed' or 'withdrawn'; later ones need no new table.
    waits_for    TEXT,
    convert_at   INTEGER,
    reason       TEXT,
    fence        INTEGER NOT NULL,
    lease_holder BLOB,
    lease_until  INTEGER,
    mode         TEXT CHECK (mode IN ('automatic', 'review')),
    -- Derived from the stage: who alone may see it, when time changes it next, since when it is at its end.
    only_for     TEXT,
    due_at       INTEGER,
    ended_at     INTEGER,
    UNIQUE (client, message_id),
    CHECK ((approved_by IS NULL) = (token IS NULL)),
    CHECK ((waits_for IS NULL) = (stage NOT IN ('waiting', 'claimed'))),
    CHECK ((lease_until IS NULL) = (stage <> 'claimed')),
    CHECK ((lease_holder IS NULL) = (stage <> 'claimed')),
    CHECK ((mode IS NULL) = (stage NOT IN ('claimed', 'completed'))),
    CHECK ((due_at IS NULL) = (ended_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (stage IN ('waiting', 'claimed')))
) STRICT;
CREATE INDEX message_waiting ON message (practice, reference) WHERE ended_at IS NULL;
CREATE INDEX message_under_token ON message (token) WHERE token IS NOT NULL AND ended_at IS NULL;
CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_to_empty ON message (ended_at) WHERE ended_at IS NOT NULL AND emptied = 0;

CREATE TABLE message_body (
    message INTEGER PRIMARY KEY REFERENCES message (id),
    kind    TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;

-- Without `bytes`, the bytes are in the blob that `hash` names.
CREATE TABLE attachment (
    message   INTEGER NOT NULL REFERENCES message (id),
    place     INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    file_name TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    bytes     BLOB,
    PRIMARY KEY (message, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE coded_item (
    message         INTEGER NOT NULL REFERENCES message (id),
    place           INTEGER NOT NULL,
    code            TEXT    NOT NULL,
    -- As the sender wrote it, so that 37.50 stays 37.50.
    value           TEXT,
    unit            TEXT,
    additional_text TEXT,
    PRIMARY KEY (message, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
    message    INTEGER NOT NULL REFERENCES message (id),
    place      INTEGER NOT NULL,
    status     TEXT    NOT NULL,
    sub_status TEXT,
    at         INTEGER NOT NULL,
    PRIMARY KEY (message, place)
) STRICT, WITHOUT ROWID;

-- How many attachments name a blob; no row when none does.
CREATE TABLE blob (
    hash BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    uses INTEGER NOT NULL CHECK (uses > 0)
) STRICT, WITHOUT ROWID;

-- How many messages stand where, kept by the transactions that move them. No sub-status is ''.
CREATE TABLE message_count (
    status     TEXT    NOT NULL,
    sub_status TEXT    NOT NULL,
    messages   INTEGER NOT NULL CHECK (messages >= 0),
    PRIMARY KEY (status, sub_status)
) STRICT, WITHOUT ROWID;
