//! What may be pushed at all, and by whom, before anything is merged.

use super::envelope::Entry;
use crate::auth::Access;
use ruyuan_domain::{
    FieldError, FieldProblem, FieldValue, Mutation, Operation, Record, RecordKind, ScopeId,
    consts::field, validate::path_of, wire::Reason,
};

/// Refuses what no version of this server takes.
pub fn malformed<T>(detail: impl Into<String>) -> Result<T, Reason> {
    Err(Reason::Malformed {
        detail: detail.into(),
    })
}

/// The mutation, or why it is none that could be applied anywhere.
pub fn checked(entry: &Entry) -> Result<&Mutation, Reason> {
    let mutation = entry.read.as_ref().as_ref().map_err(Clone::clone)?;
    let nul = |value: &Option<FieldValue>| {
        value
            .as_ref()
            .and_then(FieldValue::as_text)
            .is_some_and(|text| text.contains('\0'))
    };
    let errors: Vec<FieldError> = mutation
        .fields
        .iter()
        .filter(|(name, change)| name.contains('\0') || nul(&change.old) || nul(&change.new))
        .map(|(name, _)| FieldError::new(path_of(name), FieldProblem::ForbiddenCharacter))
        .collect();
    if !errors.is_empty() {
        return Err(Reason::Invalid { errors });
    }
    match (&mutation.kind, mutation.op) {
        (RecordKind::Conflict, _) | (_, Operation::Discard) => Ok(mutation),
        (_, Operation::Resolve) => malformed("only a conflict is resolved"),
        (
            RecordKind::Attachment | RecordKind::IssueStep | RecordKind::MeetingItem,
            Operation::Create,
        ) if mutation.root() == mutation.record => malformed(format!(
            "a record of kind {} belongs to another",
            mutation.kind
        )),
        // What its record belonged to may be gone, or in another scope; it says that in a field.
        (RecordKind::Recovered, Operation::Create) if mutation.root() != mutation.record => {
            malformed("a recovered row belongs to no other")
        }
        // Values are judged, merged and shown as edits; here they would be none of that, or be lost.
        (_, Operation::Delete | Operation::Restore) if !mutation.fields.is_empty() => {
            malformed("a deletion or its undoing changes no fields")
        }
        _ => Ok(mutation),
    }
}

/// What a push may write. Content is published, and conflicts are the server's to make.
pub fn allowed_kind(mutation: &Mutation) -> bool {
    match mutation.kind {
        RecordKind::Enterprise
        | RecordKind::Visit
        | RecordKind::PlannedVisit
        | RecordKind::Assignment
        | RecordKind::Pledge
        | RecordKind::Issue
        | RecordKind::Meeting
        | RecordKind::MeetingItem
        | RecordKind::RepeatInstance => true,
        // A history: what was done stays as it was said.
        RecordKind::IssueStep => mutation.op == Operation::Create,
        RecordKind::Conflict => mutation.op == Operation::Resolve,
        // Brought back by a device, or seen to by who manages the scope.
        RecordKind::Recovered => matches!(mutation.op, Operation::Create | Operation::Delete),
        // Its bytes are what it says, for good.
        RecordKind::Attachment => mutation.op != Operation::Update,
        _ => false,
    }
}

/// What only those who manage a scope may do in it: say who looks after a firm, unless it is themselves, merge
/// firms, write down what was pledged, and see to what was found again.
pub fn may(
    access: &Access,
    mutation: &Mutation,
    current: Option<&Record>,
    scope: &ScopeId,
) -> bool {
    let only_managers = match mutation.kind {
        RecordKind::Recovered | RecordKind::Pledge => true,
        RecordKind::Enterprise => [field::MERGED_INTO, field::MERGE_NOTE]
            .iter()
            .any(|name| mutation.fields.contains_key(*name)),
        RecordKind::Assignment => {
            let own = FieldValue::from(access.user.to_string());
            let before = current.and_then(|current| current.fields.get(field::ASSIGNED_TO));
            let change = mutation.fields.get(field::ASSIGNED_TO);
            let after = change.map_or(before, |change| change.new.as_ref());
            before.is_some_and(|before| *before != own) || after != Some(&own)
        }
        _ => false,
    };
    !only_managers || access.managed.contains(scope)
}
