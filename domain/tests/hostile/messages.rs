//! Every message there is, with whatever its types can hold.

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
};
use ruyuan_domain::{
    DeviceId, Digest, Epoch, FieldChange, FieldError, FieldProblem, FieldValue, Fields, GroupId,
    Map, Mid, Mutation, MutationId, Operation, Record, RecordId, RecordKind, ScopeId, Seq, Stamp,
    Unread, UserId,
    device::DeviceReport,
    problem::ValueType,
    wire::{
        Exit, FieldProblemView, MutationResult, MutationStatus, Problem, PullRequest, PullResponse,
        PushRequest, PushResponse, Reason, Role, ScopePage, SessionView, SnapshotOffer,
    },
};
use serde_json::{Value, value::RawValue};

macro_rules! ids {
    ($($name:ident = $id:ident),+ $(,)?) => {$(
        fn $name() -> impl Strategy<Value = $id> {
            any::<u128>().prop_map($id::from_u128)
        }
    )+};
}

ids!(
    record_id = RecordId,
    mutation_id = MutationId,
    device = DeviceId,
    group = GroupId,
    user = UserId,
    epoch = Epoch,
);

fn mid() -> impl Strategy<Value = Mid> {
    any::<u64>().prop_map(Mid)
}

fn seq() -> impl Strategy<Value = Seq> {
    any::<u64>().prop_map(Seq)
}

fn scope() -> impl Strategy<Value = ScopeId> {
    "public|city|(county|park|org|enterprise|user):[A-Za-z0-9_-]{1,64}"
        .prop_map(|text| text.parse().unwrap())
}

pub fn stamp() -> impl Strategy<Value = Stamp> {
    let near = -100_000_000_000_000i64..300_000_000_000_000;
    (
        prop_oneof![any::<i64>(), near],
        any::<i32>(),
        -1_500..1_500i32,
    )
        .prop_map(|(ms, wild, minutes)| match wild % 8 {
            0 => Stamp::from_unix_ms(ms, wild),
            _ => Stamp::from_unix_ms(ms, minutes),
        })
}

fn value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        any::<bool>().prop_map(FieldValue::Bool),
        any::<i64>().prop_map(FieldValue::Integer),
        any::<String>().prop_map(FieldValue::Text),
    ]
}

fn map<K, V>(
    key: impl Strategy<Value = K>,
    value: impl Strategy<Value = V>,
) -> impl Strategy<Value = Map<K, V>>
where
    K: Ord + std::fmt::Debug,
    V: std::fmt::Debug,
{
    btree_map(key, value, 0..5).prop_map(|entries| entries.into_iter().collect())
}

fn fields() -> impl Strategy<Value = Fields> {
    map(any::<String>(), value())
}

fn kind() -> impl Strategy<Value = RecordKind> {
    prop_oneof![
        any::<String>(),
        "enterprise|visit|planned_visit|assignment|pledge|issue|issue_step|meeting|meeting_item",
        "repeat_instance|attachment|conflict|recovered|form|division|park|industry_chain",
    ]
    .prop_map(RecordKind::from)
}

pub fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

fn unread() -> impl Strategy<Value = Unread> {
    json().prop_map(|value| serde_json::from_value(value).unwrap())
}

pub fn record() -> impl Strategy<Value = Record> {
    let ids = (record_id(), record_id(), kind(), scope(), seq());
    // A later version's members have names that this one does not use.
    let unknown = map(
        any::<String>().prop_map(|name| format!("later {name}")),
        unread(),
    );
    let rest = (
        any::<u64>(),
        fields(),
        any::<bool>(),
        user(),
        stamp(),
        unknown,
    );
    (ids, rest).prop_map(
        |((id, root, kind, scope, seq), (version, fields, deleted, by, at, unknown))| Record {
            id,
            root,
            kind,
            scope,
            seq,
            version,
            fields,
            deleted,
            by,
            at,
            unknown,
        },
    )
}

fn operation() -> impl Strategy<Value = Operation> {
    prop::sample::select(vec![
        Operation::Create,
        Operation::Update,
        Operation::Delete,
        Operation::Restore,
        Operation::Move,
        Operation::Resolve,
        Operation::Discard,
    ])
}

pub fn mutation() -> impl Strategy<Value = Mutation> {
    let change = (prop::option::of(value()), prop::option::of(value()))
        .prop_map(|(old, new)| FieldChange { old, new });
    let ids = (
        mid(),
        mutation_id(),
        prop::option::of(group()),
        record_id(),
        prop::option::of(record_id()),
        prop::option::of(mutation_id()),
    );
    let rest = (
        kind(),
        scope(),
        operation(),
        any::<u64>(),
        map(any::<String>(), change),
        stamp(),
    );
    (ids, rest).prop_map(
        |((mid, id, group, record, root, mends), (kind, scope, op, base, fields, at))| Mutation {
            mid,
            id,
            group,
            record,
            root,
            kind,
            scope,
            op,
            base,
            fields,
            mends,
            at,
        },
    )
}

fn problem() -> impl Strategy<Value = FieldProblem> {
    let expected = prop::sample::select(vec![
        ValueType::Text,
        ValueType::Integer,
        ValueType::Bool,
        ValueType::Date,
        ValueType::Instant,
        ValueType::Signature,
    ]);
    prop_oneof![
        expected.prop_map(|expected| FieldProblem::WrongType { expected }),
        any::<i64>().prop_map(|min| FieldProblem::TooSmall { min }),
        any::<i64>().prop_map(|max| FieldProblem::TooLarge { max }),
        any::<u32>().prop_map(|max| FieldProblem::TooLong { max }),
        any::<String>().prop_map(|value| FieldProblem::NotAChoice { value }),
        any::<u32>().prop_map(|length| FieldProblem::CreditCodeLength { length }),
        any::<char>().prop_map(|letter| FieldProblem::CreditCodeLetter { letter }),
        (any::<String>(), any::<i64>())
            .prop_map(|(form, version)| FieldProblem::UnknownForm { form, version }),
        Just(FieldProblem::Required),
    ]
}

pub fn reason() -> impl Strategy<Value = Reason> {
    let error =
        (any::<String>(), problem()).prop_map(|(path, problem)| FieldError { path, problem });
    prop_oneof![
        vec(error, 0..4).prop_map(|errors| Reason::Invalid { errors }),
        any::<String>().prop_map(|detail| Reason::Malformed { detail }),
        Just(Reason::NotAllowed),
        Just(Reason::UnknownRecord),
        mid().prop_map(|mid| Reason::WaitsFor { mid }),
        mid().prop_map(|mid| Reason::GroupRefused { mid }),
        any::<u64>().prop_map(|limit| Reason::TooLarge { limit }),
    ]
}

pub fn push_response() -> impl Strategy<Value = PushResponse> {
    let status = || {
        prop::sample::select(vec![
            MutationStatus::Applied,
            MutationStatus::Merged,
            MutationStatus::Conflict,
            MutationStatus::Quarantined,
            MutationStatus::Duplicate,
        ])
    };
    let result = (
        mid(),
        status(),
        prop::option::of(status()),
        prop::option::of(reason()),
        prop::option::of(scope()),
        prop::option::of(seq()),
    )
        .prop_map(
            |(mid, status, original, reason, scope, seq)| MutationResult {
                mid,
                status,
                original,
                reason,
                scope,
                seq,
            },
        );
    let flags = (any::<bool>(), any::<bool>());
    (epoch(), mid(), flags, vec(result, 0..4)).prop_map(
        |(epoch, last_mid, (forked, wipe), results)| PushResponse {
            epoch,
            last_mid,
            forked,
            wipe,
            results,
        },
    )
}

pub fn report() -> impl Strategy<Value = DeviceReport> {
    let work = (
        any::<u32>(),
        prop::option::of(stamp()),
        any::<u32>(),
        any::<u32>(),
        any::<u32>(),
    );
    let room = (
        prop::option::of(any::<u32>()),
        prop::option::of(any::<u32>()),
        prop::option::of(any::<bool>()),
    );
    let texts = (any::<String>(), any::<u32>(), any::<String>());
    (texts, work, room, vec(scope(), 0..3), vec(device(), 0..3)).prop_map(
        |(
            (app, schema, browser),
            (waiting, oldest, quarantined, drafts, attachments),
            (used_mb, quota_mb, persisted),
            differing,
            former,
        )| DeviceReport {
            app,
            schema,
            browser,
            waiting,
            oldest,
            quarantined,
            drafts,
            attachments,
            differing,
            used_mb,
            quota_mb,
            persisted,
            former,
        },
    )
}

pub fn pull_request() -> impl Strategy<Value = PullRequest> {
    (
        device(),
        prop::option::of(epoch()),
        map(scope(), seq()),
        any::<u32>(),
        any::<bool>(),
        prop::option::of(report()),
        prop::option::of(device()),
    )
        .prop_map(
            |(device, epoch, cursors, limit, check, report, wiped)| PullRequest {
                device,
                epoch,
                cursors,
                limit,
                check,
                report,
                wiped,
            },
        )
}

pub fn pull_response() -> impl Strategy<Value = PullResponse> {
    let exit = (seq(), record_id(), any::<u64>()).prop_map(|(seq, record, version)| Exit {
        seq,
        record,
        version,
    });
    let digest = (any::<u64>(), any::<i64>()).prop_map(|(rows, sum)| Digest { rows, sum });
    let offer = (seq(), any::<u64>(), any::<u64>(), vec(".*", 0..3)).prop_map(
        |(seq, rows, bytes, chunks)| SnapshotOffer {
            seq,
            rows,
            bytes,
            chunks,
        },
    );
    let page = (
        scope(),
        vec(record(), 0..3),
        vec(exit, 0..3),
        seq(),
        any::<bool>(),
        prop::option::of(digest),
        prop::option::of(offer),
    )
        .prop_map(
            |(scope, rows, exits, next, more, digest, snapshot)| ScopePage {
                scope,
                rows,
                exits,
                next,
                more,
                digest,
                snapshot,
            },
        );
    let scopes = || vec(scope(), 0..3);
    let head = (epoch(), mid(), any::<bool>());
    (head, vec(page, 0..3), scopes(), scopes()).prop_map(
        |((epoch, last_mid, wipe), scopes, revoked, reset)| PullResponse {
            epoch,
            last_mid,
            wipe,
            scopes,
            revoked,
            reset,
        },
    )
}

pub fn push_request() -> impl Strategy<Value = PushRequest> {
    let raw = prop_oneof![
        mutation().prop_map(|mutation| serde_json::to_string(&mutation).unwrap()),
        json().prop_map(|value| value.to_string()),
    ]
    .prop_map(|text| RawValue::from_string(text).unwrap());
    (
        device(),
        prop::option::of(epoch()),
        any::<u32>(),
        vec(raw, 0..4),
    )
        .prop_map(|(device, epoch, schema, mutations)| PushRequest {
            device,
            epoch,
            schema,
            mutations,
        })
}

pub fn session() -> impl Strategy<Value = SessionView> {
    let role = prop::sample::select(vec![Role::Officer, Role::Bank, Role::Admin]);
    let texts = (any::<String>(), any::<String>());
    (user(), texts, role, vec(scope(), 0..3), vec(scope(), 0..3)).prop_map(
        |(user, (user_name, display_name), role, scopes, writable)| SessionView {
            user,
            user_name,
            display_name,
            role,
            scopes,
            writable,
        },
    )
}

pub fn http_problem() -> impl Strategy<Value = Problem> {
    let error = (any::<String>(), any::<String>())
        .prop_map(|(path, message)| FieldProblemView { path, message });
    let texts = (any::<String>(), any::<String>(), any::<String>());
    (texts, any::<u16>(), any::<bool>(), vec(error, 0..3)).prop_map(
        |((kind, title, detail), status, retry, errors)| Problem {
            kind,
            title,
            status,
            detail,
            retry,
            errors,
        },
    )
}
