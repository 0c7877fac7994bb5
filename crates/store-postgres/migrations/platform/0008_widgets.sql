-- Widgets: pages of suppliers that practices open from the toolbar. `secret` is sealed; `mark` is a keyed hash of all
-- that the supplier registered, so that the same again changes nothing. Whoever decides, decides on one revision.
CREATE TABLE widget (
    id            uuid    NOT NULL PRIMARY KEY,
    client        uuid    NOT NULL REFERENCES client (id),
    name          text    NOT NULL,
    icon          text    NOT NULL,
    launch_url    text    NOT NULL,
    user_data     boolean NOT NULL,
    patient_data  boolean NOT NULL,
    method        text    NOT NULL,
    secret        bytea   NOT NULL,
    mark          bytea   NOT NULL CHECK (length(mark) = 32),
    revision      bigint  NOT NULL,
    state         text    NOT NULL,
    reason        text,
    everywhere    boolean NOT NULL,
    registered_at bigint  NOT NULL,
    changed_at    bigint  NOT NULL,
    decided_at    bigint,
    UNIQUE (client, name)
);

-- The practices that see an approved one, unless all do.
CREATE TABLE widget_practice (
    practice text NOT NULL REFERENCES practice (ods_code),
    widget   uuid NOT NULL REFERENCES widget (id),
    PRIMARY KEY (practice, widget)
);
CREATE INDEX widget_practice_of_widget ON widget_practice (widget);

-- What a practitioner does not want to see.
CREATE TABLE widget_hidden (
    practice      text NOT NULL,
    spine_user_id text NOT NULL,
    widget        uuid NOT NULL REFERENCES widget (id),
    PRIMARY KEY (practice, spine_user_id, widget)
);
