-- Data keys of the vault, themselves sealed, and practitioners with their sealed tokens.
CREATE TABLE data_key (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    wrapped_by TEXT    NOT NULL,
    wrapped    BLOB    NOT NULL,
    made_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE app_user (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT,
    made_at       INTEGER NOT NULL,
    authorisation TEXT    NOT NULL CHECK (authorisation IN ('none', 'authorised', 'withdrawn')),
    -- Which authorisation this is; 0 before the first.
    grant_number  INTEGER NOT NULL DEFAULT 0,
    authorised_at INTEGER,
    verified_at   INTEGER,
    token_key     BLOB    REFERENCES data_key (id),
    token         BLOB,
    CHECK ((token IS NULL) = (token_key IS NULL)),
    CHECK ((token IS NULL) = (authorisation <> 'authorised'))
) STRICT, WITHOUT ROWID;
CREATE INDEX app_user_sealed ON app_user (token_key) WHERE token_key IS NOT NULL;
CREATE INDEX app_user_authorisation ON app_user (authorisation, id);

-- The newest grant of all users: none is given twice, even to a user who was deleted and made anew.
CREATE TABLE last_grant (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO last_grant (id, number) VALUES (1, 0);
