-- Which platform this is; the program makes the name. It stands beside the blobs as well, so that a database that
-- is started with another platform's blobs does not delete them.
CREATE TABLE identity (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    platform BLOB    NOT NULL CHECK (length(platform) = 16)
) STRICT;
