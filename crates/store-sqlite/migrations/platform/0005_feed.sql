-- What happened, told to one practice or one client system. A place is never used twice, even after the
-- newest rows were forgotten: hence AUTOINCREMENT.
CREATE TABLE feed (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    practice    TEXT,
    client      BLOB,
    at          INTEGER NOT NULL,
    -- 'message', 'status' or 'code-used'; later ones need no new table.
    kind        TEXT    NOT NULL,
    -- The platform's name of the message, or its sender's when told to a sender.
    message     BLOB,
    only_for    TEXT,
    status      TEXT,
    sub_status  TEXT,
    client_name TEXT,
    CHECK ((practice IS NULL) <> (client IS NULL))
) STRICT;
CREATE INDEX feed_of_practice ON feed (practice) WHERE practice IS NOT NULL;
CREATE INDEX feed_of_client ON feed (client) WHERE client IS NOT NULL;
