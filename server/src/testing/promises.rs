//! What the server promises whatever it is sent, asked after every push and pull of a hostile story.

use super::{
    Answer, Caller, TestApp,
    dice::Salt,
    hostile::{PARKS, Place, Sent, Story},
};
use crate::store::Grant;
use axum::http::StatusCode;
use ruyuan_domain::{
    FieldError, FieldProblem, Map, Mid, Record, RecordId, RecordKind, ScopeId, Seq,
    consts::field,
    forms::FormDefinition,
    validate::check_record,
    wire::{
        MutationHead, MutationResult, MutationStatus, Problem, PullRequest, PullResponse,
        PushRequest, PushResponse, Reason, Role,
    },
};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// Pushes of one story; more find no more and take longer.
const PUSHES: usize = 4;

/// Devices of the persons of hostile stories.
const DEVICES: usize = 5;

/// The persons of hostile stories: two of one park, one of another, and who manages both.
pub struct Cast([Caller; 4]);

impl Cast {
    /// Signs them in.
    pub async fn of(app: &TestApp) -> Self {
        Self([
            app.officer("limin", PARKS[0]).await,
            app.officer("wangqiang", PARKS[0]).await,
            app.officer("zhaolei", PARKS[1]).await,
            app.person(
                "chenjing",
                "chenjing",
                &PARKS.map(|park| Grant::open(Role::Manager, ScopeId::park(park))),
            )
            .await,
        ])
    }

    /// One of them, for what only needs somebody.
    pub const fn first(&self) -> &Caller {
        &self.0[0]
    }

    /// Whose a device is, and where they write. The first person has two.
    fn device(&self, device: usize) -> (&Caller, Place<'static>) {
        let (person, park) = match device {
            0 | 1 => (0, PARKS[0]),
            2 => (1, PARKS[0]),
            3 => (2, PARKS[1]),
            _ => (3, PARKS[0]),
        };
        let place = Place {
            park,
            user: self.0[person].user,
            other: self.0[(person + 1) % self.0.len()].user,
        };
        (&self.0[person], place)
    }

    /// The parks that a device's person sees.
    fn parks(&self, device: usize) -> Vec<&'static str> {
        match device {
            0..3 => vec![PARKS[0]],
            3 => vec![PARKS[1]],
            _ => PARKS.to_vec(),
        }
    }
}

/// Sends the pushes of a story, each twice, and asks everything that must hold.
pub async fn survive_pushes(app: &TestApp, cast: &Cast, salt: Salt, bytes: &[u8]) {
    let mut story = Story::new(bytes, salt);
    let mut last = [Mid(0); DEVICES];
    for _ in 0..PUSHES {
        let device = story.dice.below(last.len());
        let (caller, place) = cast.device(device);
        let sent = story.push(device, last[device], &place);
        let first = app
            .post_text("/api/sync/push", Some(caller), sent.body.clone())
            .await;
        let first: Option<PushResponse> = answered(&first, &sent.body);
        let again = app
            .post_text("/api/sync/push", Some(caller), sent.body.clone())
            .await;
        let again: Option<PushResponse> = answered(&again, &sent.body);
        match (first, again) {
            (Some(first), Some(again)) => {
                let whose = serde_json::from_str::<PushRequest>(&sent.body);
                let own = whose.is_ok_and(|request| request.device == salt.device(device));
                if own && !first.results.is_empty() {
                    last[device] = taken(&sent, last[device], &first);
                    only_duplicates(&sent, &first, &again);
                }
            }
            (first, again) => assert_eq!(
                first,
                again,
                "the second time is another: {}",
                short(&sent.body)
            ),
        }
        let rows = everything(app, caller, salt, device, last[device]).await;
        no_nonsense(&rows, &sent.body);
        story.conflicts.extend(
            rows.iter()
                .filter(|row| row.kind == RecordKind::Conflict)
                .map(|row| row.id)
                .next_back(),
        );
        if story.dice.spent() {
            break;
        }
    }
}

/// Sends pulls, and asks everything that must hold.
pub async fn survive_pulls(app: &TestApp, cast: &Cast, salt: Salt, bytes: &[u8]) {
    let mut story = Story::new(bytes, salt);
    for _ in 0..PUSHES {
        let device = story.dice.below(DEVICES);
        let (caller, _) = cast.device(device);
        let body = story.pull(device);
        let mut own: Vec<ScopeId> = cast.parks(device).into_iter().map(ScopeId::park).collect();
        own.push(ScopeId::user(caller.user));
        survive_pull(app, caller, &own, &body).await;
        if story.dice.spent() {
            break;
        }
    }
}

/// Sends one pull. `own` are the scopes that this person may see beside everybody's.
pub async fn survive_pull(app: &TestApp, caller: &Caller, own: &[ScopeId], body: &str) {
    let answer = app
        .post_text("/api/sync/pull", Some(caller), body.to_owned())
        .await;
    let Some(page) = answered::<PullResponse>(&answer, body) else {
        return;
    };
    for page in &page.scopes {
        let everybodys = [ScopeId::public(), ScopeId::city()].contains(&page.scope)
            || page.scope.county_code() == Some("330802");
        assert!(
            everybodys || own.contains(&page.scope),
            "{}: {}",
            page.scope,
            short(body)
        );
        assert!(
            page.rows.is_sorted_by(|a, b| a.seq < b.seq),
            "{}",
            short(body)
        );
        assert!(
            page.rows.iter().all(|row| row.seq <= page.next),
            "{}",
            short(body)
        );
    }
}

/// Sends bytes as they are to a path. What they mean is not asked.
pub async fn survive_bytes(app: &TestApp, caller: &Caller, path: &str, bytes: &[u8]) {
    let answer = app.post_bytes(path, Some(caller), bytes.to_vec()).await;
    let body = String::from_utf8_lossy(bytes);
    if path.ends_with("push") {
        answered::<PushResponse>(&answer, &body);
    } else {
        answered::<PullResponse>(&answer, &body);
    }
}

/// The answer of this shape, or nothing where the request was refused as the API describes it.
fn answered<T: DeserializeOwned>(answer: &Answer, body: &str) -> Option<T> {
    let said = || {
        let said = String::from_utf8_lossy(&answer.body);
        format!("{} {said} to {}", answer.status, short(body))
    };
    if answer.status == StatusCode::OK {
        assert_eq!(
            answer.header("content-type"),
            "application/json",
            "{}",
            said()
        );
        let read = serde_json::from_slice(&answer.body);
        assert!(read.is_ok(), "no answer of the shape: {}", said());
        return read.ok();
    }
    assert!(answer.status.is_client_error(), "{}", said());
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{}",
        said()
    );
    let problem: Problem = answer.json();
    assert_eq!(problem.status, answer.status.as_u16(), "{}", said());
    assert!(!problem.retry, "the same will fail again: {}", said());
    None
}

/// A body as a person can read it: without its thousand-fold parts.
fn short(body: &str) -> String {
    let mut text = body.to_owned();
    for part in [r#"{"not":"#, "}", "[", "]", "长"] {
        text = text.replace(&part.repeat(50), "");
    }
    text.chars().take(4_000).collect()
}

/// Everything in an accepted envelope was taken, and the good mutation applied whatever stood beside it.
fn taken(sent: &Sent, before: Mid, answer: &PushResponse) -> Mid {
    let heads = heads(sent);
    assert!(!answer.forked, "{}", short(&sent.body));
    assert_eq!(
        answer.last_mid,
        Mid(before.0 + heads.len() as u64),
        "{}",
        short(&sent.body)
    );
    let good = answer
        .results
        .iter()
        .find(|result| result.mid == sent.good.0);
    assert_eq!(
        good.map(|good| good.status),
        Some(MutationStatus::Applied),
        "{}",
        short(&sent.body)
    );
    for (head, result) in heads.iter().zip(&answer.results) {
        assert_eq!(head.mid, result.mid, "{}", short(&sent.body));
    }
    answer.last_mid
}

/// The same push again changes nothing and says of each mutation what it said before.
fn only_duplicates(sent: &Sent, first: &PushResponse, again: &PushResponse) {
    let heads = heads(sent);
    assert_eq!(again.last_mid, first.last_mid, "{}", short(&sent.body));
    assert_eq!(again.results.len(), heads.len(), "{}", short(&sent.body));
    // The last word on each; what waited is named again once it went on.
    let words: BTreeMap<Mid, &MutationResult> = first
        .results
        .iter()
        .map(|result| (result.mid, result))
        .collect();
    let mut seen = BTreeSet::new();
    for (head, repeated) in heads.iter().zip(&again.results) {
        let of_another = repeated.reason == Some(Reason::NotAllowed);
        assert!(
            repeated.status == MutationStatus::Duplicate || of_another,
            "{repeated:?} in {}",
            short(&sent.body)
        );
        // An id a second time in one push was answered before the first one's last word.
        let word = words[&head.mid];
        if seen.insert(head.id) && word.status != MutationStatus::Duplicate {
            let told = |result: &MutationResult| {
                (
                    result.outcome(),
                    result.reason.clone(),
                    result.scope.clone(),
                    result.seq,
                )
            };
            assert_eq!(told(word), told(repeated), "{}", short(&sent.body));
        }
    }
}

fn heads(sent: &Sent) -> Vec<MutationHead> {
    let request: PushRequest = serde_json::from_str(&sent.body).unwrap();
    request
        .mutations
        .iter()
        .map(|raw| serde_json::from_str(raw.get()).unwrap())
        .collect()
}

/// Every row that a person may see, page by page.
async fn everything(
    app: &TestApp,
    caller: &Caller,
    salt: Salt,
    device: usize,
    last: Mid,
) -> Vec<Record> {
    let mut rows = Vec::new();
    let mut cursors: Map<ScopeId, Seq> = Map::new();
    loop {
        let request = PullRequest {
            device: salt.device(device),
            epoch: None,
            cursors: cursors.clone(),
            limit: 2_000,
            check: false,
            report: None,
            wiped: None,
        };
        let answer = app.post("/api/sync/pull", Some(caller), &request).await;
        let page: PullResponse = answered(&answer, "a good pull").unwrap();
        assert_eq!(page.last_mid, last);
        let more = page.scopes.iter().any(|page| page.more);
        for page in page.scopes {
            cursors.insert(page.scope, page.next);
            rows.extend(page.rows);
        }
        if !more {
            return rows;
        }
    }
}

/// What was written is what these kinds of records hold, and every child stands under its root in its scope.
fn no_nonsense(rows: &[Record], body: &str) {
    let by_id: BTreeMap<RecordId, &Record> = rows.iter().map(|row| (row.id, row)).collect();
    let form = rows.iter().find(|row| row.kind == RecordKind::Form);
    let form: FormDefinition = serde_json::from_str(form.unwrap().text(field::DEFINITION)).unwrap();
    for row in rows {
        let root = by_id.get(&row.root).map(|root| (root.root, &root.scope));
        assert_eq!(
            root,
            Some((row.root, &row.scope)),
            "the root of {row:?} after {}",
            short(body)
        );
        let errors = check_record(&row.kind, &row.fields, Some(&form), row.at);
        let nonsense: Vec<&FieldError> = errors
            .iter()
            .filter(|error| is_nonsense(row, error))
            .collect();
        assert!(
            nonsense.is_empty(),
            "{nonsense:?} in {row:?} after {}",
            short(body)
        );
    }
}

/// Whether no edit that is right by itself, and no two that meet, can lead to this.
fn is_nonsense(row: &Record, error: &FieldError) -> bool {
    match (&row.kind, &error.problem) {
        // The day of the visit is that of the edit that set the date.
        (_, FieldProblem::InTheFuture) => false,
        (RecordKind::Enterprise, _) => true,
        (_, FieldProblem::UnknownField | FieldProblem::UnknownForm { .. }) => true,
        (RecordKind::RepeatInstance, _) => !error.path.contains('.'),
        // What is asked depends on other answers, which others may have changed.
        _ => {
            !row.fields.contains_key(&format!("answer.{}", error.path))
                && error.problem != FieldProblem::Required
        }
    }
}
