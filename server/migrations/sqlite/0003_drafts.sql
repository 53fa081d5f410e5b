-- Half-filled forms, as their person's devices gave them to keep. Every version stays.
CREATE TABLE drafts (
    id       TEXT   NOT NULL,
    user_id  TEXT   NOT NULL REFERENCES users (id),
    version  BIGINT NOT NULL,
    scope_id TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (id, user_id, version)
);
