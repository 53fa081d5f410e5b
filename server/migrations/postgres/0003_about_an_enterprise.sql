-- A firm that moves takes along what names it.
CREATE INDEX records_about_enterprise ON records ((fields::json ->> 'enterprise'))
    WHERE kind IN ('visit', 'planned_visit');
