-- Who did what: `hash` binds each entry to the one before in its chain. Rows are only ever added. A transaction
-- takes any chain that is free, so that no two wait for each other; a chain's first entry follows its own start.
CREATE TABLE audit (
    chain   smallint NOT NULL,
    seq     bigint   NOT NULL,
    at      bigint   NOT NULL,
    actor   text     NOT NULL,
    action  text     NOT NULL,
    subject text     NOT NULL,
    hash    bytea    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (chain, seq)
);

-- The newest entry of each chain; no hash before the first. One row a page, so that each stays where it is.
CREATE TABLE audit_chain (
    chain smallint NOT NULL PRIMARY KEY,
    seq   bigint   NOT NULL,
    hash  bytea CHECK (length(hash) = 32)
) WITH (fillfactor = 10);
INSERT INTO audit_chain (chain, seq) SELECT chain, 0 FROM generate_series(1, 64) AS chain;

-- Something small to write, for the health check.
CREATE TABLE health (
    id   smallint NOT NULL PRIMARY KEY CHECK (id = 1),
    beat bigint   NOT NULL
);
INSERT INTO health (id, beat) VALUES (1, 0);
