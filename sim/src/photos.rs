//! Visits with a photo: taken and submitted on a phone, sent beside the log, and whole on the server in the end.

use crate::{
    check::had_photo,
    phone::{Done, SimEngine},
    steps::typed,
    world::World,
};
use ruyuan_domain::{
    Record, RecordId, RecordKind, UserId, consts::BLOB_CHUNK_BYTES, forms::FormDefinition,
};
use ruyuan_server::testing::FORM;
use ruyuan_sync::{
    attachment::{Attachment, attachment_of},
    draft::{Draft, Submission},
    environment::Environment,
};
use std::{rc::Rc, sync::OnceLock};

/// On no phone.
const NOWHERE: &str = "nowhere";

static READ: OnceLock<Option<FormDefinition>> = OnceLock::new();

/// The form that visits are recorded with.
fn form() -> Option<&'static FormDefinition> {
    READ.get_or_init(|| serde_json::from_str(FORM).ok())
        .as_ref()
}

/// Bytes that no other photo has.
fn bytes_of(number: u64, size: usize) -> Vec<u8> {
    let number = number.to_le_bytes();
    (0..size)
        .map(|at| number[at % 8] ^ (at / 8) as u8)
        .collect()
}

impl World {
    /// Somebody visits a firm, takes a photo, and submits: two commits, between which anything may happen.
    pub(crate) fn photograph(&mut self, phone: usize, tab: usize, engine: &Rc<SimEngine>) {
        let state = engine.state();
        let firms: Vec<&Rc<Record>> = state.view().of_kind(&RecordKind::Enterprise).collect();
        let firm = (!firms.is_empty()).then(|| Rc::clone(firms[self.draw(firms.len())]));
        drop(state);
        let (Some(firm), Some(form)) = (firm, form()) else {
            return;
        };
        self.counter += 1;
        let visit = RecordId::from_u128(0x2000_0000 + u128::from(self.counter));
        let photo = RecordId::from_u128(visit.as_u128() << 64);
        // Some have more than one chunk.
        let size = match self.chance(20) {
            true => BLOB_CHUNK_BYTES + 9,
            false => 17,
        };
        let bytes = bytes_of(self.counter, size);
        let now = engine.environment().now();
        let mut draft = Draft::start(visit, form, &firm, "某人", now);
        let about = Attachment::picture("image/jpeg", &bytes, 4, 3);
        draft.attachments.insert(photo, about);
        let value = self.value();
        draft.answers.extend([
            ("remark".to_owned(), value),
            ("has_need".to_owned(), "no".into()),
            ("pictures".to_owned(), format!("[\"{photo}\"]").into()),
        ]);
        let act = draft.submission(
            form,
            &Submission::whole(engine.state().meta().user, "某人", now),
        );
        self.try_all(&act);
        self.phones[phone].begin(tab, move |engine| async move {
            let edits = act.edits.clone();
            if let Err(error) = engine.attach(draft, photo, &bytes).await {
                return Done::Acted(Err(error));
            }
            Done::Acted(engine.act(act).await.map(|()| typed(&engine, &edits)))
        });
    }
}

/// Every attachment that stands is whole on the server, and is what its record says; but for those whose bytes were
/// still on a phone alone when it was wiped.
pub(crate) fn are_whole<'a>(
    world: &World,
    rows: impl Iterator<Item = &'a Record>,
    found: &mut Vec<String>,
) {
    let server = &world.network.server;
    for row in rows.filter(|row| row.kind == RecordKind::Attachment && !row.deleted) {
        let Some(about) = attachment_of(row) else {
            found.push(format!("attachment {} says nothing of its bytes", row.id));
            continue;
        };
        let whole = server.ask(server.state.blobs.is_whole(row.id, &about));
        if matches!(whole, Ok(true)) {
            continue;
        }
        let here = held_by(world, row.id);
        if here == NOWHERE && had_photo(world, row.id) {
            continue;
        }
        found.push(format!(
            "photo {} of {} bytes never came; it is {here}",
            row.id, about.size
        ));
    }
}

/// Which phones have a photo, and how it stands there.
fn held_by(world: &World, id: RecordId) -> String {
    let mut told = Vec::new();
    for (number, phone) in world.phones.iter().enumerate() {
        let user: UserId = phone.user;
        for engine in phone.tabs.iter().filter_map(|tab| tab.engine.as_ref()) {
            if let Some(head) = engine.state().blob(id) {
                told.push(format!("on phone {number} of {user} as {:?}", head.state));
            }
        }
    }
    match told.is_empty() {
        true => NOWHERE.to_owned(),
        false => told.join(", "),
    }
}
