//! What the desk sees of a table of firms.

use utoipa::ToSchema;

/// What becomes of a row.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum RowResult {
    /// 新增.
    New,
    /// 更新.
    Update,
    /// 无变化.
    Same,
    /// 疑似重复.
    Suspect,
    /// 有误.
    Wrong,
}

/// A row that somebody has to look at.
#[derive(ToSchema)]
pub struct RowView {
    /// Its number as the table shows it, from 1.
    row: u32,
    /// The firm's name as it stands there.
    name: String,
    /// What becomes of it.
    result: RowResult,
    /// Why.
    why: String,
}

/// A column of the table.
#[derive(ToSchema)]
pub struct ColumnView {
    /// Its name.
    name: String,
    /// The field that it holds; empty where it is left out.
    #[schema(example = "credit_code")]
    field: String,
}

/// What becomes of the rows of a table.
#[derive(ToSchema)]
pub struct ImportView {
    /// How many are new.
    new: u32,
    /// How many change a firm.
    update: u32,
    /// How many say nothing new.
    same: u32,
    /// How many may be a firm that is known.
    suspect: u32,
    /// How many are wrong.
    wrong: u32,
    /// The table's columns.
    columns: Vec<ColumnView>,
    /// The wrong rows and those that may be known firms: the first two hundred. The report has all.
    rows: Vec<RowView>,
    /// The batch, if the table was taken in.
    #[schema(nullable = false)]
    batch: Option<BatchView>,
}

/// What a batch has written.
#[derive(ToSchema)]
pub struct BatchView {
    /// Its number.
    #[schema(format = "uuid")]
    id: String,
    /// Firms that it made, or deleted again.
    firms: u32,
    /// Firms that it changed, or changed back.
    changed: u32,
    /// Times that somebody was given a firm, or that was taken back.
    assigned: u32,
    /// What was left as it is, each with why.
    left: Vec<String>,
}

/// A batch of this person's.
#[derive(ToSchema)]
pub struct BatchLine {
    /// Its number.
    #[schema(format = "uuid")]
    id: String,
    /// When it was written.
    #[schema(format = DateTime)]
    at: String,
    /// How many edits it has.
    edits: u32,
}

/// This person's batches, the latest first.
#[derive(ToSchema)]
pub struct BatchesView {
    /// Those of the last year, a hundred at most.
    batches: Vec<BatchLine>,
}

/// Somebody who may be given firms.
#[derive(ToSchema)]
pub struct PersonView {
    /// Their account.
    #[schema(format = "uuid")]
    user: String,
    /// The name that they sign in with.
    user_name: String,
    /// How colleagues see them.
    display_name: String,
    /// What they mostly are.
    role: super::Role,
    /// Parks of the asker's where they work.
    scopes: Vec<String>,
}

/// Who works in the parks that a person manages.
#[derive(ToSchema)]
pub struct PeopleView {
    /// By the name that they sign in with.
    people: Vec<PersonView>,
}

/// Who is to look after some firms. Nothing said of a part leaves it as it is.
#[derive(ToSchema)]
pub struct AssignRequest {
    /// The firms, ten thousand at most.
    #[schema(format = "uuid", max_items = 10_000)]
    firms: Vec<String>,
    /// 主办.
    #[schema(format = "uuid", nullable = false)]
    lead: Option<String>,
    /// 协办: these and no others.
    #[schema(nullable = false)]
    supports: Option<Vec<String>>,
    /// Why, in a sentence.
    #[schema(max_length = 200, nullable = false)]
    reason: Option<String>,
}

/// Everything that one person looks after goes to another.
#[derive(ToSchema)]
pub struct HandOverRequest {
    /// Who hands over.
    #[schema(format = "uuid")]
    from: String,
    /// Who takes over.
    #[schema(format = "uuid")]
    to: String,
    /// Only firms of this park.
    #[schema(nullable = false)]
    scope: Option<String>,
    /// Why, in a sentence.
    #[schema(max_length = 200, nullable = false)]
    reason: Option<String>,
}
