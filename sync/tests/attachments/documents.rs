//! Documents too large for one transaction: taken in chunk by chunk, and named by their form only when all is here.

use crate::{BIG, Clock, TestEngine, bytes_of, form, open, photo, server::Server, submit, taken};
use futures::executor::block_on;
use ruyuan_domain::{RecordId, consts::BLOB_CHUNK_BYTES};
use ruyuan_sync::{
    attachment::{Attachment, Hasher},
    draft::Draft,
    memory::MemoryStore,
    store::LocalStore,
};

const ID: RecordId = RecordId::from_u128(0x5d0c);

/// Begins one in a draft that has nothing else.
fn begun(engine: &TestEngine, bytes: &[u8]) -> Draft {
    let (mut draft, _) = taken(engine, &[]);
    let about = Attachment {
        media_type: "application/pdf".to_owned(),
        size: bytes.len() as u64,
        ..Attachment::default()
    };
    draft.attachments.insert(ID, about);
    block_on(engine.begin_attachment(draft.clone(), ID, bytes.len() as u64)).unwrap();
    draft
}

fn take(engine: &TestEngine, bytes: &[u8], chunks: usize) -> bool {
    let pieces = bytes.chunks(BLOB_CHUNK_BYTES).zip(0..).take(chunks);
    pieces.fold(true, |_, (piece, n)| {
        block_on(engine.take_piece(ID, n, piece)).unwrap()
    })
}

fn named(engine: &TestEngine, mut draft: Draft, bytes: &[u8]) -> Draft {
    let mut hasher = Hasher::default();
    bytes.chunks(1000).for_each(|piece| hasher.take(piece));
    let about = draft.attachments.get(&ID).cloned().unwrap();
    let sha256 = hasher.finish();
    draft.attachments.insert(ID, Attachment { sha256, ..about });
    let answer = format!("[\"{ID}\"]");
    draft.answers.insert("pictures".to_owned(), answer.into());
    block_on(engine.save_draft(draft.clone())).unwrap();
    draft
}

#[test]
fn a_document_in_pieces_is_whole_at_the_other_end() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let bytes = photo(3, BIG);
    let engine = open(&store, &clock);
    let draft = begun(&engine, &bytes);
    assert!(take(&engine, &bytes, 3));
    let draft = named(&engine, draft, &bytes);
    let engine = open(&store, &clock);
    assert_eq!(bytes_of(&engine, ID), Some(bytes.clone()));
    submit(&engine, &draft);
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(server.whole(ID), Some(bytes));
    assert_eq!(engine.state().unsent_bytes().count, 0);
}

#[test]
fn what_was_cut_off_is_named_by_nothing_and_goes_with_its_form() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let bytes = photo(3, BIG);
    let engine = open(&store, &clock);
    let draft = begun(&engine, &bytes);
    assert!(take(&engine, &bytes, 2));
    // The phone dies. The form is there, and nothing of the document in its answers.
    let engine = open(&store, &clock);
    let kept = engine.state().draft(draft.id).cloned().unwrap();
    assert_eq!(kept.attached(&form()), 0);
    submit(&engine, &kept);
    assert!(block_on(store.read(None)).unwrap().blobs.is_empty());
    block_on(engine.sync(&server)).unwrap();
    assert!(server.whole(ID).is_none());
    // Whoever was still storing it is told to stop.
    assert!(!take(&engine, &bytes, 3));
    assert_eq!(bytes_of(&engine, ID), None);
}
