-- Messages on their way, and bytes of their files. Rows name each other's numbers and uploads without foreign
-- keys: each would lock a row for every piece. The code removes what they name last.

-- Uploads that no message has claimed.
CREATE TABLE upload (
    id       uuid   NOT NULL PRIMARY KEY,
    begun_at bigint NOT NULL
);
CREATE INDEX upload_by_age ON upload (begun_at);

CREATE TABLE piece (
    upload uuid   NOT NULL,
    part   bigint NOT NULL,
    number bigint NOT NULL,
    bytes  bytea  NOT NULL,
    PRIMARY KEY (upload, part, number)
);
-- Documents are compressed already.
ALTER TABLE piece ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE message (
    number       bigint  NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           uuid    NOT NULL UNIQUE,
    kind         text    NOT NULL,
    app_user     text,
    topic        text    NOT NULL,
    practice     text    NOT NULL,
    subject      text    NOT NULL,
    entered_at   bigint  NOT NULL,
    expires_at   bigint  NOT NULL,
    entered_by   text    NOT NULL,
    content_hash bytea   NOT NULL CHECK (length(content_hash) = 32),
    upload       uuid    NOT NULL,
    body_type    text,
    body         text,
    coded_data   text,
    has_content  boolean NOT NULL DEFAULT true,
    state        text    NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'refused')),
    -- Waits for an earlier message about the same patient; `turn` is its place in that line.
    blocked      boolean NOT NULL,
    turn         bigint  NOT NULL,
    changed_at   bigint  NOT NULL,
    due_at       bigint  NOT NULL,
    tries        bigint  NOT NULL DEFAULT 0,
    fence        bigint  NOT NULL DEFAULT 0,
    lease_until  bigint,
    problem      text,
    accepted_at  bigint,
    status       text,
    sub_status   text,
    since        bigint,
    answer       text,
    looked_at    bigint,
    look_at      bigint,
    -- Derived from state and status.
    bucket       text    NOT NULL,
    -- Of entry, in UTC.
    day          integer NOT NULL,
    CHECK ((lease_until IS NULL) = (state <> 'sending')),
    CHECK ((problem IS NULL) = (state <> 'refused')),
    CHECK (NOT blocked OR state = 'queued'),
    CHECK (accepted_at IS NULL OR state = 'accepted')
) WITH (fillfactor = 80);
CREATE INDEX message_in_line ON message (subject, turn) WHERE state IN ('queued', 'sending');
CREATE INDEX message_due ON message (due_at) WHERE state = 'queued' AND NOT blocked;
CREATE INDEX message_held ON message (lease_until) WHERE state = 'sending';
CREATE INDEX message_untried ON message (expires_at) WHERE state = 'queued' AND tries = 0;
CREATE INDEX message_to_look_at ON message (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX message_tallied ON message (day, practice, bucket, kind, entered_at);
CREATE INDEX message_by_day ON message (day, number);
-- For pages, newest first. Not by the number itself: its own index would be taken for few among many, and read on and
-- on.
CREATE INDEX message_by_state ON message (state, (-number));
CREATE INDEX message_by_bucket ON message (bucket, (-number));
CREATE INDEX message_by_user ON message (app_user, (-number));
CREATE INDEX message_by_practice ON message (practice, (-number));
CREATE INDEX message_pending ON message (number) WHERE bucket = 'pending';
CREATE INDEX message_to_empty ON message (changed_at)
    WHERE has_content AND bucket IN ('completed', 'rejected', 'expired');
CREATE INDEX message_left_to_empty ON message (expires_at) WHERE has_content AND bucket = 'pending';
CREATE INDEX message_refused_to_empty ON message (greatest(changed_at, expires_at))
    WHERE has_content AND bucket = 'refused';

CREATE TABLE message_file (
    message   bigint NOT NULL,
    part      bigint NOT NULL,
    kind      text   NOT NULL,
    file_name text   NOT NULL,
    size      bigint NOT NULL,
    hash      bytea  NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (message, part)
);

CREATE TABLE attempt (
    message  bigint NOT NULL,
    number   bigint NOT NULL,
    began_at bigint NOT NULL,
    ended_at bigint,
    outcome  text,
    status   bigint,
    detail   text,
    PRIMARY KEY (message, number)
) WITH (fillfactor = 80);

-- How many were entered, and how many stand where, kept by the transactions that enter and move them. Each adds
-- to a slot, so that no two wait for each other; a slot alone may be negative.
CREATE TABLE entry_tally (
    day      integer  NOT NULL,
    practice text     NOT NULL,
    slot     smallint NOT NULL,
    entered  bigint   NOT NULL,
    PRIMARY KEY (day, practice, slot)
) WITH (fillfactor = 50);

CREATE TABLE bucket_tally (
    bucket   text     NOT NULL,
    slot     smallint NOT NULL,
    messages bigint   NOT NULL,
    PRIMARY KEY (bucket, slot)
) WITH (fillfactor = 10);
