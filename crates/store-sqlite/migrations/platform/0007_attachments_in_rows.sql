-- Attachments in an ordinary table. In one WITHOUT ROWID a row of some kilobytes spills over, and whole rows
-- are copied into the upper levels of the tree: an accepted message changed 26 pages instead of 16. No
-- release has read the old table yet, so it goes.
CREATE TABLE attachment_in_row (
    id        INTEGER PRIMARY KEY,
    message   INTEGER NOT NULL REFERENCES message (id),
    place     INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    file_name TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    -- Without them, they are in the blob that `hash` names.
    bytes     BLOB,
    UNIQUE (message, place)
) STRICT;
INSERT INTO attachment_in_row (message, place, kind, file_name, size, hash, bytes)
SELECT message, place, kind, file_name, size, hash, bytes FROM attachment ORDER BY message, place;
DROP TABLE attachment;
ALTER TABLE attachment_in_row RENAME TO attachment;
