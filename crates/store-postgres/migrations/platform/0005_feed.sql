-- What happened, told to one practice or one client system. A place is the number of the transaction that wrote
-- the row, times 2^20, plus the row's number in it. Transactions end in another order than that of their
-- numbers, so a reader stops before the oldest one that still runs (docs/decisions). Parts are made by the
-- program, some millions of transactions each, and dropped whole.
CREATE TABLE feed (
    place       bigint NOT NULL PRIMARY KEY,
    practice    text,
    client      uuid,
    at          bigint NOT NULL,
    -- 'message', 'status' or 'code-used'; later ones need no new table.
    kind        text   NOT NULL,
    -- The platform's name of the message, or its sender's when told to a sender.
    message     uuid,
    only_for    text,
    status      text,
    sub_status  text,
    client_name text,
    CHECK ((practice IS NULL) <> (client IS NULL))
) PARTITION BY RANGE (place);
CREATE INDEX feed_of_practice ON feed (practice, place) WHERE practice IS NOT NULL;
CREATE INDEX feed_of_client ON feed (client, place) WHERE client IS NOT NULL;
CREATE TABLE feed_default PARTITION OF feed DEFAULT;

-- `base` is added to a transaction's number, so that places go on growing after the tables moved to another
-- server; `forgotten` is the highest place that was forgotten: no reader sees rows up to there, whether or not
-- they have left the table.
CREATE TABLE feed_state (
    id        smallint NOT NULL PRIMARY KEY CHECK (id = 1),
    base      bigint   NOT NULL,
    forgotten bigint   NOT NULL
);
INSERT INTO feed_state (id, base, forgotten) VALUES (1, 0, 0);
