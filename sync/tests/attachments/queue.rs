//! A queue file with the photos of what it holds.

use super::{BIG, Clock, Server, bytes_of, open, photo, submit, taken};
use futures::executor::block_on;
use ruyuan_domain::consts;
use ruyuan_sync::{engine::attachments_of, memory::MemoryStore};

#[test]
fn a_photo_goes_on_from_the_phone_that_took_in_the_queue_of_a_broken_one() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let bytes = photo(1, BIG);
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&bytes]);
    submit(&engine, &draft);
    let (_, kept) = taken(&engine, &[&photo(2, 9)]);
    let only_here = engine.state().only_here();
    let sizes: Vec<_> = only_here.iter().map(|blob| (blob.id, blob.size)).collect();
    assert_eq!(sizes, [(ids[0], BIG as u64), (kept[0], 9)]);
    let text = engine.state().queue_file(&only_here);
    assert!(!text.contains('\n'), "its end is the end of a line");
    assert_eq!(attachments_of(&text), only_here);
    assert_eq!(attachments_of(&engine.state().queue_file(&[])), []);
    assert_eq!(attachments_of("no text of a queue"), []);

    let other = open(&MemoryStore::default(), &clock);
    assert!(!other.state().lacks(ids[0]), "nothing names it yet");
    for _ in 0..2 {
        block_on(other.import(&text)).unwrap();
        for blob in attachments_of(&text) {
            if !other.state().lacks(blob.id) {
                continue;
            }
            let whole = bytes_of(&engine, blob.id).unwrap();
            for (piece, n) in whole.chunks(consts::BLOB_CHUNK_BYTES).zip(0..) {
                block_on(other.import_piece(blob.id, n, piece)).unwrap();
            }
            assert_eq!(bytes_of(&other, blob.id), None, "not all of it is here");
            block_on(other.import_attachment(blob)).unwrap();
        }
    }
    assert_eq!(bytes_of(&other, ids[0]), Some(bytes.clone()));
    assert_eq!(bytes_of(&other, kept[0]), Some(photo(2, 9)));
    block_on(other.sync(&server)).unwrap();
    assert_eq!(server.whole(ids[0]), Some(bytes));
    // The broken phone is found again and has nothing left to bring.
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(engine.state().unsent_bytes().count, 0);
}
