//! The roster: a bureau's own table of firms taken in as one batch that can be taken out again.
//!
//! `sheet` reads the table, `columns` finds what each column holds, `cells` reads a cell, `compare` says of each row
//! what becomes of it, `batch` writes what a preview has shown, and takes it back, `report` is the table again with
//! what was found beside each row. `pledges` does for a table of past pledges what `compare` does for firms. `people` knows who works where, `assign` says what changes when they are given firms,
//! `hand` gives the firms that a desk has picked.

pub mod assign;
pub mod batch;
pub mod cells;
pub mod columns;
pub mod compare;
pub mod hand;
pub mod people;
pub mod pledges;
pub mod report;
pub mod sheet;

use crate::{
    auth::{Access, Places},
    clock::Clock,
    config::ImportOptions,
    forms::Forms,
    handlers::session::account_name,
    secret::{NoRandomness, Token},
    start::{DATABASE, Home, StartError},
    store::{ReadTx, Store, StoreError},
};
use axum::body::Bytes;
use batch::{Batch, BatchError};
use columns::{Columns, ColumnsError, What};
use compare::{Judged, Known, judge};
use people::People;
use pledges::KnownPledges;
use report::ReportError;
use ruyuan_domain::{
    Record, RecordId, RecordKind, ScopeId,
    consts::field,
    names::plain,
    roster::{ColumnView, ImportView, RowResult, RowView},
};
use sheet::{Sheet, SheetError};
use std::{collections::BTreeMap, fmt, fs, io, path::PathBuf, sync::Arc};

/// Most rows that the desk is shown; the report has all.
const MOST_SHOWN: usize = 200;

/// Long enough for what one command does.
const SESSION_MS: i64 = 60_000;

/// Why a table says nothing of firms.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// It is no table.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// Its columns say nothing.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// There is no such park, or the person may not write to it.
    #[error("{user} may not write to a park {park}; parks are {parks}")]
    NoPark {
        /// Who.
        user: String,
        /// What was named.
        park: String,
        /// What there is.
        parks: String,
    },
    /// The database failed.
    #[error("{0}; try again")]
    Store(#[from] StoreError),
    /// The reading of the table was cut off.
    #[error("the table could not be read to its end")]
    Cut,
}

/// Why nothing was taken in.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// There is no database.
    #[error("there is no data in {0}; name its folder with --data or its database with --database")]
    NoData(String),
    /// Nobody has this name.
    #[error("there is no account {0}; name who answers for this with --user")]
    NoAccount(String),
    /// The file cannot be read.
    #[error("cannot read {}: {error}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file says nothing of firms.
    #[error("{}: {error}", file.display())]
    Look {
        /// Which.
        file: PathBuf,
        /// Why.
        error: LookError,
    },
    /// The report cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The database cannot be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database failed.
    #[error("{0}; try again")]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// Neither a file nor a batch.
    #[error("name a table with --file, or a batch to take back with --undo")]
    Nothing,
}

/// What is asked of a table.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What it is a table of.
    pub what: What,
    /// The workbook's sheet, if not the first.
    pub sheet: Option<String>,
    /// The park, by name or code, of rows that name none.
    pub park: Option<String>,
    /// What columns hold, by their names; an empty field leaves one out.
    pub columns: Vec<(String, String)>,
}

/// A table, judged.
#[derive(Debug)]
pub struct Preview {
    /// The table.
    pub sheet: Sheet,
    /// What its columns hold.
    pub columns: Columns,
    /// What becomes of each row.
    pub judged: Vec<Judged>,
}

impl Preview {
    /// As the desk sees it.
    pub fn view(&self, batch: Option<&Batch>) -> ImportView {
        let count = |result| u32::try_from(self.count(result)).unwrap_or(u32::MAX);
        let name = self
            .columns
            .fields
            .iter()
            .find(|(_, field)| *field == field::NAME);
        let rows = self.judged.iter().filter(|judged| {
            matches!(
                judged.verdict.result(),
                RowResult::Wrong | RowResult::Suspect
            )
        });
        let rows = rows.take(MOST_SHOWN).map(|judged| RowView {
            row: u32::try_from(judged.row).unwrap_or(u32::MAX),
            name: name
                .map_or("", |(column, _)| self.sheet.cell(judged.row - 1, *column))
                .to_owned(),
            result: judged.verdict.result(),
            why: judged.verdict.why(),
        });
        let names = self.sheet.rows.get(self.columns.header);
        let names = names.into_iter().flatten().enumerate();
        let columns = names
            .filter(|(_, name)| !name.is_empty())
            .map(|(at, name)| {
                let field = self.columns.fields.iter().find(|(column, _)| *column == at);
                ColumnView {
                    name: name.clone(),
                    field: field.map_or("", |(_, field)| field).to_owned(),
                }
            });
        ImportView {
            new: count(RowResult::New),
            update: count(RowResult::Update),
            same: count(RowResult::Same),
            suspect: count(RowResult::Suspect),
            wrong: count(RowResult::Wrong),
            columns: columns.collect(),
            rows: rows.collect(),
            batch: batch.map(Batch::view),
        }
    }

    fn count(&self, result: RowResult) -> usize {
        let all = self.judged.iter().map(|judged| judged.verdict.result());
        all.filter(|known| *known == result).count()
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |result| format!("{} {}", report::word(result), self.count(result));
        let counts = [
            RowResult::New,
            RowResult::Update,
            RowResult::Same,
            RowResult::Suspect,
            RowResult::Wrong,
        ]
        .map(of);
        write!(f, "{} 行：{}", self.judged.len(), counts.join("，"))?;
        if !self.columns.unknown.is_empty() {
            write!(
                f,
                "\n未识别的列（不导入）：{}",
                self.columns.unknown.join("、")
            )?;
        }
        Ok(())
    }
}

/// What a command did.
#[derive(Debug)]
pub struct Done {
    preview: Option<Preview>,
    batch: Option<Batch>,
    report: Option<PathBuf>,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(preview) = &self.preview {
            writeln!(f, "{preview}")?;
        }
        if let Some(report) = &self.report {
            writeln!(f, "逐行结果：{}", report.display())?;
        }
        match (&self.batch, &self.preview) {
            (Some(batch), _) => write!(f, "{batch}"),
            (None, _) => write!(f, "只是预览，没有写入；加 --apply 导入“新增”和“更新”的行"),
        }
    }
}

/// Looks a table over, takes it in with `--apply`, or takes a batch back with `--undo`; beside a server that runs or
/// not.
///
/// # Errors
/// Whatever kept it from that; then nothing is written.
pub async fn import(options: &ImportOptions, clock: &dyn Clock) -> Result<Done, RosterError> {
    let home = Home::of(&options.data, options.database.as_deref())?;
    let _lock = match &home {
        Home::Folder(folder) if !folder.join(DATABASE).is_file() => {
            return Err(RosterError::NoData(folder.display().to_string()));
        }
        _ => home.hold()?,
    };
    let store = home.open(clock).await?;
    let access = access_of(store.as_ref(), &options.user, clock).await?;
    if let Some(id) = &options.undo {
        let batch = Batch::undo(&store, clock, &access, id).await?;
        return Ok(Done {
            preview: None,
            batch: Some(batch),
            report: None,
        });
    }
    let file = options.file.clone().ok_or(RosterError::Nothing)?;
    let failed = |error| RosterError::File {
        file: file.clone(),
        error,
    };
    let size = fs::metadata(&file).map_err(failed)?.len();
    let bytes = match size > sheet::MOST_BYTES as u64 {
        true => Err(SheetError::TooLarge.into()),
        false => Ok(fs::read(&file).map_err(failed)?),
    };
    let asked = Asked {
        what: options.what,
        sheet: options.sheet.clone(),
        park: options.park.clone(),
        columns: options.column.clone(),
    };
    let preview = match bytes {
        Ok(bytes) => look(store.as_ref(), clock, &access, asked, bytes.into()).await,
        Err(error) => Err(error),
    };
    let preview = preview.and_then(|preview| {
        preview.columns.name_firms()?;
        Ok(preview)
    });
    let preview = preview.map_err(|error| RosterError::Look {
        file: file.clone(),
        error,
    })?;
    if let Some(to) = &options.report {
        report::write(&preview, to)?;
    }
    let batch = match options.apply {
        true => Some(Batch::apply(&store, clock, &access, &preview.judged).await?),
        false => None,
    };
    Ok(Done {
        preview: Some(preview),
        batch,
        report: options.report.clone(),
    })
}

/// Looks a table over. Nothing is written.
///
/// # Errors
/// It is no table, says nothing of firms, or names a park that is none of the person's.
pub async fn look(
    store: &dyn Store,
    clock: &dyn Clock,
    access: &Access,
    asked: Asked,
    bytes: Bytes,
) -> Result<Preview, LookError> {
    let Asked {
        what,
        sheet,
        park,
        columns,
    } = asked;
    // Megabytes of a stranger's file: not on a thread that answers everybody else.
    let read = tokio::task::spawn_blocking(move || {
        let sheet = sheet::read(&bytes, sheet.as_deref())?;
        let columns = columns::of(&sheet, what, &columns)?;
        Ok::<_, LookError>((sheet, columns))
    });
    let (sheet, columns) = read.await.map_err(|_| LookError::Cut)??;
    if columns.name_firms().is_err() {
        // Somebody has to say which column it is first.
        return Ok(Preview {
            sheet,
            columns,
            judged: Vec::new(),
        });
    }
    let mut tx = store.begin_read().await?;
    let (parks, names) = parks(tx.as_mut(), access).await?;
    let default_park = match &park {
        None => (names.len() == 1).then(|| parks.values().next()).flatten(),
        Some(park) => Some(parks.get(&plain(park)).ok_or_else(|| LookError::NoPark {
            user: access.user_name.clone(),
            park: park.clone(),
            parks: names.join(", "),
        })?),
    };
    let mut firms = Vec::new();
    for scope in &access.writable {
        firms.extend(firms_of(tx.as_mut(), scope).await?);
    }
    let of = match what {
        What::Firms => RecordKind::Assignment,
        What::Pledges => RecordKind::Pledge,
    };
    let mut belongings = BTreeMap::new();
    for scope in &access.writable {
        belongings.append(&mut belongings_of(tx.as_mut(), scope, &of).await?);
    }
    drop(tx);
    if what == What::Pledges {
        let known = KnownPledges {
            firms: &firms,
            pledges: &belongings,
            now: clock.now(),
        };
        let judged = pledges::judge(&sheet, &columns, &known);
        return Ok(Preview {
            sheet,
            columns,
            judged,
        });
    }
    let people = People::load(store, access, clock.unix_ms()).await?;
    let known = Known {
        firms: &firms,
        assignments: &belongings,
        people: &people,
        parks: &parks,
        default_park,
        now: clock.now(),
    };
    let judged = judge(&sheet, &columns, &known);
    Ok(Preview {
        sheet,
        columns,
        judged,
    })
}

/// The records of firms of a park, merged ones too.
pub(super) async fn firms_of(
    tx: &mut dyn ReadTx,
    scope: &ScopeId,
) -> Result<Vec<Record>, StoreError> {
    if scope.park_code().is_none() {
        return Ok(Vec::new());
    }
    let mut firms = tx.records_of_kind(scope, &RecordKind::Enterprise).await?;
    firms.retain(|firm| !firm.deleted);
    Ok(firms)
}

/// What of a kind belongs to the firms of a park, by firm.
pub(super) async fn belongings_of(
    tx: &mut dyn ReadTx,
    scope: &ScopeId,
    kind: &RecordKind,
) -> Result<BTreeMap<RecordId, Vec<Record>>, StoreError> {
    let mut by_firm: BTreeMap<RecordId, Vec<Record>> = BTreeMap::new();
    for record in tx.records_of_kind(scope, kind).await? {
        by_firm.entry(record.root).or_default().push(record);
    }
    Ok(by_firm)
}

/// The parks that the person may write to, by name and by code; and their names with their codes.
async fn parks(
    tx: &mut dyn ReadTx,
    access: &Access,
) -> Result<(BTreeMap<String, ScopeId>, Vec<String>), StoreError> {
    let mut parks = BTreeMap::new();
    let mut names = Vec::new();
    for park in tx
        .records_of_kind(&ScopeId::public(), &RecordKind::Park)
        .await?
    {
        let (name, code) = (park.text(field::NAME), park.text(field::CODE));
        let scope = ScopeId::park(code);
        if park.deleted || !access.writable.contains(&scope) {
            continue;
        }
        parks.insert(plain(name), scope.clone());
        parks.insert(plain(code), scope);
        names.push(format!("{name} ({code})"));
    }
    Ok((parks, names))
}

/// What a person may do today, as a session of theirs would say.
async fn access_of(
    store: &dyn Store,
    user: &str,
    clock: &dyn Clock,
) -> Result<Access, RosterError> {
    let unknown = || RosterError::NoAccount(user.to_owned());
    let account = store.account_named(&account_name(user)).await?;
    let account = account.ok_or_else(unknown)?;
    let (token, now_ms) = (Token::draw()?.hash(), clock.unix_ms());
    store
        .open_session(&token, account.user, now_ms, now_ms + SESSION_MS)
        .await?;
    let session = store.session(&token, now_ms).await?;
    store.close_session(&token).await?;
    let places = Places::load(store.begin_read().await?.as_mut()).await?;
    let session = session.ok_or_else(unknown)?;
    Ok(Access::new(&session, &places, now_ms))
}

/// A store that what is written goes to, with what pushing needs beside it.
pub(super) struct Desk<'a> {
    store: &'a Arc<dyn Store>,
    clock: &'a dyn Clock,
    forms: Forms,
}
