-- Patients of an app, their links to PKB records, attempts at linking, the journal of renewals, and accounts of the
-- patient app.

-- Generations of tokens and flights are numbered over all links, so that a patient who is deleted and made anew never
-- has an old number again.
CREATE SEQUENCE link_number;

-- Every transaction that changes a link holds its patient's row first.
CREATE TABLE patient (
    id            text    NOT NULL PRIMARY KEY,
    made_at       bigint  NOT NULL,
    standing      text    NOT NULL CHECK (standing IN ('none', 'linked', 'lapsed', 'unlinked')),
    -- Whose record it is: no two patients have one.
    public_id     uuid    UNIQUE,
    why           text,
    since         bigint,
    linked_at     bigint,
    authorised_at bigint,
    risk          text,
    risk_since    bigint,
    risk_ends     bigint,
    -- Which pair of tokens this is, and its last flight; 0 before the first.
    generation    bigint  NOT NULL DEFAULT 0,
    fence         bigint  NOT NULL DEFAULT 0,
    tokens_key    uuid    REFERENCES data_key (id),
    tokens        bytea,
    has_refresh   boolean,
    obtained_at   bigint,
    good_until    bigint,
    used          boolean,
    failures      bigint  NOT NULL DEFAULT 0 CHECK (failures >= 0),
    due_at        bigint,
    details_key   uuid    REFERENCES data_key (id),
    details       bytea,
    details_at    bigint,
    CHECK ((public_id IS NOT NULL) = (standing IN ('linked', 'lapsed'))),
    CHECK ((why IS NOT NULL) = (standing = 'lapsed')),
    CHECK ((since IS NULL) = (standing = 'none')),
    CHECK ((linked_at IS NULL) = (public_id IS NULL)),
    CHECK ((authorised_at IS NULL) = (public_id IS NULL)),
    CHECK ((risk IS NULL) = (risk_since IS NULL)),
    CHECK (risk IS NULL OR standing = 'linked'),
    CHECK (risk_ends IS NULL OR risk IS NOT NULL),
    CHECK ((tokens IS NOT NULL) = (standing = 'linked')),
    CHECK ((tokens_key IS NULL) = (tokens IS NULL)),
    CHECK ((has_refresh IS NULL) = (tokens IS NULL)),
    CHECK ((obtained_at IS NULL) = (tokens IS NULL)),
    CHECK ((good_until IS NULL) = (tokens IS NULL)),
    CHECK ((used IS NULL) = (tokens IS NULL)),
    CHECK ((due_at IS NULL) = (tokens IS NULL)),
    CHECK (failures = 0 OR tokens IS NOT NULL),
    CHECK ((details_key IS NULL) = (details IS NULL)),
    CHECK ((details_at IS NULL) = (details IS NULL)),
    CHECK (details IS NULL OR public_id IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX patient_standing ON patient (standing, id);
CREATE INDEX patient_at_risk ON patient (id) WHERE risk IS NOT NULL;
CREATE INDEX patient_due ON patient (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX patient_sealed ON patient (tokens_key) WHERE tokens_key IS NOT NULL;
CREATE INDEX patient_details_sealed ON patient (details_key) WHERE details_key IS NOT NULL;

-- Without an end, it is under way: at most one of a patient's. `ticket` is a random word of the call that changed it
-- last: by it a transaction that is run again, because its COMMIT is in doubt, knows its own doing.
CREATE TABLE link_flight (
    patient   text   NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    fence     bigint NOT NULL,
    holder    text   NOT NULL,
    taken_at  bigint NOT NULL,
    until     bigint NOT NULL,
    called_at bigint,
    ended_at  bigint,
    outcome   text,
    ticket    uuid   NOT NULL,
    PRIMARY KEY (patient, fence),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX link_flight_of ON link_flight (patient) WHERE ended_at IS NULL;
CREATE INDEX link_flight_lease ON link_flight (until) WHERE ended_at IS NULL;
CREATE INDEX link_flight_ended ON link_flight (ended_at) WHERE ended_at IS NOT NULL;

-- Numbers tell which is older, whatever the clock did. `ticket` is of the call that burned it.
CREATE TABLE link_attempt (
    number       bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           uuid   NOT NULL UNIQUE,
    patient      text   NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    state_hash   bytea  NOT NULL UNIQUE CHECK (length(state_hash) = 32),
    -- Back to our patient app, in this session; or to a product's address.
    session      bytea  CHECK (length(session) = 32),
    return_url   text,
    redirect_uri text   NOT NULL,
    made_at      bigint NOT NULL,
    until        bigint NOT NULL,
    burned_at    bigint,
    ticket       uuid,
    -- The code verifier; later, what waits for the product's word.
    secret_key   uuid   REFERENCES data_key (id),
    secret       bytea,
    result_hash  bytea  UNIQUE CHECK (length(result_hash) = 32),
    public_id    uuid,
    CHECK ((session IS NULL) <> (return_url IS NULL)),
    CHECK ((burned_at IS NULL) = (ticket IS NULL)),
    CHECK ((secret_key IS NULL) = (secret IS NULL)),
    CHECK ((result_hash IS NULL) = (public_id IS NULL)),
    CHECK (result_hash IS NULL OR (secret IS NOT NULL AND burned_at IS NOT NULL))
);
CREATE INDEX link_attempt_of ON link_attempt (patient, until);
CREATE INDEX link_attempt_turn ON link_attempt (patient, number);
CREATE INDEX link_attempt_until ON link_attempt (until);
CREATE INDEX link_attempt_sealed ON link_attempt (secret_key) WHERE secret_key IS NOT NULL;

CREATE TABLE account (
    patient       text   NOT NULL PRIMARY KEY REFERENCES patient (id) ON DELETE CASCADE,
    email         text   NOT NULL UNIQUE,
    password_hash text   NOT NULL,
    made_at       bigint NOT NULL,
    failures      bigint NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until  bigint
) WITH (fillfactor = 80);

CREATE TABLE account_session (
    hash    bytea  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    patient text   NOT NULL REFERENCES account (patient) ON DELETE CASCADE,
    made_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    used_at bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX account_session_of ON account_session (patient);
CREATE INDEX account_session_ends ON account_session (ends_at);

ALTER TABLE event ADD COLUMN patient text;
ALTER TABLE event ADD COLUMN reason text;
