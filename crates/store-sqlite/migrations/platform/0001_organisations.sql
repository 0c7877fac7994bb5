-- Who takes part: practices that receive, client systems that send, their keys, and topics.
CREATE TABLE practice (
    ods_code TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE client (
    id       BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name     TEXT    NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    -- Whether it may send instant messages.
    instant  INTEGER NOT NULL CHECK (instant IN (0, 1))
) STRICT, WITHOUT ROWID;

-- `hash` is of the whole key text; `key_id` is its public part.
CREATE TABLE api_key (
    key_id    TEXT    NOT NULL PRIMARY KEY,
    client    BLOB    NOT NULL REFERENCES client (id),
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    issued_at INTEGER NOT NULL,
    ends_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_key_of_client ON api_key (client, issued_at);

CREATE TABLE topic (
    name TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
