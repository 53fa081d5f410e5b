-- What a device compares to know that it has all of a scope: how many rows stand in it, deleted ones left out, and
-- the sum of their hashes modulo 2^64, as a signed number. Rows are never removed, so the count at first is exact.
-- `min_seq` is the lowest cursor that can still be continued.
ALTER TABLE scopes ADD COLUMN min_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scopes ADD COLUMN row_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scopes ADD COLUMN row_sum BIGINT NOT NULL DEFAULT 0;

-- Records that left a scope, in that scope's order: whoever has such a row takes it out.
CREATE TABLE exits (
    scope_id  TEXT   NOT NULL REFERENCES scopes (id),
    seq       BIGINT NOT NULL,
    record_id TEXT   NOT NULL,
    version   BIGINT NOT NULL,
    PRIMARY KEY (scope_id, seq)
);
