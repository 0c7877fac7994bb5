-- Access codes that are still good, wrong guesses at them, and tokens. Used codes are deleted.
CREATE TABLE access_code (
    hash          BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    practice      TEXT    NOT NULL,
    spine_user_id TEXT    NOT NULL,
    made_at       INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_code_by_end ON access_code (ends_at);

CREATE TABLE wrong_code (
    client BLOB    NOT NULL REFERENCES client (id),
    at     INTEGER NOT NULL
) STRICT;
CREATE INDEX wrong_code_of_client ON wrong_code (client, at);

CREATE TABLE token (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    hash          BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    client        BLOB    NOT NULL REFERENCES client (id),
    practice      TEXT    NOT NULL,
    spine_user_id TEXT    NOT NULL,
    made_at       INTEGER NOT NULL,
    last_used_at  INTEGER,
    withdrawn_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX token_of_practitioner ON token (practice, spine_user_id, made_at)
    WHERE withdrawn_at IS NULL;
