-- A half-filled form ends: its last version then says how, and has no words. They are listed by person, for their other
-- devices, and by scope, for who manages it when their person has gone.
ALTER TABLE drafts ADD COLUMN ended TEXT;
CREATE INDEX drafts_by_user ON drafts (user_id, id, version, ended, scope_id, at);
CREATE INDEX drafts_by_scope ON drafts (scope_id, id, user_id, version, ended, at);

-- What is quarantined is listed by scope, for who manages it.
CREATE INDEX mutations_refused ON mutations (scope_id) WHERE status = 'quarantined' AND settled IS NULL;
