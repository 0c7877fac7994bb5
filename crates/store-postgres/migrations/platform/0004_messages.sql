-- Messages, split by time: a reference is a UUID of version 7, which begins with the moment of acceptance,
-- so ranges of references are ranges of time. Inside each part the index that an inbox reads begins with the
-- practice. Parts are made by the program, a month each (docs/scale.md); what fits none goes to the default
-- part and is as good there.
--
-- Rows of the hot path refer to practice, client, token and message without foreign keys: each would lock a
-- row that every other transaction locks too. The code never removes what they name.

-- Who has sent what: the one place where an id is used once, whatever the month. Split by client when it must be.
CREATE TABLE message_key (
    client       uuid  NOT NULL,
    message_id   uuid  NOT NULL,
    reference    uuid  NOT NULL,
    content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
    PRIMARY KEY (client, message_id)
);

CREATE TABLE message (
    reference    uuid    NOT NULL,
    client       uuid    NOT NULL,
    message_id   uuid    NOT NULL,
    approved_by  text,
    token        uuid,
    topic        text    NOT NULL,
    practice     text    NOT NULL,
    subject      text    NOT NULL,
    accepted_at  bigint  NOT NULL,
    expires_at   bigint  NOT NULL,
    content_hash bytea   NOT NULL CHECK (length(content_hash) = 32),
    attachments  bigint  NOT NULL,
    coded_items  bigint  NOT NULL,
    emptied      boolean NOT NULL DEFAULT false,
    -- Grows with every change: a writer says which version it read.
    version      bigint  NOT NULL DEFAULT 1,
    changed_at   bigint  NOT NULL,
    stage        text    NOT NULL
        CHECK (stage IN ('waiting', 'claimed', 'completed', 'rejected', 'expired')),
    -- What it waits for, or goes back to when a claim ends without a result: 'instant', 'standard',
    -- 'timed-out', 'import-failed' or 'withdrawn'; later ones need no new table.
    waits_for    text,
    convert_at   bigint,
    reason       text,
    fence        bigint  NOT NULL,
    lease_holder uuid,
    lease_until  bigint,
    mode         text CHECK (mode IN ('automatic', 'review')),
    -- Derived from the stage: who alone may see it, when time changes it next, since when it is at its end.
    only_for     text,
    due_at       bigint,
    ended_at     bigint,
    PRIMARY KEY (reference),
    CHECK ((approved_by IS NULL) = (token IS NULL)),
    CHECK ((waits_for IS NULL) = (stage NOT IN ('waiting', 'claimed'))),
    CHECK ((lease_until IS NULL) = (stage <> 'claimed')),
    CHECK ((lease_holder IS NULL) = (stage <> 'claimed')),
    CHECK ((mode IS NULL) = (stage NOT IN ('claimed', 'completed'))),
    CHECK ((due_at IS NULL) = (ended_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (stage IN ('waiting', 'claimed')))
) PARTITION BY RANGE (reference);
CREATE INDEX message_waiting ON message (practice, reference) WHERE ended_at IS NULL;
CREATE INDEX message_under_token ON message (token) WHERE token IS NOT NULL AND ended_at IS NULL;
CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_to_empty ON message (ended_at) WHERE ended_at IS NOT NULL AND emptied = false;
CREATE TABLE message_default PARTITION OF message DEFAULT;

-- What a message carries. Emptied row by row when its own time is over, dropped by the month once that is empty.
CREATE TABLE message_body (
    message uuid NOT NULL PRIMARY KEY,
    kind    text NOT NULL,
    content text NOT NULL
) PARTITION BY RANGE (message);
CREATE TABLE message_body_default PARTITION OF message_body DEFAULT;

-- Without `bytes`, the bytes are in the blob that `hash` names.
CREATE TABLE attachment (
    message   uuid   NOT NULL,
    place     bigint NOT NULL,
    kind      text   NOT NULL,
    file_name text   NOT NULL,
    size      bigint NOT NULL,
    hash      bytea  NOT NULL CHECK (length(hash) = 32),
    bytes     bytea,
    PRIMARY KEY (message, place)
) PARTITION BY RANGE (message);
-- Documents are compressed already.
ALTER TABLE attachment ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE attachment_default PARTITION OF attachment DEFAULT;

CREATE TABLE coded_item (
    message         uuid   NOT NULL,
    place           bigint NOT NULL,
    code            text   NOT NULL,
    -- As the sender wrote it, so that 37.50 stays 37.50.
    value           text,
    unit            text,
    additional_text text,
    PRIMARY KEY (message, place)
) PARTITION BY RANGE (message);
CREATE TABLE coded_item_default PARTITION OF coded_item DEFAULT;

CREATE TABLE history (
    message    uuid   NOT NULL,
    place      bigint NOT NULL,
    status     text   NOT NULL,
    sub_status text,
    at         bigint NOT NULL,
    PRIMARY KEY (message, place)
) PARTITION BY RANGE (message);
CREATE TABLE history_default PARTITION OF history DEFAULT;

-- How many attachments name a blob; no row when none does.
CREATE TABLE blob (
    hash bytea  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    uses bigint NOT NULL CHECK (uses > 0)
);

-- Blobs that are being deleted: nothing may name them until the deletion is over.
CREATE TABLE condemned_blob (
    hash bytea  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    at   bigint NOT NULL
);
CREATE INDEX condemned_blob_by_age ON condemned_blob (at);

-- How many messages stand where, kept by the transactions that move them. No sub-status is ''. Each adds to the
-- slot of the audit chain that it holds, so that no two wait for each other; a slot alone may be negative.
CREATE TABLE message_count (
    status     text     NOT NULL,
    sub_status text     NOT NULL,
    slot       smallint NOT NULL,
    messages   bigint   NOT NULL,
    PRIMARY KEY (status, sub_status, slot)
) WITH (fillfactor = 50);
