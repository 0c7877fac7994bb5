-- Who takes part: practices that receive, client systems that send, their keys, and topics.
CREATE TABLE practice (
    ods_code text NOT NULL PRIMARY KEY,
    name     text NOT NULL
);

CREATE TABLE client (
    id       uuid    NOT NULL PRIMARY KEY,
    name     text    NOT NULL,
    disabled boolean NOT NULL,
    -- Whether it may send instant messages.
    instant  boolean NOT NULL
);

-- `hash` is of the whole key text; `key_id` is its public part.
CREATE TABLE api_key (
    key_id    text   NOT NULL PRIMARY KEY,
    client    uuid   NOT NULL REFERENCES client (id),
    hash      bytea  NOT NULL CHECK (length(hash) = 32),
    issued_at bigint NOT NULL,
    ends_at   bigint
);
CREATE INDEX api_key_of_client ON api_key (client, issued_at);

CREATE TABLE topic (
    name text NOT NULL PRIMARY KEY
);
