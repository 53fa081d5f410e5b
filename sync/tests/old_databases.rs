//! Local logs as earlier versions of the app wrote them: each opens, shows what it held, and goes on.
#![allow(missing_docs, clippy::unwrap_used)]

use futures::executor::block_on;
use ruyuan_domain::{RecordId, ScopeId, Seq, Stamp, UserId, consts};
use ruyuan_sync::{
    engine::{Engine, EngineError, OutboxState},
    environment::{Environment, Unsealed},
    memory::MemoryStore,
    store::{Batch, Durability, LocalStore, StoreError, Write},
};
use serde_json::Value;

struct Still;

impl Environment for Still {
    fn now(&self) -> Stamp {
        Stamp::parse("2026-11-24T09:00:00+08:00").unwrap()
    }

    fn random(&self) -> [u8; 10] {
        [7; 10]
    }
}

fn stored(fixture: &Value) -> MemoryStore {
    let bytes = |value: &Value| serde_json::to_vec(value).unwrap();
    let mut writes = vec![Write::Meta(bytes(&fixture["meta"]))];
    for entry in fixture["journal"].as_array().unwrap() {
        writes.push(Write::Journal(bytes(entry)));
    }
    for (mid, entry) in fixture["outbox"].as_object().unwrap() {
        let mid = ruyuan_domain::Mid(mid.parse().unwrap());
        writes.push(Write::PutOutbox(mid, bytes(entry)));
    }
    for (id, entry) in fixture["acked"].as_object().unwrap() {
        writes.push(Write::PutAcked(id.parse().unwrap(), bytes(entry)));
    }
    for (id, draft) in fixture["drafts"].as_object().unwrap() {
        writes.push(Write::PutDraft(id.parse().unwrap(), bytes(draft)));
    }
    let store = MemoryStore::default();
    let batch = Batch {
        expected_rev: 0,
        durability: Durability::Strict,
        requires_draft: None,
        writes,
    };
    block_on(store.commit(batch)).unwrap();
    store
}

fn open(store: &MemoryStore) -> Result<Engine<MemoryStore, Still, Unsealed>, EngineError> {
    block_on(Engine::open(
        store.clone(),
        Still,
        Unsealed,
        UserId::from_u128(1),
    ))
}

#[test]
fn schema_1_opens_and_goes_on_where_it_stood() {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/schema-1.json")).unwrap();
    let store = stored(&fixture);
    let engine = open(&store).unwrap();
    let park = ScopeId::park("330802-01");
    {
        let state = engine.state();
        let name = |bits| {
            state
                .view()
                .get(RecordId::from_u128(bits))
                .unwrap()
                .text("name")
                .to_owned()
        };
        assert_eq!(name(100), "吉祥纸业", "with the edit that waits");
        assert_eq!(name(101), "乙公司");
        assert_eq!(
            name(102),
            "丙公司",
            "which was refused, and is its author's"
        );
        assert_eq!(state.meta().cursor(&park), Some(Seq(2)));
        assert_eq!(state.meta().schema, consts::SCHEMA);
        assert_eq!(state.unsent(), (1, 1));
        assert_eq!(state.drafts().next().unwrap().answers.len(), 1);
        let kept = state.last_confirmation(RecordId::from_u128(100));
        assert_eq!(kept.unwrap().seq, Seq(1));
    }
    // Folded, it is of today's kind throughout.
    block_on(engine.compact()).unwrap();
    let again = open(&store).unwrap();
    let state = again.state();
    assert_eq!(state.view().base_len(), 2);
    assert_eq!(state.view().digest(&park).rows, 2);
    let waiting = state.outbox().next().unwrap();
    assert_eq!(waiting.state, OutboxState::Waiting);
    let contents = block_on(store.read(None)).unwrap();
    assert!(contents.journal.is_empty() && !contents.chunks.is_empty());
}

#[test]
fn a_log_of_a_later_schema_is_left_alone() {
    let mut fixture: Value = serde_json::from_str(include_str!("fixtures/schema-1.json")).unwrap();
    fixture["meta"]["schema"] = (consts::SCHEMA + 1).into();
    let store = stored(&fixture);
    let before = block_on(store.read(None)).unwrap();
    let refused = open(&store).err();
    assert_eq!(refused, Some(EngineError::Store(StoreError::Newer)));
    assert_eq!(block_on(store.read(None)).unwrap(), before);
}
