//! What a backup knows of the tables is what the migrations made of them.

use super::*;
use crate::{
    secret,
    store::{Store, sqlite::SqliteStore},
    testing::{open_postgres, postgres},
};
use sqlx::{Connection, PgConnection, Row as _, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

type Columns = BTreeSet<(String, bool)>;

/// Every table with the names of its columns and whether they may be empty.
fn known() -> BTreeMap<String, Columns> {
    TABLES
        .iter()
        .map(|table| {
            let column = |column: &Column| (column.name.to_owned(), column.optional);
            (
                table.name.to_owned(),
                table.columns.iter().map(column).collect(),
            )
        })
        .collect()
}

fn check(found: Vec<(String, String, bool)>) {
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for (table, column, optional) in found {
        tables.entry(table).or_default().insert((column, optional));
    }
    for left_out in LEFT_OUT.iter().chain([&MIGRATIONS]) {
        assert!(tables.remove(*left_out).is_some(), "{left_out}");
    }
    assert_eq!(tables, known(), "a migration has not reached the backup");
}

#[tokio::test]
async fn a_backup_holds_every_table_and_column_of_sqlite() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("test.sqlite3");
    let seed = secret::id_seed(&crate::clock::SystemClock).unwrap();
    SqliteStore::open(&file, seed).await.unwrap().close().await;
    let url = format!("sqlite://{}", file.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let rows = sqlx::query(
        "SELECT t.name, c.name, NOT c.\"notnull\" FROM sqlite_master t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'",
    );
    let rows = rows.fetch_all(&mut connection).await.unwrap();
    check(
        rows.iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect(),
    );
}

#[tokio::test]
async fn a_backup_holds_every_table_and_column_of_postgres() {
    let Some(url) = postgres::database() else {
        return;
    };
    open_postgres(&url).await.close().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let rows = sqlx::query(
        "SELECT table_name::text, column_name::text, is_nullable = 'YES' FROM information_schema.columns
         WHERE table_schema = current_schema()",
    );
    let rows = rows.fetch_all(&mut connection).await.unwrap();
    check(
        rows.iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect(),
    );
}
