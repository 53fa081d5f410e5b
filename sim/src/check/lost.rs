//! Phones that were lost: wiped at their next contact, and of what was on them only that is missing which nobody could
//! send any more.

use crate::world::World;
use ruyuan_domain::{DeviceId, MutationId, RecordId};
use ruyuan_server::store::{Store, StoreResult};

/// How many phones were wiped.
pub(super) fn wiped(world: &World) -> usize {
    let ledgers = world.phones.iter().map(|phone| phone.disk.ledger.borrow());
    ledgers.filter(|ledger| ledger.wiped > 0).count()
}

/// Whether it may be that the server does not have this: it was unsent on a phone that was wiped; or it was sent to a
/// server that was set back later, and had left its phone by then, with a park or with everything.
pub(super) fn is_accounted_for(world: &World, mutation: MutationId) -> bool {
    let summary = &world.summary;
    let was_lost = summary.restores > 0;
    world.phones.iter().any(|phone| {
        let ledger = phone.disk.ledger.borrow();
        let may_let_go = summary.regrants > 0 || ledger.wiped > 0;
        ledger.given_up.contains(&mutation)
            || was_lost && may_let_go && ledger.let_go.contains(&mutation)
    })
}

/// Whether a photo was on a phone that was wiped.
pub(crate) fn had_photo(world: &World, photo: RecordId) -> bool {
    let mut ledgers = world.phones.iter().map(|phone| phone.disk.ledger.borrow());
    ledgers.any(|ledger| ledger.photos.contains(&photo))
}

/// Every order to wipe a phone was obeyed, and nothing of what it had then is on it.
pub(super) fn phones_are_wiped(world: &World, found: &mut Vec<String>) {
    for (number, phone) in world.phones.iter().enumerate() {
        let remains = &phone.disk.ledger.borrow().remains;
        found.extend(
            remains
                .iter()
                .map(|left| format!("phone {number} was wiped and still had {left}")),
        );
        for engine in phone.tabs.iter().filter_map(|tab| tab.engine.as_ref()) {
            let device = engine.state().meta().device;
            if world.network.server.ask(is_ordered(world, device)) != Ok(false) {
                found.push(format!("phone {number} was ordered wiped and is not"));
            }
        }
    }
    let signed_in = world.remains.iter();
    found.extend(signed_in.map(|left| format!("after a wipe there was again on {left}")));
}

async fn is_ordered(world: &World, device: DeviceId) -> Result<bool, String> {
    let read: StoreResult<_> = async {
        let mut tx = world.network.server.store.begin_read().await?;
        tx.device(device).await
    }
    .await;
    let device = read.map_err(|error| error.to_string())?;
    Ok(device.is_some_and(|device| device.wipe))
}
