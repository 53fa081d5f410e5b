//! Names of fields and limits that both ends must agree on.

/// What an exported queue calls itself.
pub const QUEUE_FORMAT: &str = "ruyuan-queue-1";

/// Version of the wire and stored types. The server reads every older one.
pub const SCHEMA: u32 = 2;

/// Most bytes of one mutation; refused when it is saved on the phone.
pub const MUTATION_LIMIT: usize = 256 * 1024;

/// Most bytes of the mutations of one push.
pub const PUSH_LIMIT: usize = 1024 * 1024;

/// Most rows of one pull answer that a client may ask for.
pub const PULL_LIMIT: u32 = 2_000;

/// Bytes of a chunk of a blob; only its last chunk may have fewer.
pub const BLOB_CHUNK_BYTES: usize = 256 * 1024;

/// Most bytes of a photo.
pub const PHOTO_LIMIT: u64 = 20 * 1024 * 1024;

/// Most bytes of any other material.
pub const MATERIAL_LIMIT: u64 = 200 * 1024 * 1024;

/// Prefix of a field that holds the answer to a form's question.
pub const ANSWER: &str = "answer.";

/// Field names of records, one place for both ends.
pub mod field {
    /// The field that a move changes, and under which a conflict about it stands: where the record is.
    pub const SCOPE: &str = "scope";
    /// A firm's or park's name.
    pub const NAME: &str = "name";
    /// 统一社会信用代码.
    pub const CREDIT_CODE: &str = "credit_code";
    /// A park's or division's code.
    pub const CODE: &str = "code";
    /// Id of the enterprise a visit is about.
    pub const ENTERPRISE: &str = "enterprise";
    /// The day a visit is planned for (`2026-11-23`).
    pub const PLANNED_ON: &str = "planned_on";
    /// Who means to go (user id).
    pub const PLANNED_FOR: &str = "planned_for";
    /// `form_id` of the form a visit was filled with.
    pub const FORM: &str = "form";
    /// Version of that form.
    pub const FORM_VERSION: &str = "form_version";
    /// Name of the officer who visited, as shown to colleagues.
    pub const OFFICER: &str = "officer_name";
    /// Who looks after a firm (user id).
    pub const ASSIGNED_TO: &str = "assigned_to";
    /// As what: `lead` or `support`.
    pub const PART: &str = "part";
    /// Since when (`2026-11-23`).
    pub const ASSIGNED_ON: &str = "assigned_on";
    /// Name of who said so.
    pub const ASSIGNED_BY: &str = "assigned_by";
    /// Until when.
    pub const ENDED_ON: &str = "ended_on";
    /// Why somebody did what they did, in a sentence.
    pub const REASON: &str = "reason";
    /// What was pledged.
    pub const RIGHT_KIND: &str = "right_kind";
    /// Id of the firm that a firm was merged into.
    pub const MERGED_INTO: &str = "merged_into";
    /// What that merge did, as JSON.
    pub const MERGE_NOTE: &str = "merge_note";
    /// When the officer opened the form (RFC 3339).
    pub const STARTED_AT: &str = "started_at";
    /// When the officer submitted it (RFC 3339).
    pub const SUBMITTED_AT: &str = "submitted_at";
    /// Who that was (user id): whoever corrects the visit later, it stays theirs.
    pub const SUBMITTED_BY: &str = "submitted_by";
    /// Whether it was submitted before it was complete, with the rest to come: 先提交，后补充.
    pub const SUPPLEMENT_DUE: &str = "supplement_due";
    /// Name of the repeated group that an instance belongs to.
    pub const REPEAT: &str = "repeat";
    /// Rank from 1: of a repeat instance when it was submitted, of a planned visit on its day, of an item on an agenda.
    pub const POSITION: &str = "position";
    /// What an issue or a meeting is called.
    pub const TITLE: &str = "title";
    /// What there is to know of an issue.
    pub const DETAILS: &str = "details";
    /// What kind of difficulty it is (`ledger::PainPoint`).
    pub const CATEGORY: &str = "category";
    /// Id of the visit at which it was met.
    pub const VISIT: &str = "visit";
    /// The day it was raised.
    pub const RAISED_ON: &str = "raised_on";
    /// Who raised it (user id).
    pub const RAISED_BY: &str = "raised_by";
    /// Where it stands (`ledger::IssueStatus`).
    pub const STATUS: &str = "status";
    /// Who is to see to it, as colleagues see them.
    pub const RESPONSIBLE_NAME: &str = "responsible_name";
    /// Their office.
    pub const RESPONSIBLE_UNIT: &str = "responsible_unit";
    /// Their account, where they have one (user id).
    pub const RESPONSIBLE: &str = "responsible";
    /// The day by which.
    pub const DUE_ON: &str = "due_on";
    /// The day it was closed; says nothing of one that is open again.
    pub const CLOSED_ON: &str = "closed_on";
    /// What somebody did about it (`ledger::Step`).
    pub const STEP: &str = "step";
    /// What they said.
    pub const NOTE: &str = "note";
    /// When (RFC 3339).
    pub const STEPPED_AT: &str = "stepped_at";
    /// The day of a meeting.
    pub const HELD_ON: &str = "held_on";
    /// Where it is.
    pub const PLACE: &str = "place";
    /// Who comes.
    pub const ATTENDEES: &str = "attendees";
    /// What was said there.
    pub const MINUTES: &str = "minutes";
    /// Id of the issue that an item of its agenda is about.
    pub const ISSUE: &str = "issue";
    /// What was concluded about it.
    pub const CONCLUSION: &str = "conclusion";
    /// A form's definition as JSON text.
    pub const DEFINITION: &str = "definition";
    /// Id of the record that a recovered row is of.
    pub const RECOVERED_RECORD: &str = "record";
    /// What that record is.
    pub const RECOVERED_KIND: &str = "record_kind";
    /// Its root.
    pub const RECOVERED_ROOT: &str = "record_root";
    /// The version that the device had.
    pub const RECOVERED_VERSION: &str = "record_version";
    /// Whether it was deleted.
    pub const RECOVERED_DELETED: &str = "record_deleted";
    /// Who had changed it last (user id).
    pub const RECOVERED_BY: &str = "record_by";
    /// When (RFC 3339).
    pub const RECOVERED_AT: &str = "record_at";
    /// Which part of it this is, from 1, of a row that is too large for one.
    pub const RECOVERED_PART: &str = "record_part";
    /// In how many parts it came.
    pub const RECOVERED_PARTS: &str = "record_parts";
    /// The part: all parts one behind the other are its fields as JSON.
    pub const RECOVERED_TEXT: &str = "record_text";
    /// Id of the record that an attachment belongs to.
    pub const PARENT: &str = "parent";
    /// Name of the form's question that an attachment answers.
    pub const QUESTION: &str = "question";
    /// Media type of an attachment.
    pub const MEDIA_TYPE: &str = "media_type";
    /// How many bytes an attachment has.
    pub const SIZE: &str = "size";
    /// SHA-256 of an attachment, 64 lower-case hexadecimal digits.
    pub const SHA256: &str = "sha256";
    /// Width of a picture in pixels.
    pub const WIDTH: &str = "width";
    /// Height of a picture in pixels.
    pub const HEIGHT: &str = "height";
    /// Prefix of its fields.
    pub const RECOVERED_FIELD: &str = "was.";
    /// Id of the record a conflict is about.
    pub const CONFLICT_RECORD: &str = "record";
    /// Name of the field a conflict is about, or `deleted`.
    pub const CONFLICT_FIELD: &str = "field";
    /// The value both started from.
    pub const CONFLICT_BASE: &str = "base";
    /// The value that stands.
    pub const CONFLICT_KEPT: &str = "kept";
    /// Who wrote the value that stands (user id).
    pub const CONFLICT_KEPT_BY: &str = "kept_by";
    /// Their name.
    pub const CONFLICT_KEPT_NAME: &str = "kept_name";
    /// When, by their device's clock (RFC 3339), where that is known.
    pub const CONFLICT_KEPT_AT: &str = "kept_at";
    /// The other value.
    pub const CONFLICT_INCOMING: &str = "incoming";
    /// Who wrote the other value (user id).
    pub const CONFLICT_INCOMING_BY: &str = "incoming_by";
    /// Their name.
    pub const CONFLICT_INCOMING_NAME: &str = "incoming_name";
    /// When, by their device's clock (RFC 3339).
    pub const CONFLICT_INCOMING_AT: &str = "incoming_at";
    /// The device the other value came from.
    pub const CONFLICT_INCOMING_DEVICE: &str = "incoming_device";
    /// `open`, `superseded` or `resolved`.
    pub const CONFLICT_STATUS: &str = "status";
}
