//! Devices: whose they are, how far they have sent, what they said of themselves, and the order to wipe them.

use super::{
    StoreResult,
    row::{Columns, count, parse},
};
use ruyuan_domain::{DeviceId, Fields, Mid, UserId, consts::field};
use ruyuan_sync::merge::OPEN;
use std::collections::BTreeMap;

/// A device as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Whose it is.
    pub user: UserId,
    /// The highest number that the server has of it.
    pub last_mid: Mid,
    /// Whether it was ordered wiped, whether or not that is done.
    pub wipe: bool,
    /// When it last pushed, or what it said of itself was kept.
    pub seen_at_ms: i64,
    /// What it last said of itself, as JSON.
    pub report: Option<String>,
}

/// An order to wipe a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WipeOrder {
    /// When it was given.
    pub at_ms: i64,
    /// By whom.
    pub by: UserId,
    /// Why.
    pub reason: String,
}

/// A device with its person, for who looks after all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDevice {
    /// Which one.
    pub id: DeviceId,
    /// As every push knows it.
    pub device: Device,
    /// The account's name.
    pub user_name: String,
    /// How colleagues see its person.
    pub display_name: String,
    /// The order to wipe it.
    pub order: Option<WipeOrder>,
    /// How colleagues see who gave it.
    pub ordered_by: String,
    /// When the device said that it was done.
    pub wiped_at_ms: Option<i64>,
}

/// `user_id, last_mid, wipe_at IS NOT NULL, seen_at, report`
pub fn device(row: &impl Columns) -> StoreResult<Device> {
    Ok(Device {
        user: parse(row.try_get(0)?)?,
        last_mid: Mid(count(row.try_get(1)?)?),
        wipe: row.try_get(2)?,
        seen_at_ms: row.try_get(3)?,
        report: row.try_get(4)?,
    })
}

/// As [`device`], then `id, user_name, display_name, wipe_at, wipe_by, wipe_reason`, the display name of who ordered, and
/// `wiped_at`
pub fn listed(row: &impl Columns) -> StoreResult<ListedDevice> {
    let (at_ms, by): (Option<i64>, Option<String>) = (row.try_get(8)?, row.try_get(9)?);
    let reason: Option<String> = row.try_get(10)?;
    let ordered_by: Option<String> = row.try_get(11)?;
    let order = match at_ms.zip(by) {
        Some((at_ms, by)) => Some(WipeOrder {
            at_ms,
            by: parse(&by)?,
            reason: reason.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(ListedDevice {
        id: parse(row.try_get(5)?)?,
        device: device(row)?,
        user_name: row.try_get(6)?,
        display_name: row.try_get(7)?,
        order,
        ordered_by: ordered_by.unwrap_or_default(),
        wiped_at_ms: row.try_get(12)?,
    })
}

/// How many open conflicts hold a value of each person, from the fields of every conflict.
pub fn open_conflicts(conflicts: impl Iterator<Item = Fields>) -> BTreeMap<UserId, u32> {
    let mut open: BTreeMap<UserId, u32> = BTreeMap::new();
    for fields in conflicts {
        let text = |name: &str| fields.get(name).and_then(|value| value.as_text());
        if text(field::CONFLICT_STATUS) != Some(OPEN) {
            continue;
        }
        let [kept, incoming] = [field::CONFLICT_KEPT_BY, field::CONFLICT_INCOMING_BY]
            .map(|name| text(name).and_then(|by| by.parse::<UserId>().ok()));
        for user in kept
            .into_iter()
            .chain(incoming.filter(|_| kept != incoming))
        {
            *open.entry(user).or_default() += 1;
        }
    }
    open
}
