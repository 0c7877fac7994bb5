-- Launches from the toolbar: secrets of our widget, tokens that were used, and which user is which practitioner.
CREATE TABLE widget_secret (
    id         uuid   NOT NULL PRIMARY KEY,
    name       text   NOT NULL,
    launch_url text   NOT NULL,
    method     text   NOT NULL,
    secret_key uuid   NOT NULL REFERENCES data_key (id),
    secret     bytea  NOT NULL,
    made_at    bigint NOT NULL
);

-- A token's id, until the token is refused for its age.
CREATE TABLE launch (
    device  uuid   NOT NULL,
    jti     uuid   NOT NULL,
    -- Whose it is: a COMMIT in doubt finds its own row again.
    attempt uuid   NOT NULL,
    until   bigint NOT NULL,
    PRIMARY KEY (device, jti)
);
CREATE INDEX launch_until ON launch (until);

-- A practitioner at one practice: the same person elsewhere is another user.
CREATE TABLE practitioner (
    spine_user_id  text   NOT NULL,
    ods_code       text   NOT NULL,
    app_user       text   NOT NULL UNIQUE REFERENCES app_user (id) ON DELETE CASCADE,
    name           text,
    linked_at      bigint NOT NULL,
    last_launch_at bigint,
    PRIMARY KEY (spine_user_id, ods_code)
) WITH (fillfactor = 80);
