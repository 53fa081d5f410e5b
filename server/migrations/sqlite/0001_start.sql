-- The tables of sync. Ids are UUIDs as text, instants are milliseconds since the Unix epoch, values are JSON text,
-- so that the same statements serve PostgreSQL.

-- What this database is: `epoch` names one life of it, a restored backup begins a new one.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- `head_seq` is counted up under the scope's lock, so the order of numbers is the order of commits.
-- `min_seq`, `row_count` and `digest` join here with snapshots and digests.
CREATE TABLE scopes (
    id       TEXT   NOT NULL PRIMARY KEY,
    head_seq BIGINT NOT NULL
);

-- The table of exits, `(scope_id, seq, record_id, version)`, joins here with moves between scopes.
CREATE TABLE records (
    id       TEXT    NOT NULL PRIMARY KEY,
    root     TEXT    NOT NULL,
    scope_id TEXT    NOT NULL REFERENCES scopes (id),
    kind     TEXT    NOT NULL,
    seq      BIGINT  NOT NULL,
    version  BIGINT  NOT NULL,
    fields   TEXT    NOT NULL,
    deleted  BOOLEAN NOT NULL,
    by_user  TEXT    NOT NULL,
    at       TEXT    NOT NULL
);
CREATE UNIQUE INDEX records_in_order ON records (scope_id, seq);
CREATE INDEX records_under_root ON records (root, kind);

-- Who wrote each field last, so that a conflict can name whose value stands.
CREATE TABLE writers (
    record_id TEXT NOT NULL REFERENCES records (id),
    field     TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    PRIMARY KEY (record_id, field)
);

CREATE TABLE users (
    id            TEXT   NOT NULL PRIMARY KEY,
    user_name     TEXT   NOT NULL UNIQUE,
    display_name  TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    created_at    BIGINT NOT NULL
);

-- A null bound is no bound. A grant holds from `valid_from` up to, not including, `valid_to`.
CREATE TABLE grants (
    user_id    TEXT NOT NULL REFERENCES users (id),
    role       TEXT NOT NULL,
    scope_id   TEXT NOT NULL,
    valid_from BIGINT,
    valid_to   BIGINT,
    PRIMARY KEY (user_id, role, scope_id)
);

-- The token itself is only in the person's cookie.
CREATE TABLE sessions (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE setup_links (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- `app_version` joins here when the client sends it.
CREATE TABLE devices (
    id       TEXT   NOT NULL PRIMARY KEY,
    user_id  TEXT   NOT NULL REFERENCES users (id),
    last_mid BIGINT NOT NULL,
    seen_at  BIGINT NOT NULL
);

-- Every mutation ever received, as sent: the audit trail. `record_id`, `root_id` and `group_id` are null where the
-- text could not be read that far. `origin` is the first mutation that this one mends. `settled` says how a
-- quarantined one ended: `mended` or `discarded`.
CREATE TABLE mutations (
    device_id      TEXT   NOT NULL REFERENCES devices (id),
    mid            BIGINT NOT NULL,
    id             TEXT   NOT NULL UNIQUE,
    user_id        TEXT   NOT NULL,
    record_id      TEXT,
    root_id        TEXT,
    group_id       TEXT,
    origin         TEXT,
    raw            TEXT   NOT NULL,
    raw_hash       TEXT   NOT NULL,
    status         TEXT   NOT NULL,
    reason         TEXT,
    scope_id       TEXT,
    seq            BIGINT,
    record_version BIGINT,
    settled        TEXT,
    at             BIGINT NOT NULL,
    PRIMARY KEY (device_id, mid)
);
CREATE INDEX mutations_of_record ON mutations (record_id, record_version);
CREATE INDEX mutations_by_origin ON mutations (origin) WHERE origin IS NOT NULL;
CREATE INDEX mutations_held ON mutations (device_id, mid) WHERE status = 'quarantined' AND settled IS NULL;

-- Numbers under which a known mutation came again, as after a fork. `raw` is kept only where the known one is
-- another person's, because then the two texts need not be the same.
CREATE TABLE repeats (
    device_id   TEXT   NOT NULL REFERENCES devices (id),
    mid         BIGINT NOT NULL,
    mutation_id TEXT   NOT NULL,
    raw         TEXT,
    PRIMARY KEY (device_id, mid)
);
