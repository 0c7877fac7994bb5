-- Which platform this is; the program makes the name. It stands beside the blobs as well, so that a database that
-- is started with another platform's blobs does not delete them.
CREATE TABLE identity (
    id       smallint NOT NULL PRIMARY KEY CHECK (id = 1),
    platform uuid     NOT NULL
);
