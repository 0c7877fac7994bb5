-- Widgets: pages of suppliers that practices open from the toolbar. `secret` is sealed; `mark` is a keyed hash of all
-- that the supplier registered, so that the same again changes nothing. Whoever decides, decides on one revision.
CREATE TABLE widget (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    client        BLOB    NOT NULL REFERENCES client (id),
    name          TEXT    NOT NULL,
    icon          TEXT    NOT NULL,
    launch_url    TEXT    NOT NULL,
    user_data     INTEGER NOT NULL CHECK (user_data IN (0, 1)),
    patient_data  INTEGER NOT NULL CHECK (patient_data IN (0, 1)),
    method        TEXT    NOT NULL,
    secret        BLOB    NOT NULL,
    mark          BLOB    NOT NULL CHECK (length(mark) = 32),
    revision      INTEGER NOT NULL,
    state         TEXT    NOT NULL,
    reason        TEXT,
    everywhere    INTEGER NOT NULL CHECK (everywhere IN (0, 1)),
    registered_at INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    decided_at    INTEGER,
    UNIQUE (client, name)
) STRICT, WITHOUT ROWID;

-- The practices that see an approved one, unless all do.
CREATE TABLE widget_practice (
    practice TEXT NOT NULL REFERENCES practice (ods_code),
    widget   BLOB NOT NULL REFERENCES widget (id),
    PRIMARY KEY (practice, widget)
) STRICT, WITHOUT ROWID;
CREATE INDEX widget_practice_of_widget ON widget_practice (widget);

-- What a practitioner does not want to see.
CREATE TABLE widget_hidden (
    practice      TEXT NOT NULL,
    spine_user_id TEXT NOT NULL,
    widget        BLOB NOT NULL REFERENCES widget (id),
    PRIMARY KEY (practice, spine_user_id, widget)
) STRICT, WITHOUT ROWID;
