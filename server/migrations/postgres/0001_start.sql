-- The tables of sync in PostgreSQL: the shape that the SQLite migrations have led to, begun clean. Ids are UUIDs as
-- text, instants are milliseconds since the Unix epoch, values are JSON text. Ids and scopes are compared byte by
-- byte ("C"): locks are taken in that order by every process, whatever language the database was made for.

-- What this database is: `epoch` names one life of it, a restored backup begins a new one.
CREATE TABLE meta (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT             NOT NULL
);

-- `head_seq` is counted up under the row's lock, which lasts until the commit: the order of numbers is the order of
-- commits. `row_count` and `row_sum` are what a device compares to know that it has all of the scope: how many rows
-- stand in it, deleted ones left out, and the sum of their hashes modulo 2^64, as a signed number. `min_seq` is the
-- lowest cursor that can still be continued. Half of each page stays free, so that a row counted up finds room beside
-- its old self.
CREATE TABLE scopes (
    id        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    head_seq  BIGINT           NOT NULL DEFAULT 0,
    min_seq   BIGINT           NOT NULL DEFAULT 0,
    row_count BIGINT           NOT NULL DEFAULT 0,
    row_sum   BIGINT           NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE records (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    root     TEXT COLLATE "C" NOT NULL,
    scope_id TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    kind     TEXT COLLATE "C" NOT NULL,
    seq      BIGINT           NOT NULL,
    version  BIGINT           NOT NULL,
    fields   TEXT             NOT NULL,
    deleted  BOOLEAN          NOT NULL,
    by_user  TEXT COLLATE "C" NOT NULL,
    at       TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX records_in_order ON records (scope_id, seq);
CREATE INDEX records_under_root ON records (root, kind);

-- Records that left a scope, in that scope's order: whoever has such a row takes it out.
CREATE TABLE exits (
    scope_id  TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    seq       BIGINT           NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    version   BIGINT           NOT NULL,
    PRIMARY KEY (scope_id, seq)
);

-- Who wrote each field last, so that a conflict can name whose value stands.
CREATE TABLE writers (
    record_id TEXT COLLATE "C" NOT NULL REFERENCES records (id),
    field     TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (record_id, field)
);

CREATE TABLE users (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_name     TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name  TEXT             NOT NULL,
    password_hash TEXT             NOT NULL,
    created_at    BIGINT           NOT NULL
);

-- A null bound is no bound. A grant holds from `valid_from` up to, not including, `valid_to`.
CREATE TABLE grants (
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    role       TEXT COLLATE "C" NOT NULL,
    scope_id   TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT,
    valid_to   BIGINT,
    PRIMARY KEY (user_id, role, scope_id)
);

-- The token itself is only in the person's cookie.
CREATE TABLE sessions (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT           NOT NULL,
    seen_at    BIGINT           NOT NULL,
    expires_at BIGINT           NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE setup_links (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    expires_at BIGINT           NOT NULL
);

CREATE TABLE devices (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    last_mid BIGINT           NOT NULL,
    seen_at  BIGINT           NOT NULL
) WITH (fillfactor = 50);

-- Every mutation ever received, as sent: the audit trail. `record_id`, `root_id` and `group_id` are null where the
-- text could not be read that far. `origin` is the first mutation that this one mends. `settled` says how a
-- quarantined one ended: `mended` or `discarded`.
CREATE TABLE mutations (
    device_id      TEXT COLLATE "C" NOT NULL REFERENCES devices (id),
    mid            BIGINT           NOT NULL,
    id             TEXT COLLATE "C" NOT NULL UNIQUE,
    user_id        TEXT COLLATE "C" NOT NULL,
    record_id      TEXT COLLATE "C",
    root_id        TEXT COLLATE "C",
    group_id       TEXT COLLATE "C",
    origin         TEXT COLLATE "C",
    raw            TEXT             NOT NULL,
    raw_hash       TEXT COLLATE "C" NOT NULL,
    status         TEXT COLLATE "C" NOT NULL,
    reason         TEXT,
    scope_id       TEXT COLLATE "C",
    seq            BIGINT,
    record_version BIGINT,
    settled        TEXT COLLATE "C",
    at             BIGINT           NOT NULL,
    PRIMARY KEY (device_id, mid)
);
CREATE INDEX mutations_of_record ON mutations (record_id, record_version);
CREATE INDEX mutations_by_origin ON mutations (origin) WHERE origin IS NOT NULL;
CREATE INDEX mutations_held ON mutations (device_id, mid) WHERE status = 'quarantined' AND settled IS NULL;

-- Numbers under which a known mutation came again, as after a fork. `raw` is kept only where the known one is
-- another person's, because then the two texts need not be the same.
CREATE TABLE repeats (
    device_id   TEXT COLLATE "C" NOT NULL REFERENCES devices (id),
    mid         BIGINT           NOT NULL,
    mutation_id TEXT COLLATE "C" NOT NULL,
    raw         TEXT,
    PRIMARY KEY (device_id, mid)
);

-- Half-filled forms, as their person's devices gave them to keep. Every version stays.
CREATE TABLE drafts (
    id       TEXT COLLATE "C" NOT NULL,
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    version  BIGINT           NOT NULL,
    scope_id TEXT COLLATE "C" NOT NULL,
    body     TEXT             NOT NULL,
    at       BIGINT           NOT NULL,
    PRIMARY KEY (id, user_id, version)
);
