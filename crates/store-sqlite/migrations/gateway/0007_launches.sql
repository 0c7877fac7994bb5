-- Launches from the toolbar: secrets of our widget, tokens that were used, and which user is which practitioner.
CREATE TABLE widget_secret (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT    NOT NULL,
    launch_url TEXT    NOT NULL,
    method     TEXT    NOT NULL,
    secret_key BLOB    NOT NULL REFERENCES data_key (id),
    secret     BLOB    NOT NULL,
    made_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX widget_secret_sealed ON widget_secret (secret_key);

-- A token's id, until the token is refused for its age.
CREATE TABLE launch (
    device  BLOB    NOT NULL CHECK (length(device) = 16),
    jti     BLOB    NOT NULL CHECK (length(jti) = 16),
    attempt BLOB    NOT NULL CHECK (length(attempt) = 16),
    until   INTEGER NOT NULL,
    PRIMARY KEY (device, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX launch_until ON launch (until);

-- A practitioner at one practice: the same person elsewhere is another user.
CREATE TABLE practitioner (
    spine_user_id  TEXT    NOT NULL,
    ods_code       TEXT    NOT NULL,
    app_user       TEXT    NOT NULL UNIQUE REFERENCES app_user (id) ON DELETE CASCADE,
    name           TEXT,
    linked_at      INTEGER NOT NULL,
    last_launch_at INTEGER,
    PRIMARY KEY (spine_user_id, ods_code)
) STRICT, WITHOUT ROWID;
