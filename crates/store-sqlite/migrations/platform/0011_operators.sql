-- Who may look at the operators' pages, and who is signed in there.
CREATE TABLE operator (
    name          TEXT    NOT NULL PRIMARY KEY,
    password_hash TEXT    NOT NULL,
    made_at       INTEGER NOT NULL,
    failures      INTEGER NOT NULL DEFAULT 0,
    locked_until  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_session (
    hash     BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    operator TEXT    NOT NULL REFERENCES operator (name) ON DELETE CASCADE,
    made_at  INTEGER NOT NULL,
    ends_at  INTEGER NOT NULL,
    used_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operator_session_of_operator ON operator_session (operator);
CREATE INDEX operator_session_by_end ON operator_session (ends_at);
