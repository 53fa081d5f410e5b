//! What brings a database to this version's shape: the files of `server/migrations/`.
//!
//! sqlx's own macro would read the folder, and have both databases' drivers compiled a second time for it.

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};
use std::{borrow::Cow, sync::LazyLock};

/// One file: its name without the end, and what it does. They are numbered from 1.
type File = (&'static str, &'static str);

macro_rules! files {
    ($store:literal: $($name:literal),* $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../migrations/", $store, "/", $name, ".sql")),
        )),*]
    };
}

/// SQLite's.
pub(super) static SQLITE: LazyLock<Migrator> = LazyLock::new(|| migrator(SQLITE_FILES));

/// PostgreSQL's.
pub(super) static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| migrator(POSTGRES_FILES));

const SQLITE_FILES: &[File] = files!(
    "sqlite":
    "0001_start",
    "0002_moves_and_digests",
    "0003_drafts",
    "0004_devices",
    "0005_about_an_enterprise",
    "0006_issues_name_a_firm",
    "0007_drafts_end_and_work_is_left",
);

const POSTGRES_FILES: &[File] = files!(
    "postgres":
    "0001_start",
    "0002_devices",
    "0003_about_an_enterprise",
    "0004_issues_name_a_firm",
    "0005_drafts_end_and_work_is_left",
);

fn migrator(files: &[File]) -> Migrator {
    let one = |(version, (name, sql)): (i64, &File)| {
        let (_, about) = name.split_once('_').unwrap_or(("", *name));
        let about = Cow::Owned(about.replace('_', " "));
        // Each in a transaction of its own.
        Migration::new(
            version,
            about,
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    };
    Migrator {
        migrations: (1..).zip(files).map(one).collect(),
        ..Migrator::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    fn names_in(folder: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(folder);
        let entries = fs::read_dir(&folder).expect("the folder is there");
        entries
            .map(|entry| entry.expect("it can be listed").file_name())
            .map(|name| name.into_string().expect("names are ASCII"))
            .collect()
    }

    #[test]
    fn every_file_is_carried_out_and_in_order() {
        for (folder, files) in [("sqlite", SQLITE_FILES), ("postgres", POSTGRES_FILES)] {
            let names = files.iter().map(|(name, _)| format!("{name}.sql"));
            assert_eq!(names.collect::<BTreeSet<_>>(), names_in(folder), "{folder}");
            for (number, (name, _)) in (1..).zip(files) {
                assert!(name.starts_with(&format!("{number:04}_")), "{name}");
            }
        }
    }
}
