-- An issue that names a firm moves with it, as visits and plans do.
DROP INDEX records_about_enterprise;
CREATE INDEX records_about_enterprise ON records (json_extract(fields, '$.enterprise'))
    WHERE kind IN ('visit', 'planned_visit', 'issue');
