//! Who may send the bytes of an attachment, and who may have them: its record decides.

use crate::{
    auth::Access,
    problem::ApiError,
    store::{ReadTx, Store},
};
use ruyuan_domain::{Record, RecordId, RecordKind, wire::MutationStatus};
use ruyuan_sync::attachment::{Attachment, attachment_of};

/// The attachment, if this person may send its bytes: who made its record, also when they no longer see it, or brought
/// it back after the server was set back. They give what the record says, and learn nothing. Unknown and not theirs are
/// one answer.
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
    let made = maker.map_or(record.by, |maker| maker.user) == access.user;
    if !made && !brought_back(tx.as_mut(), access, &record).await? {
        return Err(ApiError::NoSuchAttachment);
    }
    if record.deleted {
        return Err(ApiError::AttachmentDeleted);
    }
    attachment_of(&record).ok_or(ApiError::NoSuchAttachment)
}

/// Whether a phone of this person still had the record when the server was set back, which a manager then restored:
/// it may have the bytes as well, and the phone that first sent them is gone.
async fn brought_back(
    tx: &mut dyn ReadTx,
    access: &Access,
    record: &Record,
) -> Result<bool, ApiError> {
    if !access.scopes.contains(&record.scope) {
        return Ok(false);
    }
    for row in tx.recovered_of(&[record.id]).await? {
        // Anybody may say so in a scope of their own.
        if row.scope != record.scope {
            continue;
        }
        let brought = tx.mutations_of(row.id).await?;
        let taken = |status| status != MutationStatus::Quarantined;
        if brought
            .iter()
            .any(|stored| stored.user == access.user && taken(stored.outcome.status))
        {
            return Ok(true);
        }
    }
    Ok(false)
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
