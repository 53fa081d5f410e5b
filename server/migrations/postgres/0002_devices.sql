-- What a device last said of itself (JSON), which id it has taken since, and the order to wipe it: when, by whom, why,
-- and when it said that this was done.
ALTER TABLE devices ADD COLUMN report TEXT;
ALTER TABLE devices ADD COLUMN replaced_by TEXT COLLATE "C";
ALTER TABLE devices ADD COLUMN wipe_at BIGINT;
ALTER TABLE devices ADD COLUMN wipe_by TEXT COLLATE "C";
ALTER TABLE devices ADD COLUMN wipe_reason TEXT;
ALTER TABLE devices ADD COLUMN wiped_at BIGINT;

-- Few rows are of these kinds, and they are looked for among all.
CREATE INDEX records_conflicts ON records (kind) WHERE kind = 'conflict';
CREATE INDEX records_recovered ON records ((fields::jsonb ->> 'record')) WHERE kind = 'recovered';
