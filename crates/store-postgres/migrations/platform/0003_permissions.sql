-- Access codes that are still good, wrong guesses at them, and tokens. Used codes are deleted.
CREATE TABLE access_code (
    hash          bytea  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    practice      text   NOT NULL,
    spine_user_id text   NOT NULL,
    made_at       bigint NOT NULL,
    ends_at       bigint NOT NULL
);
CREATE INDEX access_code_by_end ON access_code (ends_at);

CREATE TABLE wrong_code (
    client uuid   NOT NULL REFERENCES client (id),
    at     bigint NOT NULL
);
CREATE INDEX wrong_code_of_client ON wrong_code (client, at);

CREATE TABLE token (
    id            uuid   NOT NULL PRIMARY KEY,
    hash          bytea  NOT NULL UNIQUE CHECK (length(hash) = 32),
    client        uuid   NOT NULL REFERENCES client (id),
    practice      text   NOT NULL,
    spine_user_id text   NOT NULL,
    made_at       bigint NOT NULL,
    last_used_at  bigint,
    withdrawn_at  bigint
) WITH (fillfactor = 70);
CREATE INDEX token_of_practitioner ON token (practice, spine_user_id, made_at)
    WHERE withdrawn_at IS NULL;
