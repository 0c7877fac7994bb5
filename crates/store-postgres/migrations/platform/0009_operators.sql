-- Who may look at the operators' pages, and who is signed in there.
CREATE TABLE operator (
    name          text   COLLATE "C" NOT NULL PRIMARY KEY,
    password_hash text   NOT NULL,
    made_at       bigint NOT NULL,
    failures      bigint NOT NULL DEFAULT 0,
    locked_until  bigint
);

CREATE TABLE operator_session (
    hash     bytea  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    operator text   COLLATE "C" NOT NULL REFERENCES operator (name) ON DELETE CASCADE,
    made_at  bigint NOT NULL,
    ends_at  bigint NOT NULL,
    used_at  bigint NOT NULL
);
CREATE INDEX operator_session_of_operator ON operator_session (operator);
CREATE INDEX operator_session_by_end ON operator_session (ends_at);
