//! A device of a test: it numbers its mutations and pushes and pulls through the real router.

use ruyuan_domain::{
    DeviceId, FieldChange, FieldValue, GroupId, Map, Mid, Mutation, MutationId, Operation, Record,
    RecordId, RecordKind, ScopeId, Seq, Stamp,
    consts::SCHEMA,
    device::DeviceReport,
    wire::{PullRequest, PullResponse, PushResponse},
};
use ruyuan_server::testing::{Answer, Caller, TestApp};
use serde_json::{Value, json};

pub const PARK: &str = "330802-01";

pub struct Device<'a> {
    pub app: &'a TestApp,
    pub caller: Caller,
    pub id: DeviceId,
    /// What it says of itself in every pull.
    pub report: Option<DeviceReport>,
    next: u64,
}

pub fn record(bits: u128) -> RecordId {
    RecordId::from_u128(bits)
}

pub fn group(bits: u128) -> GroupId {
    GroupId::from_u128(bits)
}

impl<'a> Device<'a> {
    pub fn new(app: &'a TestApp, caller: &Caller, bits: u128) -> Self {
        Self {
            app,
            caller: caller.clone(),
            id: DeviceId::from_u128(bits),
            report: None,
            next: 1,
        }
    }

    /// An edit of a firm, numbered next.
    pub fn edit(&mut self, op: Operation, record: RecordId, base: u64) -> Mutation {
        let mid = Mid(self.next);
        self.next += 1;
        Mutation {
            mid,
            id: MutationId::from_u128(self.id.as_u128() << 32 | u128::from(mid.0)),
            group: None,
            record,
            root: None,
            kind: RecordKind::Enterprise,
            scope: ScopeId::park(PARK),
            op,
            base,
            fields: Map::new(),
            mends: None,
            at: Stamp::parse("2026-11-23T09:00:00+08:00").unwrap(),
        }
    }

    pub fn firm(&mut self, record: RecordId, name: &str) -> Mutation {
        with(
            self.edit(Operation::Create, record, 0),
            &[("name", None, Some(name.into()))],
        )
    }

    pub fn rename(&mut self, record: RecordId, base: u64, old: &str, new: &str) -> Mutation {
        with(
            self.edit(Operation::Update, record, base),
            &[("name", Some(old.into()), Some(new.into()))],
        )
    }

    /// A submitted visit with these answers.
    pub fn visit(&mut self, record: RecordId, answers: &[(&str, FieldValue)]) -> Mutation {
        let fixed = [
            (
                "enterprise",
                FieldValue::from("0190f3a0-0000-7000-8000-000000000001"),
            ),
            ("form", "visit".into()),
            ("form_version", 1.into()),
            ("officer_name", "李敏".into()),
            ("started_at", "2026-11-23T08:00:00+08:00".into()),
            ("submitted_at", "2026-11-23T09:00:00+08:00".into()),
        ];
        let mut visit = self.edit(Operation::Create, record, 0);
        visit.kind = RecordKind::Visit;
        let answers = answers
            .iter()
            .map(|(name, value)| (format!("answer.{name}"), value.clone()));
        let all = fixed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .chain(answers);
        visit.fields = all
            .map(|(name, value)| {
                (
                    name,
                    FieldChange {
                        old: None,
                        new: Some(value),
                    },
                )
            })
            .collect();
        visit
    }

    /// A visit that this device's person plans.
    pub fn plan(&mut self, record: RecordId, firm: RecordId) -> Mutation {
        let mut plan = self.edit(Operation::Create, record, 0);
        plan.kind = RecordKind::PlannedVisit;
        with(
            plan,
            &[
                ("enterprise", None, Some(firm.to_string().into())),
                ("planned_on", None, Some("2026-11-30".into())),
                (
                    "planned_for",
                    None,
                    Some("0190f3a0-0000-7000-8000-000000000002".into()),
                ),
                ("officer_name", None, Some("李敏".into())),
                ("position", None, Some(1.into())),
            ],
        )
    }

    /// An instance of the repeated group of a visit.
    pub fn right(&mut self, record: RecordId, visit: RecordId, name: Option<&str>) -> Mutation {
        let mut right = with(
            self.edit(Operation::Create, record, 0),
            &[
                ("repeat", None, Some("rights".into())),
                ("position", None, Some(1.into())),
                ("answer.right_name", None, name.map(FieldValue::from)),
            ],
        );
        right.kind = RecordKind::RepeatInstance;
        right.root = Some(visit);
        right
    }

    pub async fn send(&self, mutations: &[Value]) -> Answer {
        let body = json!({"device": self.id, "schema": SCHEMA, "mutations": mutations});
        self.app
            .post("/api/sync/push", Some(&self.caller), &body)
            .await
    }

    /// Mutations as text, for what cannot be said with a value.
    pub async fn send_text(&self, mutations: &[String]) -> Answer {
        let body = format!(
            r#"{{"device":"{}","schema":{SCHEMA},"mutations":[{}]}}"#,
            self.id,
            mutations.join(",")
        );
        self.app
            .post_text("/api/sync/push", Some(&self.caller), body)
            .await
    }

    pub async fn push(&self, mutations: &[Mutation]) -> PushResponse {
        let values: Vec<Value> = mutations.iter().map(|mutation| json!(mutation)).collect();
        self.push_raw(&values).await
    }

    pub async fn push_raw(&self, mutations: &[Value]) -> PushResponse {
        let answer = self.send(mutations).await;
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        answer.json()
    }

    pub async fn pull(&self, cursors: &[(&str, u64)], limit: u32) -> PullResponse {
        let cursors = cursors
            .iter()
            .map(|(scope, seq)| (scope.parse().unwrap(), Seq(*seq)))
            .collect();
        let request = PullRequest {
            device: self.id,
            epoch: None,
            cursors,
            limit,
            check: false,
            report: self.report.clone(),
            wiped: None,
        };
        let answer = self
            .app
            .post("/api/sync/pull", Some(&self.caller), &request)
            .await;
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        answer.json()
    }

    /// Every row of the test's park.
    pub async fn rows(&self) -> Vec<Record> {
        let pages = self.pull(&[], 2000).await.scopes;
        pages
            .into_iter()
            .filter(|page| page.scope == ScopeId::park(PARK))
            .flat_map(|page| page.rows)
            .collect()
    }

    pub async fn row(&self, id: RecordId) -> Option<Record> {
        self.rows().await.into_iter().find(|row| row.id == id)
    }
}

pub fn with(
    mut mutation: Mutation,
    fields: &[(&str, Option<FieldValue>, Option<FieldValue>)],
) -> Mutation {
    for (name, old, new) in fields {
        mutation.fields.insert(
            (*name).to_owned(),
            FieldChange {
                old: old.clone(),
                new: new.clone(),
            },
        );
    }
    mutation
}

pub fn mends(mut mutation: Mutation, mended: &Mutation) -> Mutation {
    mutation.mends = Some(mended.id);
    mutation
}

pub fn in_group(mut mutation: Mutation, act: GroupId) -> Mutation {
    mutation.group = Some(act);
    mutation
}

/// Statuses with their numbers, as short words.
pub fn told(answer: &PushResponse) -> Vec<String> {
    answer
        .results
        .iter()
        .map(|result| {
            let mut text = format!("{} {}", result.mid.0, word(&json!(result.status)));
            if let Some(original) = result.original {
                text += &format!(" ({})", word(&json!(original)));
            }
            if let Some(reason) = &result.reason {
                let reason = json!(reason);
                text += &match reason.as_object().and_then(|object| object.iter().next()) {
                    None => format!(": {}", word(&reason)),
                    Some((name, inner)) => match inner.get("mid") {
                        Some(mid) => format!(": {name} {mid}"),
                        None => format!(": {name}"),
                    },
                };
            }
            text
        })
        .collect()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
