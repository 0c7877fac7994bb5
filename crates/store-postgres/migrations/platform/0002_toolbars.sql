-- Toolbars: what registers them, and sessions at them. Ended sessions are deleted.
CREATE TABLE registration_key (
    part_1   text    NOT NULL PRIMARY KEY,
    practice text    NOT NULL REFERENCES practice (ods_code),
    hash     bytea   NOT NULL CHECK (length(hash) = 32),
    many     boolean NOT NULL,
    ends_at  bigint  NOT NULL,
    uses     bigint  NOT NULL DEFAULT 0
);

CREATE TABLE device (
    id            uuid   NOT NULL PRIMARY KEY,
    practice      text   NOT NULL REFERENCES practice (ods_code),
    name          text   NOT NULL,
    public_key    bytea  NOT NULL CHECK (length(public_key) = 32),
    registered_at bigint NOT NULL,
    blocked_at    bigint
);
CREATE INDEX device_of_practice ON device (practice, registered_at);

CREATE TABLE session (
    id            uuid   NOT NULL PRIMARY KEY,
    hash          bytea  NOT NULL UNIQUE CHECK (length(hash) = 32),
    device        uuid   NOT NULL REFERENCES device (id),
    practice      text   NOT NULL,
    spine_user_id text   NOT NULL,
    name          text   NOT NULL,
    made_at       bigint NOT NULL,
    last_used_at  bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX session_of_device ON session (device);
CREATE INDEX session_by_age ON session (made_at);

-- An assertion's id is its device's own, and outlives that device: no reference.
CREATE TABLE used_assertion (
    device  uuid   NOT NULL,
    id      text   NOT NULL,
    ends_at bigint NOT NULL,
    PRIMARY KEY (device, id)
);
CREATE INDEX used_assertion_by_end ON used_assertion (ends_at);
