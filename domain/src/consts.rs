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
    /// `form_id` of the form a visit was filled with.
    pub const FORM: &str = "form";
    /// Version of that form.
    pub const FORM_VERSION: &str = "form_version";
    /// Name of the officer who visited, as shown to colleagues.
    pub const OFFICER: &str = "officer_name";
    /// When the officer opened the form (RFC 3339).
    pub const STARTED_AT: &str = "started_at";
    /// When the officer submitted it (RFC 3339).
    pub const SUBMITTED_AT: &str = "submitted_at";
    /// Name of the repeated group that an instance belongs to.
    pub const REPEAT: &str = "repeat";
    /// Rank of a repeat instance when it was submitted, from 1.
    pub const POSITION: &str = "position";
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
