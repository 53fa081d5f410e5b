-- A firm that moves takes along what names it.
CREATE INDEX records_about_enterprise ON records (json_extract(fields, '$.enterprise'))
    WHERE kind IN ('visit', 'planned_visit');
