-- Blobs that are being deleted: nothing may name them until the deletion is over.
CREATE TABLE condemned_blob (
    hash BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX condemned_blob_by_age ON condemned_blob (at);
