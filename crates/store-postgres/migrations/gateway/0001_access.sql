-- Who may call the product API, who may look at the console, and what only one node does at a time.

-- `hash` is of the whole key text; `id` is its public part.
CREATE TABLE product_key (
    id      text   NOT NULL PRIMARY KEY,
    name    text   NOT NULL,
    hash    bytea  NOT NULL CHECK (length(hash) = 32),
    made_at bigint NOT NULL,
    ends_at bigint
);

CREATE TABLE operator (
    name          text   NOT NULL PRIMARY KEY,
    password_hash text   NOT NULL,
    made_at       bigint NOT NULL,
    failures      bigint NOT NULL DEFAULT 0,
    locked_until  bigint
);

CREATE TABLE operator_session (
    hash     bytea  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    operator text   NOT NULL REFERENCES operator (name) ON DELETE CASCADE,
    made_at  bigint NOT NULL,
    ends_at  bigint NOT NULL,
    used_at  bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX operator_session_of_operator ON operator_session (operator);
CREATE INDEX operator_session_by_end ON operator_session (ends_at);

CREATE TABLE lease (
    name   text   NOT NULL PRIMARY KEY,
    holder text   NOT NULL,
    until  bigint NOT NULL,
    note   text   NOT NULL DEFAULT ''
) WITH (fillfactor = 50);

-- Something small to write, for the health check.
CREATE TABLE health (
    id   smallint NOT NULL PRIMARY KEY CHECK (id = 1),
    beat bigint   NOT NULL
);
INSERT INTO health (id, beat) VALUES (1, 0);
