-- Patients of an app, their links to PKB records, attempts at linking, and the journal of renewals.
CREATE TABLE patient (
    id            TEXT    NOT NULL PRIMARY KEY,
    made_at       INTEGER NOT NULL,
    standing      TEXT    NOT NULL CHECK (standing IN ('none', 'linked', 'lapsed', 'unlinked')),
    -- Whose record it is: no two patients have one.
    public_id     BLOB    UNIQUE CHECK (length(public_id) = 16),
    why           TEXT,
    since         INTEGER,
    linked_at     INTEGER,
    authorised_at INTEGER,
    risk          TEXT,
    risk_since    INTEGER,
    risk_ends     INTEGER,
    -- Which pair of tokens this is, and its last flight; both are of last_link. 0 before the first.
    generation    INTEGER NOT NULL DEFAULT 0,
    fence         INTEGER NOT NULL DEFAULT 0,
    tokens_key    BLOB    REFERENCES data_key (id),
    tokens        BLOB,
    has_refresh   INTEGER CHECK (has_refresh IN (0, 1)),
    obtained_at   INTEGER,
    good_until    INTEGER,
    used          INTEGER CHECK (used IN (0, 1)),
    failures      INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    due_at        INTEGER,
    details_key   BLOB    REFERENCES data_key (id),
    details       BLOB,
    details_at    INTEGER,
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
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_standing ON patient (standing, id);
CREATE INDEX patient_at_risk ON patient (id) WHERE risk IS NOT NULL;
CREATE INDEX patient_due ON patient (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX patient_sealed ON patient (tokens_key) WHERE tokens_key IS NOT NULL;
CREATE INDEX patient_details_sealed ON patient (details_key) WHERE details_key IS NOT NULL;

-- The newest generation or fence of all links: none is given twice, even to a patient who was deleted and made anew.
CREATE TABLE last_link (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO last_link (id, number) VALUES (1, 0);

-- Without an end, it is under way: at most one of a patient's.
CREATE TABLE link_flight (
    patient   TEXT    NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    fence     INTEGER NOT NULL,
    holder    TEXT    NOT NULL,
    taken_at  INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    called_at INTEGER,
    ended_at  INTEGER,
    outcome   TEXT,
    PRIMARY KEY (patient, fence),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX link_flight_of ON link_flight (patient) WHERE ended_at IS NULL;
CREATE INDEX link_flight_lease ON link_flight (until) WHERE ended_at IS NULL;
CREATE INDEX link_flight_ended ON link_flight (ended_at) WHERE ended_at IS NOT NULL;

-- Numbers tell which is older, whatever the clock did.
CREATE TABLE link_attempt (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    id           BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    patient      TEXT    NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    state_hash   BLOB    NOT NULL UNIQUE CHECK (length(state_hash) = 32),
    -- Back to our patient app, in this session; or to a product's address.
    session      BLOB    CHECK (length(session) = 32),
    return_url   TEXT,
    redirect_uri TEXT    NOT NULL,
    made_at      INTEGER NOT NULL,
    until        INTEGER NOT NULL,
    burned_at    INTEGER,
    -- The code verifier; later, what waits for the product's word.
    secret_key   BLOB    REFERENCES data_key (id),
    secret       BLOB,
    result_hash  BLOB    UNIQUE CHECK (length(result_hash) = 32),
    public_id    BLOB    CHECK (length(public_id) = 16),
    CHECK ((session IS NULL) <> (return_url IS NULL)),
    CHECK ((secret_key IS NULL) = (secret IS NULL)),
    CHECK ((result_hash IS NULL) = (public_id IS NULL)),
    CHECK (result_hash IS NULL OR (secret IS NOT NULL AND burned_at IS NOT NULL))
) STRICT;
CREATE INDEX link_attempt_of ON link_attempt (patient, until);
CREATE INDEX link_attempt_turn ON link_attempt (patient, number);
CREATE INDEX link_attempt_until ON link_attempt (until);
CREATE INDEX link_attempt_sealed ON link_attempt (secret_key) WHERE secret_key IS NOT NULL;

-- Accounts of the patient app.
CREATE TABLE account (
    patient       TEXT    NOT NULL PRIMARY KEY REFERENCES patient (id) ON DELETE CASCADE,
    email         TEXT    NOT NULL UNIQUE,
    password_hash TEXT    NOT NULL,
    made_at       INTEGER NOT NULL,
    failures      INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE account_session (
    hash    BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    patient TEXT    NOT NULL REFERENCES account (patient) ON DELETE CASCADE,
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_session_of ON account_session (patient);
CREATE INDEX account_session_ends ON account_session (ends_at);

ALTER TABLE event ADD COLUMN patient TEXT;
ALTER TABLE event ADD COLUMN reason TEXT;
