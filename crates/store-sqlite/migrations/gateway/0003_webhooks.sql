-- Endpoints that are told.
CREATE TABLE webhook (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    url          TEXT    NOT NULL,
    description  TEXT,
    -- One bit for each kind of event; 0 for all of them.
    wants        INTEGER NOT NULL,
    secret_key   BLOB    NOT NULL REFERENCES data_key (id),
    secret       BLOB    NOT NULL,
    former_key   BLOB    REFERENCES data_key (id),
    former       BLOB,
    former_until INTEGER,
    made_at      INTEGER NOT NULL,
    disabled_at  INTEGER,
    disabled_why TEXT,
    -- The last answer: a status, or a fixed word when there was none.
    last_at      INTEGER,
    last_status  INTEGER,
    last_word    TEXT,
    CHECK ((former IS NULL) = (former_key IS NULL)),
    CHECK ((former IS NULL) = (former_until IS NULL)),
    CHECK ((disabled_at IS NULL) = (disabled_why IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_sealed ON webhook (secret_key);
CREATE INDEX webhook_sealed_before ON webhook (former_key) WHERE former_key IS NOT NULL;
