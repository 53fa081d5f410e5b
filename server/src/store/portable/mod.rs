//! Every table as rows that either database gives and takes: what a backup holds, and how data goes from SQLite to
//! PostgreSQL and back.
//!
//! `source` reads all tables in one state of a database, `target` fills an empty one in one transaction.

mod source;
mod target;
#[cfg(test)]
mod tests;

pub use source::Source;
pub use target::{Target, nobody_has};

use super::{StoreError, StoreResult, row::Columns};
use serde_json::Value;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text; JSON too.
    Text,
    /// A whole number of 64 bits.
    Number,
    /// Yes or no.
    Flag,
}

/// A column.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, the same in both databases.
    pub name: &'static str,
    kind: Kind,
    optional: bool,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, the same in both databases.
    pub name: &'static str,
    columns: &'static [Column],
    /// Which of its rows belong to the data and not to one database.
    only: &'static str,
}

/// The cells of a row, in the order of its layout.
pub type Row = Vec<Value>;

/// The columns of a table that rows bring. An older backup brings fewer; what is missing takes the default that its
/// migration gave it.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Whose.
    pub table: &'static Table,
    columns: Vec<&'static Column>,
}

const fn text(name: &'static str) -> Column {
    column(name, Kind::Text, false)
}

const fn number(name: &'static str) -> Column {
    column(name, Kind::Number, false)
}

const fn flag(name: &'static str) -> Column {
    column(name, Kind::Flag, false)
}

const fn text_or_none(name: &'static str) -> Column {
    column(name, Kind::Text, true)
}

const fn number_or_none(name: &'static str) -> Column {
    column(name, Kind::Number, true)
}

const fn column(name: &'static str, kind: Kind, optional: bool) -> Column {
    Column {
        name,
        kind,
        optional,
    }
}

const fn table(name: &'static str, columns: &'static [Column]) -> Table {
    Table {
        name,
        columns,
        only: "",
    }
}

/// Every table that a backup holds, each after those that it refers to.
///
/// Left out are [`LEFT_OUT`], and of `meta` the epoch, which a restored database must not have, and what a database
/// notes about its own shape.
pub const TABLES: [Table; 11] = [
    Table {
        name: "meta",
        columns: &[text("name"), text("value")],
        only: " WHERE name NOT IN ('epoch', 'digests_counted')",
    },
    table(
        "scopes",
        &[
            text("id"),
            number("head_seq"),
            number("min_seq"),
            number("row_count"),
            number("row_sum"),
        ],
    ),
    table(
        "users",
        &[
            text("id"),
            text("user_name"),
            text("display_name"),
            text("password_hash"),
            number("created_at"),
        ],
    ),
    table(
        "grants",
        &[
            text("user_id"),
            text("role"),
            text("scope_id"),
            number_or_none("valid_from"),
            number_or_none("valid_to"),
        ],
    ),
    table(
        "devices",
        &[
            text("id"),
            text("user_id"),
            number("last_mid"),
            number("seen_at"),
            text_or_none("report"),
            text_or_none("replaced_by"),
            number_or_none("wipe_at"),
            text_or_none("wipe_by"),
            text_or_none("wipe_reason"),
            number_or_none("wiped_at"),
        ],
    ),
    table(
        "records",
        &[
            text("id"),
            text("root"),
            text("scope_id"),
            text("kind"),
            number("seq"),
            number("version"),
            text("fields"),
            flag("deleted"),
            text("by_user"),
            text("at"),
        ],
    ),
    table(
        "exits",
        &[
            text("scope_id"),
            number("seq"),
            text("record_id"),
            number("version"),
        ],
    ),
    table(
        "writers",
        &[text("record_id"), text("field"), text("user_id")],
    ),
    table(
        "mutations",
        &[
            text("device_id"),
            number("mid"),
            text("id"),
            text("user_id"),
            text_or_none("record_id"),
            text_or_none("root_id"),
            text_or_none("group_id"),
            text_or_none("origin"),
            text("raw"),
            text("raw_hash"),
            text("status"),
            text_or_none("reason"),
            text_or_none("scope_id"),
            number_or_none("seq"),
            number_or_none("record_version"),
            text_or_none("settled"),
            number("at"),
        ],
    ),
    table(
        "repeats",
        &[
            text("device_id"),
            number("mid"),
            text("mutation_id"),
            text_or_none("raw"),
        ],
    ),
    table(
        "drafts",
        &[
            text("id"),
            text("user_id"),
            number("version"),
            text("scope_id"),
            text("body"),
            number("at"),
            text_or_none("ended"),
        ],
    ),
];

/// Tables that no backup holds: what opens a door today must not open it again after a restore. A session may have
/// been ended since, because its phone was lost; a link for the first account is void once there is one.
pub const LEFT_OUT: [&str; 2] = ["sessions", "setup_links"];

/// The table where both databases note their migrations.
const MIGRATIONS: &str = "_sqlx_migrations";

/// A table of this name, if a backup holds it.
pub fn named(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

impl Layout {
    /// All columns of a table.
    pub fn whole(table: &'static Table) -> Self {
        Self {
            table,
            columns: table.columns.iter().collect(),
        }
    }

    /// These columns of a table; `None` if it has no such column.
    pub fn of(table: &'static Table, names: &[String]) -> Option<Self> {
        let find = |name: &String| table.columns.iter().find(|column| column.name == name);
        Some(Self {
            table,
            columns: names.iter().map(find).collect::<Option<_>>()?,
        })
    }

    /// The names of its columns.
    pub fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.name).collect()
    }

    /// Whether a row can be one of these.
    pub fn fits(&self, row: &[Value]) -> bool {
        row.len() == self.columns.len()
            && self
                .columns
                .iter()
                .zip(row)
                .all(|(column, cell)| match column.kind {
                    _ if cell.is_null() => column.optional,
                    Kind::Text => cell.is_string(),
                    Kind::Number => cell.is_i64(),
                    Kind::Flag => cell.is_boolean(),
                })
    }

    /// The cell of a row under a column; nothing if the row does not bring it.
    pub fn cell<'r>(&self, row: &'r [Value], name: &str) -> Option<&'r Value> {
        let at = self.columns.iter().position(|column| column.name == name)?;
        row.get(at)
    }

    fn selection(&self) -> String {
        let Table { name, only, .. } = self.table;
        format!("SELECT {} FROM {name}{only}", self.names().join(", "))
    }

    fn read(&self, row: &impl Columns) -> StoreResult<Row> {
        let cell = |(at, column): (usize, &&Column)| {
            Ok(match column.kind {
                Kind::Text => Value::from(row.try_get::<Option<String>>(at)?),
                Kind::Number => Value::from(row.try_get::<Option<i64>>(at)?),
                Kind::Flag => Value::from(row.try_get::<bool>(at)?),
            })
        };
        self.columns.iter().enumerate().map(cell).collect()
    }
}

/// Both databases must have exactly the shape that this version knows: what it does not know it cannot carry.
fn same_shape(found: Option<i64>, known: Option<i64>) -> StoreResult<()> {
    match found {
        None => Err(StoreError::Nothing),
        Some(version) if found > known => Err(StoreError::Newer(version)),
        Some(version) if found < known => Err(StoreError::Older(version)),
        Some(_) => Ok(()),
    }
}
