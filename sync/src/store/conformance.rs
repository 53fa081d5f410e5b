//! What every local store must do. The memory store runs it natively, IndexedDB in a real browser.
//!
//! It is ordinary code, so that a test in another crate and on another target can call it; each check names
//! itself in its panic.
#![allow(clippy::panic, clippy::missing_panics_doc)]

use super::{Batch, ChunkKey, Contents, Durability, LocalStore, StoreError, Write};
use ruyuan_domain::{Mid, MutationId, RecordId};

/// Runs every check. `fresh` makes a new empty store; `reopen` opens the one that was made last again.
pub async fn run<S: LocalStore>(fresh: impl AsyncFn() -> S, reopen: impl AsyncFn() -> S) {
    a_new_store_is_empty(&fresh().await).await;
    a_commit_is_whole_and_read_back(&fresh().await).await;
    a_stale_writer_changes_nothing(&fresh().await).await;
    a_draft_is_submitted_once(&fresh().await).await;
    the_journal_is_read_from_where_one_stands(&fresh().await).await;
    large_values_come_back_whole(&fresh().await).await;
    numbers_sort_as_numbers(&fresh().await).await;
    chunks_come_and_go_by_generation(&fresh().await).await;
    a_folded_journal_goes_on_counting(&fresh().await).await;
    an_attachment_comes_in_chunks_and_goes_as_a_whole(&fresh().await).await;
    a_cleared_store_is_empty_but_for_what_follows(&fresh().await).await;

    let first = fresh().await;
    commit(
        &first,
        0,
        vec![
            Write::Meta(b"m".to_vec()),
            Write::PutOutbox(Mid(1), b"a".to_vec()),
        ],
    )
    .await;
    // Both are open now, as two tabs are.
    let second = reopen().await;
    let seen = read(&second, 0).await;
    same(
        "a second tab reads what the first wrote",
        &seen.outbox,
        &vec![(Mid(1), b"a".to_vec())],
    );
    commit(&second, seen.rev, vec![Write::DeleteOutbox(Mid(1))]).await;
    let late = first
        .commit(batch(seen.rev, vec![Write::Meta(b"n".to_vec())]))
        .await;
    same(
        "the first tab's next write is stale",
        &late.err(),
        &Some(StoreError::Stale),
    );
    same(
        "and it finds the second's",
        &read(&first, 0).await.outbox.len(),
        &0,
    );
}

fn batch(expected_rev: u64, writes: Vec<Write>) -> Batch {
    Batch {
        expected_rev,
        durability: Durability::Strict,
        requires_draft: None,
        writes,
    }
}

async fn commit<S: LocalStore>(
    store: &S,
    expected_rev: u64,
    writes: Vec<Write>,
) -> super::Committed {
    match store.commit(batch(expected_rev, writes)).await {
        Ok(committed) => committed,
        Err(error) => panic!("commit at {expected_rev}: {error}"),
    }
}

async fn read<S: LocalStore>(store: &S, after: u64) -> Contents {
    match store.read((after > 0).then_some(after)).await {
        Ok(contents) => contents,
        Err(error) => panic!("read after {after}: {error}"),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, actual: &T, expected: &T) {
    if actual != expected {
        panic!("{what}: expected {expected:?}, found {actual:?}");
    }
}

async fn a_new_store_is_empty<S: LocalStore>(store: &S) {
    same("a new store", &read(store, 0).await, &Contents::default());
    same("and its revision", &store.rev().await, &Ok(0));
}

async fn a_commit_is_whole_and_read_back<S: LocalStore>(store: &S) {
    let (record, mutation) = (RecordId::from_u128(5), MutationId::from_u128(6));
    let committed = commit(
        store,
        0,
        vec![
            Write::Meta(b"meta".to_vec()),
            Write::Journal(b"page".to_vec()),
            Write::PutOutbox(Mid(1), "走访𠮷".as_bytes().to_vec()),
            Write::PutAcked(mutation, b"acked".to_vec()),
            Write::PutDraft(record, b"draft".to_vec()),
        ],
    )
    .await;
    same("a first commit counts one", &committed.rev, &1);
    let contents = read(store, 0).await;
    same("the revision is stored", &contents.rev, &1);
    same("and read alone", &store.rev().await, &Ok(1));
    same("meta", &contents.meta, &Some(b"meta".to_vec()));
    same(
        "journal",
        &contents.journal,
        &vec![(committed.journal[0], b"page".to_vec())],
    );
    same(
        "outbox",
        &contents.outbox,
        &vec![(Mid(1), "走访𠮷".as_bytes().to_vec())],
    );
    same(
        "acked",
        &contents.acked,
        &vec![(mutation, b"acked".to_vec())],
    );
    same(
        "drafts",
        &contents.drafts,
        &vec![(record, b"draft".to_vec())],
    );

    commit(
        store,
        1,
        vec![
            Write::PutOutbox(Mid(1), b"again".to_vec()),
            Write::DeleteAcked(mutation),
            Write::DeleteDraft(record),
        ],
    )
    .await;
    let contents = read(store, 0).await;
    same(
        "a put replaces",
        &contents.outbox,
        &vec![(Mid(1), b"again".to_vec())],
    );
    same(
        "a delete removes",
        &(contents.acked.len(), contents.drafts.len()),
        &(0, 0),
    );
    same(
        "what was not named stays",
        &contents.meta,
        &Some(b"meta".to_vec()),
    );
}

async fn a_stale_writer_changes_nothing<S: LocalStore>(store: &S) {
    commit(store, 0, vec![Write::Meta(b"one".to_vec())]).await;
    let before = read(store, 0).await;
    for expected_rev in [0, 2] {
        let refused = store
            .commit(batch(
                expected_rev,
                vec![Write::Meta(b"two".to_vec()), Write::Journal(b"x".to_vec())],
            ))
            .await;
        same(
            "another revision is stale",
            &refused.err(),
            &Some(StoreError::Stale),
        );
    }
    same("and nothing was written", &read(store, 0).await, &before);
}

async fn a_draft_is_submitted_once<S: LocalStore>(store: &S) {
    let draft = RecordId::from_u128(1);
    commit(store, 0, vec![Write::PutDraft(draft, b"d".to_vec())]).await;
    let submission = |expected_rev| Batch {
        expected_rev,
        durability: Durability::Strict,
        requires_draft: Some(draft),
        writes: vec![
            Write::DeleteDraft(draft),
            Write::PutOutbox(Mid(expected_rev), b"v".to_vec()),
        ],
    };
    same(
        "the first submission holds",
        &store.commit(submission(1)).await.is_ok(),
        &true,
    );
    same(
        "the second finds no draft",
        &store.commit(submission(2)).await.err(),
        &Some(StoreError::DraftGone),
    );
    same("and adds nothing", &read(store, 0).await.outbox.len(), &1);
}

async fn the_journal_is_read_from_where_one_stands<S: LocalStore>(store: &S) {
    let first = commit(
        store,
        0,
        vec![Write::Journal(b"1".to_vec()), Write::Journal(b"2".to_vec())],
    )
    .await;
    let second = commit(store, 1, vec![Write::Journal(b"3".to_vec())]).await;
    let keys = [first.journal[0], first.journal[1], second.journal[0]];
    same(
        "journal keys grow",
        &(keys[0] < keys[1] && keys[1] < keys[2] && keys[0] > 0),
        &true,
    );
    let tail: Vec<_> = read(store, keys[0])
        .await
        .journal
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    same(
        "the journal after its first entry",
        &tail,
        &vec![b"2".to_vec(), b"3".to_vec()],
    );
}

async fn large_values_come_back_whole<S: LocalStore>(store: &S) {
    let value: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    commit(store, 0, vec![Write::Journal(value.clone())]).await;
    same(
        "a megabyte",
        &(read(store, 0).await.journal[0].1 == value),
        &true,
    );
}

async fn numbers_sort_as_numbers<S: LocalStore>(store: &S) {
    let writes = [10, 9, 100, 1]
        .map(|mid| Write::PutOutbox(Mid(mid), vec![]))
        .to_vec();
    commit(store, 0, writes).await;
    let mids: Vec<u64> = read(store, 0)
        .await
        .outbox
        .into_iter()
        .map(|(mid, _)| mid.0)
        .collect();
    same(
        "the outbox is in order of its numbers",
        &mids,
        &vec![1, 9, 10, 100],
    );
}

async fn chunks_come_and_go_by_generation<S: LocalStore>(store: &S) {
    let key = |generation, n| ChunkKey { generation, n };
    let keys = [key(9, 0), key(10, 10), key(10, 9), key(11, 0)];
    let puts = keys
        .iter()
        .map(|key| Write::PutChunk(*key, vec![key.n as u8]));
    let mut writes: Vec<Write> = puts.collect();
    writes.push(Write::Journal(b"1".to_vec()));
    let journal = commit(store, 0, writes).await.journal;
    let chunks = read(store, 0).await.chunks;
    same(
        "chunks are in order of their numbers",
        &chunks.iter().map(|(key, _)| *key).collect(),
        &vec![key(9, 0), key(10, 9), key(10, 10), key(11, 0)],
    );
    same("and whole", &chunks[1].1, &vec![9]);
    same(
        "a follower reads no chunks",
        &read(store, journal[0]).await.chunks,
        &vec![],
    );
    commit(store, 1, vec![Write::DropChunks(10), Write::DropChunks(5)]).await;
    let left: Vec<ChunkKey> = read(store, 0)
        .await
        .chunks
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    same(
        "a generation goes as a whole",
        &left,
        &vec![key(9, 0), key(11, 0)],
    );
}

async fn blob_chunk<S: LocalStore>(store: &S, id: RecordId, n: u32) -> Option<Vec<u8>> {
    match store.blob_chunk(id, n).await {
        Ok(chunk) => chunk,
        Err(error) => panic!("chunk {n}: {error}"),
    }
}

async fn an_attachment_comes_in_chunks_and_goes_as_a_whole<S: LocalStore>(store: &S) {
    // The least and the greatest id stand at the edges of what a range takes.
    let ids = [0, 7, u128::MAX].map(RecordId::from_u128);
    let mut writes = Vec::new();
    for (id, head) in ids.into_iter().zip(0_u8..) {
        writes.push(Write::PutBlobHead(id, vec![head]));
        for n in [10, 0, 9] {
            writes.push(Write::PutBlobChunk(id, n, vec![head, n as u8]));
        }
    }
    commit(store, 0, writes).await;
    let heads = read(store, 0).await.blobs;
    let expected = ids.into_iter().zip(0_u8..).map(|(id, n)| (id, vec![n]));
    same("only how they stand is read", &heads, &expected.collect());
    let chunk = blob_chunk(store, ids[1], 10).await;
    same("a chunk comes back", &chunk, &Some(vec![1, 10]));
    same("none is none", &blob_chunk(store, ids[1], 1).await, &None);
    let put = Write::PutBlobChunk(ids[2], 9, b"new".to_vec());
    commit(store, 1, vec![Write::DeleteBlob(ids[1]), put]).await;
    let gone = [0, 9, 10].map(|n| (ids[1], n));
    for (id, n) in gone {
        same("no chunk is left", &blob_chunk(store, id, n).await, &None);
    }
    let replaced = blob_chunk(store, ids[2], 9).await;
    same("a put replaces", &replaced, &Some(b"new".to_vec()));
    let first = blob_chunk(store, ids[0], 10).await;
    same("others stay", &first, &Some(vec![0, 10]));
    let heads = read(store, 0).await.blobs;
    same(
        "and stand as they did",
        &heads,
        &vec![(ids[0], vec![0]), (ids[2], vec![2])],
    );
}

async fn a_folded_journal_goes_on_counting<S: LocalStore>(store: &S) {
    let entry = |text: &str| Write::Journal(text.as_bytes().to_vec());
    let keys = commit(store, 0, vec![entry("1"), entry("2"), entry("3")])
        .await
        .journal;
    commit(store, 1, vec![Write::DropJournal(keys[1])]).await;
    let left: Vec<u64> = read(store, 0)
        .await
        .journal
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    same("the journal goes up to a key", &left, &vec![keys[2]]);
    commit(store, 2, vec![Write::DropJournal(keys[2])]).await;
    let next = commit(store, 3, vec![entry("4")]).await.journal;
    same(
        "and its keys are never given again",
        &(next[0] > keys[2]),
        &true,
    );
}

async fn a_cleared_store_is_empty_but_for_what_follows<S: LocalStore>(store: &S) {
    let everything = vec![
        Write::Meta(b"m".to_vec()),
        Write::Journal(b"j".to_vec()),
        Write::PutChunk(
            ChunkKey {
                generation: 1,
                n: 0,
            },
            b"c".to_vec(),
        ),
        Write::PutOutbox(Mid(1), b"o".to_vec()),
        Write::PutAcked(MutationId::from_u128(1), b"a".to_vec()),
        Write::PutDraft(RecordId::from_u128(1), b"d".to_vec()),
        Write::PutBlobHead(RecordId::from_u128(1), b"h".to_vec()),
        Write::PutBlobChunk(RecordId::from_u128(1), 0, b"b".to_vec()),
    ];
    commit(store, 0, everything).await;
    commit(store, 1, vec![Write::Clear, Write::Meta(b"n".to_vec())]).await;
    let expected = Contents {
        rev: 2,
        meta: Some(b"n".to_vec()),
        ..Contents::default()
    };
    same("a cleared store", &read(store, 0).await, &expected);
    let photo = blob_chunk(store, RecordId::from_u128(1), 0).await;
    same("and its photos are gone", &photo, &None);
}
