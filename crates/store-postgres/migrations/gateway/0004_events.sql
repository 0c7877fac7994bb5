-- What happened, and to which endpoints it is owed. A place is the number of the transaction that wrote the row,
-- times 2^20, plus the row's number in it. Transactions end in another order than that of their numbers, so a
-- reader stops before the oldest one that still runs (docs/decisions).
CREATE TABLE event (
    place      bigint NOT NULL PRIMARY KEY,
    at         bigint NOT NULL,
    by         text   NOT NULL,
    -- 'message.queued' and others; later ones need no new table.
    kind       text   NOT NULL,
    message    uuid,
    app_user   text,
    webhook    uuid,
    status     text,
    sub_status text,
    problem    text
);
CREATE INDEX event_of_message ON event (message, place) WHERE message IS NOT NULL;

CREATE TABLE delivery (
    webhook     uuid   NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    place       bigint NOT NULL REFERENCES event (place) ON DELETE CASCADE,
    state       text   NOT NULL CHECK (state IN ('owed', 'delivered', 'failed')),
    tries       bigint NOT NULL DEFAULT 0,
    -- Until then nobody else posts it, while somebody does.
    due_at      bigint NOT NULL,
    ended_at    bigint,
    last_at     bigint,
    last_status bigint,
    last_word   text,
    PRIMARY KEY (webhook, place),
    CHECK ((ended_at IS NULL) = (state = 'owed'))
) WITH (fillfactor = 80);
CREATE INDEX delivery_due ON delivery (webhook, due_at, place) WHERE state = 'owed';
CREATE INDEX delivery_next ON delivery (due_at) WHERE state = 'owed';
CREATE INDEX delivery_of_event ON delivery (place, state);
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE ended_at IS NOT NULL;

-- `base` is added to a transaction's number, so that places go on growing after the tables moved to another
-- server; `forgotten` is the highest place that was forgotten.
CREATE TABLE feed_state (
    id        smallint NOT NULL PRIMARY KEY CHECK (id = 1),
    base      bigint   NOT NULL,
    forgotten bigint   NOT NULL
);
INSERT INTO feed_state (id, base, forgotten) VALUES (1, 0, 0);
