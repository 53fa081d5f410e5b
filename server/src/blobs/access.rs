//! Who may send the bytes of an attachment, and who may have them: its record decides.

use crate::{auth::Access, problem::ApiError, store::Store};
use ruyuan_domain::{RecordId, RecordKind};
use ruyuan_sync::attachment::{Attachment, attachment_of};

/// The attachment, if this person may send its bytes: who made its record, also when they no longer see it. They give
/// what the record says, and learn nothing. Unknown and not theirs are one answer.
///
/// # Errors
/// There is none for them, its record was deleted, or the database failed.
pub async fn sendable(
    store: &dyn Store,
    access: &Access,
    id: RecordId,
) -> Result<Attachment, ApiError> {
    let mut tx = store.begin_read().await?;
    let record = tx.record(id).await?;
    let record = record.filter(|record| record.kind == RecordKind::Attachment);
    let record = record.ok_or(ApiError::NoSuchAttachment)?;
    // Who deleted or moved it since has not made it.
    let maker = tx.maker(id).await?;
    if maker.map_or(record.by, |maker| maker.user) != access.user {
        return Err(ApiError::NoSuchAttachment);
    }
    if record.deleted {
        return Err(ApiError::AttachmentDeleted);
    }
    attachment_of(&record).ok_or(ApiError::NoSuchAttachment)
}

/// The attachment, if this person may have its bytes: who sees its record.
///
/// # Errors
/// There is none for them, or the database failed.
pub async fn readable(
    store: &dyn Store,
    access: &Access,
    id: RecordId,
) -> Result<Attachment, ApiError> {
    let record = store.begin_read().await?.record(id).await?;
    record
        .filter(|record| record.kind == RecordKind::Attachment && !record.deleted)
        .filter(|record| access.scopes.contains(&record.scope))
        .and_then(|record| attachment_of(&record))
        .ok_or(ApiError::NotFound)
}
