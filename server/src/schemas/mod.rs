//! The messages as OpenAPI describes them. They mirror `ruyuan_domain::wire`, which knows nothing of OpenAPI; a test
//! holds each mirror against the message that is really sent.

#![allow(dead_code, reason = "these types are read by the OpenAPI derive only")]

mod devices;
mod left;
mod roster;

pub use devices::{DeviceReport, DeviceView, DevicesPage, WipeRequest, WipeView};
pub use left::LeftWork;
pub use roster::{AssignRequest, BatchView, BatchesView, HandOverRequest, ImportView, PeopleView};

use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The server's state.
#[derive(ToSchema)]
pub struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: String,
}

/// `POST /api/sync/blobs`.
#[derive(ToSchema)]
pub struct BeginBlobRequest {
    /// The attachment.
    #[schema(format = "uuid")]
    id: String,
}

/// How far the server has an attachment.
#[derive(ToSchema)]
pub struct BlobStanding {
    /// The attachment.
    #[schema(format = "uuid")]
    id: String,
    /// How many bytes it has.
    size: u64,
    /// How many bytes its chunks have, but the last.
    chunk_bytes: u64,
    /// Numbers of the chunks that are here.
    have: Vec<u32>,
    /// Whether all of it is here, checked.
    complete: bool,
}

/// `POST /api/session`.
#[derive(ToSchema)]
pub struct SignInRequest {
    user_name: String,
    #[schema(format = Password)]
    password: String,
}

/// `POST /api/setup`.
#[derive(ToSchema)]
pub struct SetupRequest {
    /// The token of the link that the first start printed.
    token: String,
    user_name: String,
    /// How colleagues see it.
    display_name: String,
    #[schema(format = Password, min_length = 8)]
    password: String,
}

/// Who is signed in and what they may see and write today.
#[derive(ToSchema)]
pub struct SessionView {
    #[schema(format = "uuid")]
    user: String,
    user_name: String,
    display_name: String,
    role: Role,
    /// `public`, `city`, `county:330802`, `park:330802-01`, `user:<id>`.
    scopes: Vec<String>,
    /// Scopes they may write to, a part of `scopes`.
    writable: Vec<String>,
}

/// What a person does.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Role {
    /// 联络员.
    Officer,
    /// 宣讲员.
    Trainer,
    /// 企业.
    Owner,
    /// 机构.
    Bank,
    /// 窗口.
    Clerk,
    /// 工作专班.
    Manager,
    /// 管理员.
    Admin,
}

/// `application/problem+json` (RFC 9457).
#[derive(ToSchema)]
pub struct Problem {
    /// A stable name of the problem.
    #[schema(example = "/problems/not-signed-in")]
    r#type: String,
    /// What happened, in English.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened, what is kept and what to do, in Chinese.
    detail: String,
    /// Whether the same request may succeed later.
    retry: bool,
    /// Fields of the request that are wrong; absent if none is named.
    #[schema(required = false)]
    errors: Vec<FieldProblemView>,
}

/// One wrong field of a request.
#[derive(ToSchema)]
pub struct FieldProblemView {
    #[schema(example = "mutations[3].mid")]
    path: String,
    message: String,
}

/// `POST /api/sync/push`.
#[derive(ToSchema)]
pub struct PushRequest {
    #[schema(format = "uuid")]
    device: String,
    /// The epoch the device knows; absent before its first answer.
    #[schema(format = "uuid", nullable = false)]
    epoch: Option<String>,
    /// Version of the sender's messages.
    schema: u32,
    /// In order of their numbers, without a gap.
    mutations: Vec<Mutation>,
}

/// One edit of one record. Only `mid` and `id` are needed for it to be kept.
#[derive(ToSchema)]
pub struct Mutation {
    /// Its number on the device.
    #[schema(minimum = 1)]
    mid: i64,
    #[schema(format = "uuid")]
    id: String,
    /// The act it belongs to: applied or refused together.
    #[schema(format = "uuid", nullable = false)]
    group: Option<String>,
    #[schema(format = "uuid")]
    record: String,
    /// The record's root, when that is another record.
    #[schema(format = "uuid", nullable = false)]
    root: Option<String>,
    #[schema(example = "enterprise")]
    kind: String,
    #[schema(example = "park:330802-01")]
    scope: String,
    op: Operation,
    /// The record's version on the author's screen; 0 for a new one.
    #[schema(minimum = 0, required = false)]
    base: i64,
    #[schema(required = false)]
    fields: BTreeMap<String, FieldChange>,
    /// The quarantined mutation that this one puts right or gives up.
    #[schema(format = "uuid", nullable = false)]
    mends: Option<String>,
    /// RFC 3339 with offset.
    #[schema(format = DateTime)]
    at: String,
}

/// What an edit does.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Operation {
    /// A new record.
    Create,
    /// New values for some fields.
    Update,
    /// Takes the record out of every list.
    Delete,
    /// Brings a deleted record back.
    Restore,
    /// Takes a root and everything under it into another scope.
    Move,
    /// Closes a conflict.
    Resolve,
    /// Gives up a quarantined mutation.
    Discard,
}

/// What a field was on the author's screen and what it became; an absent value is an empty field.
#[derive(ToSchema)]
pub struct FieldChange {
    #[schema(nullable = false)]
    old: Option<FieldValue>,
    #[schema(nullable = false)]
    new: Option<FieldValue>,
}

/// A truth value, a whole number or a text.
#[derive(ToSchema, serde::Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// Yes or no.
    Bool(bool),
    /// A count, an amount in 分 or a rate in parts per million.
    Integer(i64),
    /// Text, also dates, instants, choices and ids.
    Text(String),
}

/// Answer to a push.
#[derive(ToSchema)]
pub struct PushResponse {
    /// If the request named another epoch, nothing was applied.
    #[schema(format = "uuid")]
    epoch: String,
    /// The highest number of this device that the server has.
    #[schema(minimum = 0)]
    last_mid: i64,
    /// Another copy of this device went on: take a new device id, renumber, keep the mutation ids.
    #[schema(required = false)]
    forked: bool,
    /// An administrator has ordered this device wiped.
    #[schema(required = false)]
    wipe: bool,
    results: Vec<MutationResult>,
}

/// What became of one mutation.
#[derive(ToSchema)]
pub struct MutationResult {
    #[schema(minimum = 1)]
    mid: i64,
    status: MutationStatus,
    #[schema(nullable = false)]
    original: Option<MutationStatus>,
    /// Why it was quarantined: a word, or an object of one word and its particulars.
    #[schema(value_type = Option<serde_json::Value>, nullable = false)]
    reason: Option<String>,
    #[schema(nullable = false)]
    scope: Option<String>,
    #[schema(minimum = 0, nullable = false)]
    seq: Option<i64>,
}

/// What became of a mutation.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum MutationStatus {
    /// Written as sent.
    Applied,
    /// Written beside others' changes of other fields.
    Merged,
    /// A field had changed meanwhile: that value stands, this one is kept in a conflict record.
    Conflict,
    /// Kept, not applied; the reason says why.
    Quarantined,
    /// Known already; `original` says what became of it.
    Duplicate,
}

/// `POST /api/sync/pull`.
#[derive(ToSchema)]
pub struct PullRequest {
    #[schema(format = "uuid")]
    device: String,
    #[schema(format = "uuid", nullable = false)]
    epoch: Option<String>,
    /// How far the device has each scope.
    cursors: BTreeMap<String, i64>,
    /// Most rows in the answer.
    #[schema(minimum = 1, maximum = 2000)]
    limit: u32,
    /// Whether scopes without news are to be answered too, with their digest.
    check: Option<bool>,
    /// What the device says of itself.
    #[schema(nullable = false)]
    report: Option<DeviceReport>,
    /// The id that this device had until it was wiped as ordered. Then nothing else is asked.
    #[schema(format = "uuid", nullable = false)]
    wiped: Option<String>,
}

/// Answer to a pull.
#[derive(ToSchema)]
pub struct PullResponse {
    /// If the request named another epoch, nothing else is in the answer.
    #[schema(format = "uuid")]
    epoch: String,
    #[schema(minimum = 0)]
    last_mid: i64,
    /// An administrator has ordered this device wiped; nothing else is in the answer.
    #[schema(required = false)]
    wipe: bool,
    scopes: Vec<ScopePage>,
    /// Scopes that the person may no longer see.
    revoked: Vec<String>,
    /// Scopes to pull anew.
    reset: Vec<String>,
}

/// News of one scope: every row with cursor < seq ≤ next.
#[derive(ToSchema)]
pub struct ScopePage {
    scope: String,
    rows: Vec<Record>,
    exits: Vec<Exit>,
    /// The cursor after this page.
    #[schema(minimum = 0)]
    next: i64,
    more: bool,
    /// What stands in the scope at `next`; on its last page only.
    digest: Option<Digest>,
    /// For a device that has nothing of a large scope: take this first, then ask from its seq on.
    snapshot: Option<SnapshotOffer>,
}

/// A half-filled form for the server to keep.
#[derive(ToSchema)]
pub struct KeepDraftRequest {
    /// The last version that the device has seen; 0 for none.
    #[schema(minimum = 0)]
    version: i64,
    scope: String,
    /// The draft as the device keeps it; `null` once it has ended.
    #[schema(value_type = serde_json::Value)]
    draft: serde_json::Value,
    /// How it ended, if it has.
    #[schema(nullable = false)]
    ended: Option<DraftEnd>,
}

/// How a half-filled form ended.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum DraftEnd {
    /// It is a record now.
    Submitted,
    /// Its person wanted it no more.
    Deleted,
}

/// Which half-filled forms of the caller the server keeps.
#[derive(ToSchema)]
pub struct DraftList {
    drafts: Vec<DraftHead>,
}

/// That there is a half-filled form, and its last version.
#[derive(ToSchema)]
pub struct DraftHead {
    /// Its id, which is the id of the record to be.
    #[schema(format = "uuid")]
    id: String,
    #[schema(minimum = 1)]
    version: i64,
}

/// The last version of a half-filled form that the server keeps.
#[derive(ToSchema)]
pub struct DraftView {
    #[schema(minimum = 1)]
    version: i64,
    scope: String,
    #[schema(value_type = serde_json::Value)]
    draft: serde_json::Value,
    /// How it ended, if it has.
    #[schema(nullable = false)]
    ended: Option<DraftEnd>,
}

/// The undeleted rows of a scope at one seq, in chunks.
#[derive(ToSchema)]
pub struct SnapshotOffer {
    /// The cursor of who has taken it.
    #[schema(minimum = 0)]
    seq: i64,
    #[schema(minimum = 0)]
    rows: i64,
    /// Before compression.
    #[schema(minimum = 0)]
    bytes: i64,
    /// The hash of each chunk, in order.
    chunks: Vec<String>,
}

/// What a device compares to know that it has all of a scope.
#[derive(ToSchema)]
pub struct Digest {
    /// How many undeleted rows.
    #[schema(minimum = 0)]
    rows: i64,
    /// The sum of their hashes modulo 2⁶⁴, as a signed number.
    sum: i64,
}

/// A row. A client keeps fields and kinds it does not know.
#[derive(ToSchema)]
pub struct Record {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    root: String,
    kind: String,
    scope: String,
    #[schema(minimum = 1)]
    seq: i64,
    #[schema(minimum = 1)]
    version: i64,
    fields: BTreeMap<String, FieldValue>,
    deleted: bool,
    #[schema(format = "uuid")]
    by: String,
    #[schema(format = DateTime)]
    at: String,
}

/// A record that left the scope.
#[derive(ToSchema)]
pub struct Exit {
    seq: i64,
    #[schema(format = "uuid")]
    record: String,
    version: i64,
}
