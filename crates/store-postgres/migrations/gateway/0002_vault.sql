-- Data keys, themselves sealed, and what is sealed under them: practitioners' tokens, endpoints' secrets.
CREATE TABLE data_key (
    id         uuid   NOT NULL PRIMARY KEY,
    wrapped_by text   NOT NULL,
    wrapped    bytea  NOT NULL,
    made_at    bigint NOT NULL
);

-- Grants are numbered over all users, so that one who is deleted and made anew never has an old number again.
CREATE SEQUENCE grant_number;

-- A key that something is sealed under cannot go: these references say so.
CREATE TABLE app_user (
    id            text   NOT NULL PRIMARY KEY,
    name          text,
    made_at       bigint NOT NULL,
    authorisation text   NOT NULL DEFAULT 'none',
    -- Another with every access code that is taken; 0 before the first.
    grant_number  bigint NOT NULL DEFAULT 0,
    authorised_at bigint,
    verified_at   bigint,
    token_key     uuid REFERENCES data_key (id),
    token         bytea,
    CHECK ((token IS NULL) = (token_key IS NULL)),
    CHECK ((token IS NULL) = (authorisation <> 'authorised'))
) WITH (fillfactor = 80);
CREATE INDEX app_user_by_authorisation ON app_user (authorisation, id);
CREATE INDEX app_user_sealed ON app_user (token_key) WHERE token IS NOT NULL;

CREATE TABLE webhook (
    id           uuid   NOT NULL PRIMARY KEY,
    url          text   NOT NULL,
    description  text,
    -- A bit for each kind of event; 0 for all.
    wants        bigint NOT NULL,
    secret_key   uuid   NOT NULL REFERENCES data_key (id),
    secret       bytea  NOT NULL,
    former_key   uuid REFERENCES data_key (id),
    former       bytea,
    former_until bigint,
    made_at      bigint NOT NULL,
    disabled_at  bigint,
    disabled_why text,
    CHECK ((former IS NULL) = (former_key IS NULL)),
    CHECK ((former IS NULL) = (former_until IS NULL)),
    CHECK ((disabled_at IS NULL) = (disabled_why IS NULL))
);

-- The last answer of each endpoint. Not in `webhook`, whose rows every transaction locks that tells something.
CREATE TABLE webhook_answer (
    webhook uuid   NOT NULL PRIMARY KEY REFERENCES webhook (id) ON DELETE CASCADE,
    at      bigint NOT NULL,
    status  bigint,
    word    text
) WITH (fillfactor = 50);
