//! One visit from an offline phone to the server to a second phone, at engine level: the real engine on memory
//! stores, the real router on SQLite, and a line between them that drops and repeats.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod corrections;
mod drafts;
mod duplicates;
mod ledger;
mod left;
mod queue;

use axum::{body::Body, http::Request};
use ruyuan_domain::{
    FieldChange, FieldProblem, FieldValue, Mid, Operation, Record, RecordId, RecordKind, ScopeId,
    Stamp,
    consts::{ANSWER, field},
    forms::{FormDefinition, QuestionKind},
    wire::{
        DraftHead, DraftList, DraftView, KeepDraftRequest, PullRequest, PullResponse, PushRequest,
        PushResponse, Reason,
    },
};
use ruyuan_server::testing::{Caller, TestApp};
use ruyuan_sync::{
    draft::{Draft, DraftInstance, Submission},
    engine::{Act, Edit, Engine, EngineError, SyncMark},
    environment::{Environment, Unsealed},
    memory::MemoryStore,
    merge,
    store::StoreError,
    transport::{ChunkAddress, Transport, TransportError},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    path::Path,
    rc::Rc,
};

const PARK: &str = "330802-01";
const OTHER_PARK: &str = "330802-02";
const MOBILE: &str = "contact_mobile";

/// A clock that moves a second at each look, and counted bytes for randomness.
#[derive(Clone)]
struct Counted {
    ticks: Rc<Cell<i64>>,
    salt: u8,
}

impl Environment for Counted {
    fn now(&self) -> Stamp {
        self.ticks.set(self.ticks.get() + 1);
        Stamp::from_unix_ms(1_795_395_600_000 + self.ticks.get() * 1000, 480)
    }

    fn random(&self) -> [u8; 10] {
        self.ticks.set(self.ticks.get() + 1);
        let mut bytes = [self.salt; 10];
        bytes[..8].copy_from_slice(&self.ticks.get().to_be_bytes());
        bytes
    }
}

/// What the line does to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Delivered,
    /// The server never sees it.
    RequestLost,
    /// The server has acted, the phone does not learn of it.
    AnswerLost,
    /// The network delivers it twice; the phone sees the second answer.
    Repeated,
}

/// The line between one phone and the server.
struct Line<'a> {
    server: &'a TestApp,
    caller: Caller,
    faults: RefCell<VecDeque<Fault>>,
}

impl Line<'_> {
    async fn ask<Q: Serialize, A: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: &Q,
    ) -> Result<A, TransportError> {
        let fault = self
            .faults
            .borrow_mut()
            .pop_front()
            .unwrap_or(Fault::Delivered);
        if fault == Fault::RequestLost {
            return Err(TransportError::Offline);
        }
        let send = async || {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("content-type", "application/json")
                .header("cookie", self.caller.cookie())
                .body(Body::from(serde_json::to_string(body).unwrap()))
                .unwrap();
            self.server.send(request).await
        };
        let mut answer = send().await;
        if fault == Fault::Repeated {
            answer = send().await;
        }
        assert!(
            answer.status.is_success(),
            "{path}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        if fault == Fault::AnswerLost {
            Err(TransportError::Offline)
        } else {
            Ok(answer.json())
        }
    }
}

impl Transport for Line<'_> {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.ask("POST", "/api/sync/push", request).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        self.ask("POST", "/api/sync/pull", request).await
    }

    async fn chunk(&self, address: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        let ChunkAddress {
            epoch,
            scope,
            seq,
            hash,
        } = address;
        let path = format!("/api/sync/snapshots/{epoch}/{scope}/{}/{hash}", seq.0);
        Ok(self.server.get(&path, Some(&self.caller)).await.body)
    }

    async fn keep_draft(
        &self,
        id: RecordId,
        request: &KeepDraftRequest,
    ) -> Result<DraftView, TransportError> {
        self.ask("PUT", &format!("/api/sync/drafts/{id}"), request)
            .await
    }

    async fn drafts(&self) -> Result<Vec<DraftHead>, TransportError> {
        let list: DraftList = self.ask("GET", "/api/sync/drafts", &()).await?;
        Ok(list.drafts)
    }

    async fn draft(&self, id: RecordId) -> Result<DraftView, TransportError> {
        self.ask("GET", &format!("/api/sync/drafts/{id}"), &())
            .await
    }
}

type TestEngine = Engine<MemoryStore, Counted, Unsealed>;

/// A phone: its store, the engine open on it, and its line.
struct Phone<'a> {
    store: MemoryStore,
    environment: Counted,
    engine: TestEngine,
    line: Line<'a>,
}

impl<'a> Phone<'a> {
    async fn new(server: &'a TestApp, caller: &Caller, salt: u8) -> Self {
        let environment = Counted {
            ticks: Rc::new(Cell::new(i64::from(salt) * 1_000_000)),
            salt,
        };
        let store = MemoryStore::default();
        let engine = Engine::open(store.clone(), environment.clone(), Unsealed, caller.user)
            .await
            .unwrap();
        let line = Line {
            server,
            caller: caller.clone(),
            faults: RefCell::default(),
        };
        Self {
            store,
            environment,
            engine,
            line,
        }
    }

    /// Everything of a form, submitted by its person now.
    fn submission(&self) -> Submission<'static> {
        Submission::whole(self.line.caller.user, "李敏", self.environment.now())
    }

    /// Another tab on the same store, or the same one after a reload.
    async fn tab(&self) -> TestEngine {
        let user = self.line.caller.user;
        Engine::open(self.store.clone(), self.environment.clone(), Unsealed, user)
            .await
            .unwrap()
    }

    async fn sync(&self) {
        self.engine.sync(&self.line).await.unwrap();
    }

    fn record(&self, id: RecordId) -> Option<Record> {
        self.engine
            .state()
            .view()
            .get(id)
            .map(|record| Record::clone(record))
    }

    fn form(&self) -> FormDefinition {
        let state = self.engine.state();
        let mut forms = state.view().of_kind(&RecordKind::Form);
        let record = forms.find(|form| form.text("form_id") == "visit").unwrap();
        serde_json::from_str(record.text(field::DEFINITION)).unwrap()
    }

    /// Adds a firm from its name alone.
    async fn add_firm(&self, name: &str) -> RecordId {
        let id = RecordId::new(self.environment.id_seed());
        self.engine
            .act(one(edit(
                id,
                Operation::Create,
                0,
                &[(field::NAME, None, Some(name))],
            )))
            .await
            .unwrap();
        id
    }

    /// The numbers of what waits or was refused, in order.
    fn queued(&self) -> Vec<Mid> {
        let state = self.engine.state();
        state.outbox().map(|entry| entry.mutation.mid).collect()
    }

    async fn set_mobile(&self, firm: RecordId, new: &str) {
        let record = self.record(firm).unwrap();
        let old = record
            .fields
            .get(MOBILE)
            .and_then(FieldValue::as_text)
            .map(str::to_owned);
        let change = (MOBILE, old.as_deref(), Some(new));
        self.engine
            .act(one(edit(
                firm,
                Operation::Update,
                record.version,
                &[change],
            )))
            .await
            .unwrap();
    }

    fn open_conflicts(&self) -> Vec<Record> {
        let state = self.engine.state();
        let conflicts = state.view().of_kind(&RecordKind::Conflict);
        conflicts
            .filter(|conflict| conflict.text(field::CONFLICT_STATUS) == merge::OPEN)
            .map(|conflict| Record::clone(conflict))
            .collect()
    }
}

fn one(edit: Edit) -> Act {
    Act {
        edits: vec![edit],
        submits: None,
    }
}

fn edit(
    id: RecordId,
    op: Operation,
    base: u64,
    fields: &[(&str, Option<&str>, Option<&str>)],
) -> Edit {
    Edit {
        record: id,
        root: None,
        kind: RecordKind::Enterprise,
        scope: ScopeId::park(PARK),
        op,
        base,
        fields: fields
            .iter()
            .map(|(name, old, new)| {
                let change = FieldChange {
                    old: old.map(Into::into),
                    new: new.map(Into::into),
                };
                ((*name).to_owned(), change)
            })
            .collect(),
        mends: None,
    }
}

/// An answer of the right kind for every question, and one instance for every repeated group.
fn fill_everything(draft: &mut Draft, form: &FormDefinition, seed: impl Fn() -> RecordId) {
    let answer = |kind: &QuestionKind, name: &str| -> Option<FieldValue> {
        use ruyuan_domain::forms::TextFormat;
        Some(match kind {
            QuestionKind::Text {
                format: TextFormat::Mobile,
                ..
            } => "13857000001".into(),
            QuestionKind::Text {
                format: TextFormat::CreditCode,
                ..
            } => "91330800MA9TE5T12N".into(),
            QuestionKind::Text {
                format: TextFormat::PatentNumber,
                ..
            } => "ZL202110000001.6".into(),
            QuestionKind::Text { .. } => format!("𠮷 {name}").into(),
            QuestionKind::Number { min, .. } => FieldValue::Integer(min.unwrap_or(0).max(1)),
            // A choice that leads on to further questions, the signature among them.
            QuestionKind::SelectOne { choices } => {
                let leads = |name: &str| matches!(name, "yes" | "on_screen");
                let yes = choices.iter().find(|choice| leads(&choice.name));
                yes.or(choices.last())?.name.clone().into()
            }
            QuestionKind::SelectMultiple { choices } => choices
                .iter()
                .map(|choice| choice.name.as_str())
                .collect::<Vec<_>>()
                .join(" ")
                .into(),
            QuestionKind::Date { .. } => "2026-04-26".into(),
            QuestionKind::DateTime { .. } => "2026-04-26T09:00:00+08:00".into(),
            QuestionKind::Acknowledge {} => true.into(),
            QuestionKind::Signature {} => "M1 2L30 40".into(),
            QuestionKind::Note {} | QuestionKind::Photo { .. } | QuestionKind::File { .. } => {
                return None;
            }
        })
    };
    for group in &form.groups {
        let answers: ruyuan_domain::Fields = group
            .questions
            .iter()
            .filter_map(|question| {
                answer(&question.kind, &question.name).map(|value| (question.name.clone(), value))
            })
            .collect();
        if group.repeat.is_some() {
            draft.instances.insert(
                group.name.clone(),
                vec![DraftInstance {
                    id: seed(),
                    answers,
                }],
            );
        } else {
            draft.answers.extend(answers);
        }
    }
}

async fn server() -> TestApp {
    TestApp::with_content(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../content"
    )))
    .await
}

#[tokio::test]
async fn a_visit_filled_offline_reaches_a_colleague_and_no_other_park() {
    let server = server().await;
    let (li, wang, zhao) = (
        server.officer("limin", PARK).await,
        server.officer("wangqiang", PARK).await,
        server.officer("zhaolei", OTHER_PARK).await,
    );
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;

    // No network from here on.
    let firm = phone.add_firm("衢州𠮷祥特种纸有限公司").await;
    let form = phone.form();
    let visit = RecordId::new(phone.environment.id_seed());
    let enterprise = phone.record(firm).unwrap();
    let mut draft = Draft::start(visit, &form, &enterprise, "李敏", phone.environment.now());
    phone.engine.save_draft(draft.clone()).await.unwrap();
    fill_everything(&mut draft, &form, || {
        RecordId::new(phone.environment.id_seed())
    });
    phone.engine.save_draft(draft.clone()).await.unwrap();

    // A reload: the draft is there as it was left.
    let engine = phone.tab().await;
    let restored = engine.state().draft(visit).cloned().unwrap();
    assert_eq!(restored.answers, draft.answers);
    assert_eq!(restored.errors(&form, phone.environment.now()), vec![]);
    let act = restored.submission(&form, &phone.submission());
    engine.act(act.clone()).await.unwrap();
    assert_eq!(engine.state().mark(visit), SyncMark::Waiting);
    // The firm and the visit with its parts: two things to a person.
    assert_eq!(engine.state().unsent(), (2, 0));
    assert_eq!(engine.act(act).await, Err(EngineError::AlreadySubmitted));

    // The network returns.
    engine.sync(&phone.line).await.unwrap();
    assert_eq!(engine.state().mark(visit), SyncMark::Sent);
    assert!(engine.state().last_confirmation(visit).is_some());
    assert_eq!(engine.state().outbox().count(), 0);

    let colleague = Phone::new(&server, &wang, 2).await;
    colleague.sync().await;
    let seen = colleague.record(visit).unwrap();
    assert_eq!(seen.text(field::OFFICER), "李敏");
    let asked = restored.submitted_answers(&form);
    assert!(
        asked.len() > 40,
        "the form asks for more than {}",
        asked.len()
    );
    for (name, answer) in &asked {
        assert_eq!(
            seen.fields.get(&format!("{ANSWER}{name}")),
            Some(answer),
            "{name}"
        );
    }
    assert_eq!(colleague.engine.state().view().children(visit).count(), 1);

    let stranger = Phone::new(&server, &zhao, 3).await;
    stranger.sync().await;
    assert!(
        stranger.engine.state().view().base_len() > 0,
        "public content comes to everyone"
    );
    for id in [visit, firm] {
        assert!(stranger.engine.state().view().base(id).is_none());
    }
}

#[tokio::test]
async fn every_pattern_of_lost_and_repeated_messages_ends_alike() {
    use Fault::{AnswerLost, Delivered, Repeated, RequestLost};
    let faults = [Delivered, RequestLost, AnswerLost, Repeated];
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let wang = server.officer("wangqiang", PARK).await;
    let colleague = Phone::new(&server, &wang, 2).await;
    for pattern in 0..4_usize.pow(4) {
        let salt = u8::try_from(pattern % 200).unwrap() + 10;
        let phone = Phone::new(&server, &li, salt).await;
        phone
            .environment
            .ticks
            .set(i64::try_from(pattern).unwrap() * 10_000_000);
        phone.sync().await;
        let script: VecDeque<_> = (0..4_u32)
            .map(|at| faults[pattern / 4_usize.pow(at) % 4])
            .collect();
        phone.line.faults.replace(script.clone());
        let firm = phone.add_firm(&format!("企业{pattern}")).await;
        phone.set_mobile(firm, "13857000001").await;
        let mut rounds = 0;
        while phone.engine.state().outbox().count() > 0 || !phone.line.faults.borrow().is_empty() {
            // A lost message is an error of this round and nothing else.
            let result = phone.engine.sync(&phone.line).await;
            assert!(
                matches!(
                    result,
                    Ok(_) | Err(EngineError::Transport(TransportError::Offline))
                ),
                "{result:?}"
            );
            rounds += 1;
            assert!(rounds < 20, "{script:?} does not end");
        }
        phone.sync().await;
        let base = phone.engine.state().view().base(firm).cloned().unwrap();
        assert_eq!(
            (base.version, base.text(MOBILE)),
            (2, "13857000001"),
            "{script:?}"
        );
        colleague.sync().await;
        assert_eq!(
            colleague.record(firm).unwrap().fields,
            base.fields,
            "{script:?}"
        );
        assert!(colleague.open_conflicts().is_empty(), "{script:?}");
    }
}

#[tokio::test]
async fn two_who_edit_one_field_offline_both_see_it_and_lose_nothing() {
    let server = server().await;
    let li = server.officer("李敏", PARK).await;
    let wang = server.officer("王强", PARK).await;
    let (first, second) = (
        Phone::new(&server, &li, 1).await,
        Phone::new(&server, &wang, 2).await,
    );
    first.sync().await;
    let firm = first.add_firm("江山智能装备有限公司").await;
    first.set_mobile(firm, "13857000000").await;
    first.sync().await;
    second.sync().await;

    first.set_mobile(firm, "13857000001").await;
    second.set_mobile(firm, "13857000002").await;
    first.sync().await;
    second.sync().await;
    // The second one's words are not on top, and not gone.
    first.sync().await;
    for phone in [&first, &second] {
        assert_eq!(phone.record(firm).unwrap().text(MOBILE), "13857000001");
        let conflicts = phone.open_conflicts();
        assert_eq!(conflicts.len(), 1);
        let text = |name: &str| conflicts[0].text(name).to_owned();
        assert_eq!(text(field::CONFLICT_KEPT), "13857000001");
        assert_eq!(text(field::CONFLICT_INCOMING), "13857000002");
        assert_eq!(text(field::CONFLICT_KEPT_NAME), "李敏");
        assert_eq!(text(field::CONFLICT_INCOMING_NAME), "王强");
    }

    // One of them chooses, in one act: the value and the conflict's end.
    let conflict = second.open_conflicts().remove(0);
    let record = second.record(firm).unwrap();
    let status = FieldChange {
        old: Some(merge::OPEN.into()),
        new: Some(merge::RESOLVED.into()),
    };
    let mut closing = edit(conflict.id, Operation::Resolve, conflict.version, &[]);
    closing.root = Some(firm);
    closing.kind = RecordKind::Conflict;
    closing
        .fields
        .insert(field::CONFLICT_STATUS.to_owned(), status);
    let choice = edit(
        firm,
        Operation::Update,
        record.version,
        &[(MOBILE, Some("13857000001"), Some("13857000002"))],
    );
    second
        .engine
        .act(Act {
            edits: vec![choice, closing],
            submits: None,
        })
        .await
        .unwrap();
    second.sync().await;
    first.sync().await;
    for phone in [&first, &second] {
        assert_eq!(phone.record(firm).unwrap().text(MOBILE), "13857000002");
        assert!(phone.open_conflicts().is_empty());
        assert_eq!(phone.engine.state().outbox().count(), 0);
    }
}

#[tokio::test]
async fn a_value_typed_while_a_pull_came_does_not_overwrite_what_it_never_saw() {
    let server = server().await;
    let (li, wang) = (
        server.officer("limin", PARK).await,
        server.officer("wangqiang", PARK).await,
    );
    let (first, second) = (
        Phone::new(&server, &li, 1).await,
        Phone::new(&server, &wang, 2).await,
    );
    first.sync().await;
    let firm = first.add_firm("常山轴承有限公司").await;
    first.sync().await;
    second.sync().await;
    // The second opens the form, then the first's value arrives behind it, then the second saves.
    let opened_at = second.record(firm).unwrap().version;
    first.set_mobile(firm, "13857000001").await;
    first.sync().await;
    second.sync().await;
    let late = edit(
        firm,
        Operation::Update,
        opened_at,
        &[(MOBILE, None, Some("13857000002"))],
    );
    second.engine.act(one(late)).await.unwrap();
    second.sync().await;
    assert_eq!(second.record(firm).unwrap().text(MOBILE), "13857000001");
    assert_eq!(
        second.open_conflicts()[0].text(field::CONFLICT_INCOMING),
        "13857000002"
    );
}

#[tokio::test]
async fn a_refused_visit_comes_back_to_its_author_and_is_put_right() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("开化数字经济有限公司").await;
    let form = phone.form();
    let visit = RecordId::new(phone.environment.id_seed());
    let mut draft = Draft::start(
        visit,
        &form,
        &phone.record(firm).unwrap(),
        "李敏",
        phone.environment.now(),
    );
    fill_everything(&mut draft, &form, || {
        RecordId::new(phone.environment.id_seed())
    });
    // The phone would have refused this; an older version of the app might not.
    draft
        .answers
        .insert("employee_count".to_owned(), FieldValue::Integer(-5));
    phone.engine.save_draft(draft.clone()).await.unwrap();
    phone
        .engine
        .act(draft.submission(&form, &phone.submission()))
        .await
        .unwrap();
    // Later work on another record is not held up by it.
    phone.set_mobile(firm, "13857000009").await;
    phone.sync().await;
    assert_eq!(
        phone.engine.state().view().base(firm).unwrap().text(MOBILE),
        "13857000009"
    );
    assert!(phone.engine.state().view().base(visit).is_none());
    assert_eq!(phone.engine.state().mark(visit), SyncMark::NeedsAttention);
    let reasons: Vec<Reason> = phone
        .engine
        .state()
        .outbox()
        .filter_map(|entry| entry.reason().cloned())
        .collect();
    assert!(
        reasons
            .iter()
            .any(|reason| matches!(reason, Reason::Invalid { errors }
        if errors.iter().any(|error| error.path == "employee_count"
            && error.problem == FieldProblem::TooSmall { min: 0 })))
    );
    // Its author still sees it as written, after a reload too.
    let engine = phone.tab().await;
    assert!(engine.state().view().get(visit).is_some());

    assert!(engine.reopen(visit).await.unwrap());
    let mut again = engine.state().draft(visit).cloned().unwrap();
    assert_eq!(
        again.answers.get("employee_count"),
        Some(&FieldValue::Integer(-5))
    );
    again
        .answers
        .insert("employee_count".to_owned(), FieldValue::Integer(5));
    engine.save_draft(again.clone()).await.unwrap();
    engine
        .act(again.submission(&form, &phone.submission()))
        .await
        .unwrap();
    engine.sync(&phone.line).await.unwrap();
    assert_eq!(engine.state().outbox().count(), 0);
    let base = engine.state().view().base(visit).cloned().unwrap();
    assert_eq!(base.integer("answer.employee_count"), Some(5));
    assert_eq!(engine.state().view().children(visit).count(), 1);
}

#[tokio::test]
async fn putting_right_may_take_two_tries_and_what_waited_follows() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = RecordId::new(phone.environment.id_seed());
    let create = |mobile: &'static str| {
        edit(
            firm,
            Operation::Create,
            0,
            &[
                (field::NAME, None, Some("龙游纸业")),
                (MOBILE, None, Some(mobile)),
            ],
        )
    };
    phone.engine.act(one(create("12"))).await.unwrap();
    phone
        .engine
        .act(one(edit(
            firm,
            Operation::Update,
            0,
            &[("address", None, Some("龙游"))],
        )))
        .await
        .unwrap();
    phone.sync().await;
    let waiting: Vec<_> = phone
        .engine
        .state()
        .outbox()
        .filter_map(|entry| entry.reason().cloned())
        .collect();
    assert_eq!(waiting.len(), 2);
    assert!(matches!(waiting[1], Reason::WaitsFor { .. }));

    for (mobile, left) in [("123", 2), ("13857000001", 0)] {
        let refused = phone
            .engine
            .state()
            .outbox()
            .find(|entry| matches!(entry.reason(), Some(Reason::Invalid { .. })))
            .cloned();
        let mut mend = create(mobile);
        mend.mends = Some(refused.unwrap().mutation.id);
        phone.engine.act(one(mend)).await.unwrap();
        phone.sync().await;
        assert_eq!(phone.engine.state().outbox().count(), left, "{mobile}");
        assert_eq!(phone.record(firm).unwrap().text(MOBILE), mobile);
        assert_eq!(phone.record(firm).unwrap().text("address"), "龙游");
    }
    let base = phone.engine.state().view().base(firm).cloned().unwrap();
    assert_eq!(
        (base.text(MOBILE), base.text("address")),
        ("13857000001", "龙游")
    );
}

#[tokio::test]
async fn giving_up_a_refused_edit_frees_what_comes_after() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("柯城新材料").await;
    phone.sync().await;
    phone.set_mobile(firm, "1").await;
    phone
        .engine
        .act(one(edit(
            firm,
            Operation::Update,
            1,
            &[("address", None, Some("柯城"))],
        )))
        .await
        .unwrap();
    phone.sync().await;
    let first = phone
        .engine
        .state()
        .outbox()
        .next()
        .cloned()
        .unwrap()
        .mutation
        .mid;
    assert_eq!(phone.engine.state().given_up_with(first).len(), 2);
    phone.engine.discard(first).await.unwrap();
    assert_eq!(phone.record(firm).unwrap().text(MOBILE), "");
    phone.sync().await;
    assert_eq!(phone.engine.state().outbox().count(), 0);
    phone.set_mobile(firm, "13857000001").await;
    phone.sync().await;
    assert_eq!(
        phone.engine.state().view().base(firm).unwrap().text(MOBILE),
        "13857000001"
    );
}

#[tokio::test]
async fn giving_up_a_refused_edit_says_and_takes_what_waits_unsent_behind_it() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("柯城新材料").await;
    phone.sync().await;
    phone.set_mobile(firm, "1").await;
    phone.sync().await;
    let typed = |old, new| edit(firm, Operation::Update, 1, &[("address", old, Some(new))]);
    phone.engine.act(one(typed(None, "柯城"))).await.unwrap();
    let refused = phone.queued()[0];
    assert_eq!(phone.engine.state().given_up_with(refused), phone.queued());
    phone.engine.discard(refused).await.unwrap();
    // It is gone for its author at once, though the server is still to see it in its order.
    assert_eq!(phone.record(firm).unwrap().text("address"), "");
    assert_eq!(phone.engine.state().acts().len(), 1);
    phone.sync().await;
    assert_eq!(phone.queued(), []);
    assert_eq!(phone.record(firm).unwrap().text("address"), "");
}

#[tokio::test]
async fn giving_up_an_edit_leaves_what_is_refused_before_it() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("柯城新材料").await;
    phone.sync().await;
    let typed = |name, new| edit(firm, Operation::Update, 1, &[(name, None, Some(new))]);
    for (name, new) in [(MOBILE, "1"), ("address", "柯城"), ("industry", "氟硅")] {
        phone.engine.act(one(typed(name, new))).await.unwrap();
    }
    phone.sync().await;
    let [refused, second, last] = phone.queued()[..] else {
        panic!("one is refused and two wait for it");
    };
    phone.engine.discard(last).await.unwrap();
    phone.sync().await;
    assert_eq!(phone.queued(), [refused, second]);
    // What waits goes on once the first is put right: the server has kept it too.
    let mut mend = edit(
        firm,
        Operation::Update,
        1,
        &[(MOBILE, None, Some("13857000001"))],
    );
    mend.mends = phone
        .engine
        .state()
        .outbox()
        .next()
        .map(|entry| entry.mutation.id);
    phone.engine.act(one(mend)).await.unwrap();
    phone.sync().await;
    let base = phone.engine.state().view().base(firm).cloned().unwrap();
    assert_eq!((base.text("address"), base.text("industry")), ("柯城", ""));
    assert_eq!(phone.queued(), []);
}

#[tokio::test]
async fn two_tabs_number_their_edits_without_a_gap_and_see_each_other() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let other = phone.tab().await;
    let firm = phone.add_firm("衢江氟硅").await;
    // The other tab has not heard of it yet, and writes all the same.
    let second = RecordId::new(phone.environment.id_seed());
    other
        .act(one(edit(
            second,
            Operation::Create,
            0,
            &[(field::NAME, None, Some("智造锂电"))],
        )))
        .await
        .unwrap();
    assert!(
        other.state().view().get(firm).is_some(),
        "it caught up on the way"
    );
    assert!(phone.engine.follow().await.unwrap());
    let mids: Vec<u64> = phone
        .engine
        .state()
        .outbox()
        .map(|entry| entry.mutation.mid.0)
        .collect();
    assert_eq!(mids, [1, 2]);
    other.sync(&phone.line).await.unwrap();
    phone.engine.follow().await.unwrap();
    assert_eq!(phone.engine.state().mark(second), SyncMark::Sent);
}

#[tokio::test]
async fn a_full_phone_keeps_the_draft_and_says_so() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("高新生命健康").await;
    let form = phone.form();
    let visit = RecordId::new(phone.environment.id_seed());
    let draft = Draft::start(
        visit,
        &form,
        &phone.record(firm).unwrap(),
        "李敏",
        phone.environment.now(),
    );
    phone.engine.save_draft(draft.clone()).await.unwrap();
    phone.store.fail_with(Some(StoreError::Full));
    let act = draft.submission(&form, &phone.submission());
    assert_eq!(
        phone.engine.act(act.clone()).await,
        Err(EngineError::Store(StoreError::Full))
    );
    assert!(phone.engine.state().draft(visit).is_some());
    assert!(phone.engine.state().view().get(visit).is_none());
    phone.store.fail_with(None);
    phone.engine.act(act).await.unwrap();
    assert!(phone.engine.state().view().get(visit).is_some());
}

#[tokio::test]
async fn a_phone_restored_from_a_backup_goes_on_under_a_new_number() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let copy = phone.store.copied();
    let first = phone.add_firm("原手机的企业").await;
    phone.sync().await;

    // The copy has the same device id and numbers its own edit like the one just sent.
    let environment = Counted {
        ticks: Rc::new(Cell::new(900_000_000)),
        salt: 99,
    };
    let restored = Engine::open(copy, environment.clone(), Unsealed, li.user)
        .await
        .unwrap();
    let second = RecordId::new(environment.id_seed());
    restored
        .act(one(edit(
            second,
            Operation::Create,
            0,
            &[(field::NAME, None, Some("备份的企业"))],
        )))
        .await
        .unwrap();
    let device = restored.state().meta().device;
    restored.sync(&phone.line).await.unwrap();
    assert_ne!(restored.state().meta().device, device);
    assert_eq!(restored.state().outbox().count(), 0);
    for id in [first, second] {
        assert!(restored.state().view().base(id).is_some());
    }
}

#[tokio::test]
async fn work_for_a_park_one_has_left_is_kept_and_named() {
    let server = server().await;
    let zhao = server.officer("zhaolei", OTHER_PARK).await;
    let phone = Phone::new(&server, &zhao, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("别的园区的企业").await;
    phone.sync().await;
    let entry = phone.engine.state().outbox().next().cloned().unwrap();
    assert_eq!(entry.reason(), Some(&Reason::NotAllowed));
    assert_eq!(
        phone.record(firm).unwrap().text(field::NAME),
        "别的园区的企业"
    );
}
