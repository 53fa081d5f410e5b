//! How devices stand, for administrators: what is wrong with each, the worst first.

use crate::{
    clock::{CHINA_MINUTES, DAY_MS},
    problem::ApiError,
    store::{ListedDevice, ReadTx, Store, StoreResult},
};
use ruyuan_domain::{
    DeviceId, Stamp, UserId,
    device::{DeviceProblem, DeviceReport, DeviceView, DevicesPage, WipeView},
    wire::PullRequest,
};
use std::collections::BTreeMap;

/// The version that an app is compared with: both are built together.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// With unsent work, not seen for so long: somebody must ask.
const UNSEEN_MS: i64 = 3 * DAY_MS;

/// Unsent for so long: somebody must ask.
const OVERDUE_MS: i64 = 2 * DAY_MS;

/// How old what is kept of a device may be before the same is kept again, so that a pull seldom writes.
const FRESH_MS: i64 = 5 * 60 * 1000;

/// Devices of one page.
pub const PAGE: usize = 50;

/// What the rules look at.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// What it last said of itself; an older app says nothing.
    pub report: Option<&'a DeviceReport>,
    /// When it was last seen.
    pub seen_at_ms: i64,
    /// Whether it was ordered wiped.
    pub ordered: bool,
    /// Whether it said that it was.
    pub wiped: bool,
}

/// What is wrong with a device, the worst first. One that was wiped holds nothing that could be wrong.
pub fn problems(device: &Standing<'_>, version: &str, now_ms: i64) -> Vec<DeviceProblem> {
    if device.wiped {
        return Vec::new();
    }
    let silent = DeviceReport::default();
    let said = device.report.unwrap_or(&silent);
    let unseen = now_ms.saturating_sub(device.seen_at_ms) > UNSEEN_MS;
    let overdue = said
        .oldest
        .is_some_and(|oldest| now_ms.saturating_sub(oldest.unix_ms()) > OVERDUE_MS);
    // A tenth of its room left, where the browser says how much there is.
    let full = said
        .used_mb
        .zip(said.quota_mb)
        .is_some_and(|(used, quota)| u64::from(used) * 10 >= u64::from(quota) * 9);
    let outdated = match device.report {
        Some(report) => is_older(&report.app, version),
        // Apps that say nothing of themselves are older than this.
        None => true,
    };
    let found = [
        (DeviceProblem::WipePending, device.ordered),
        (DeviceProblem::Unseen, unseen && said.waiting > 0),
        (DeviceProblem::Overdue, overdue),
        (DeviceProblem::Quarantined, said.quarantined > 0),
        (DeviceProblem::Differing, !said.differing.is_empty()),
        (DeviceProblem::Full, full),
        (DeviceProblem::Outdated, outdated),
    ];
    let found = found.into_iter().filter(|(_, holds)| *holds);
    found.map(|(problem, _)| problem).collect()
}

/// Whether a version comes before another; what is no version does not.
fn is_older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Option<[u32; 3]> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        Some([parts.next()??, parts.next()??, parts.next()??])
    };
    numbers(version)
        .zip(numbers(than))
        .is_some_and(|(version, than)| version < than)
}

fn stamp(unix_ms: i64) -> Stamp {
    Stamp::from_unix_ms(unix_ms, CHINA_MINUTES)
}

fn view(listed: ListedDevice, open: &BTreeMap<UserId, u32>, now_ms: i64) -> DeviceView {
    let device = listed.device;
    // What cannot be read came from a later version of this server, before it was set back.
    let report: Option<DeviceReport> = device
        .report
        .and_then(|report| serde_json::from_str(&report).ok());
    let standing = Standing {
        report: report.as_ref(),
        seen_at_ms: device.seen_at_ms,
        ordered: listed.order.is_some(),
        wiped: listed.wiped_at_ms.is_some(),
    };
    DeviceView {
        id: listed.id,
        user: device.user,
        user_name: listed.user_name,
        display_name: listed.display_name,
        seen: stamp(device.seen_at_ms),
        problems: problems(&standing, VERSION, now_ms),
        report,
        conflicts: open.get(&device.user).copied().unwrap_or_default(),
        wipe: listed.order.map(|order| WipeView {
            at: stamp(order.at_ms),
            by: listed.ordered_by,
            reason: order.reason,
            done: listed.wiped_at_ms.map(stamp),
        }),
    }
}

/// One device as it stands.
///
/// # Errors
/// There is none of this id, or the database failed.
pub async fn one(tx: &mut dyn ReadTx, id: DeviceId, now_ms: i64) -> Result<DeviceView, ApiError> {
    let listed = tx.devices(Some(id)).await?.pop();
    let open = tx.open_conflicts().await?;
    let listed = listed.ok_or(ApiError::NotFound)?;
    Ok(view(listed, &open, now_ms))
}

/// A page of all devices after the first `skip`: those with problems first, the worst of them at the top, then those
/// seen last.
///
/// # Errors
/// The database failed.
pub async fn page(tx: &mut dyn ReadTx, skip: usize, now_ms: i64) -> StoreResult<DevicesPage> {
    let open = tx.open_conflicts().await?;
    let listed = tx.devices(None).await?;
    let mut devices: Vec<DeviceView> = listed
        .into_iter()
        // A table that was taken in is nobody's phone.
        .filter(|listed| !listed.id.is_batch())
        .map(|listed| view(listed, &open, now_ms))
        .collect();
    devices.sort_by_key(|device| {
        let worst = device.problems.first().copied();
        (
            worst.is_none(),
            worst,
            std::cmp::Reverse(device.seen.unix_ms()),
            device.id,
        )
    });
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let troubled = devices
        .iter()
        .filter(|device| !device.problems.is_empty())
        .count();
    Ok(DevicesPage {
        at: stamp(now_ms),
        version: VERSION.to_owned(),
        total: count(devices.len()),
        troubled: count(troubled),
        devices: devices.into_iter().skip(skip).take(PAGE).collect(),
    })
}

/// Keeps what a device said of itself in a pull, unless that is known and was kept a short while ago.
pub async fn keep_report(
    store: &dyn Store,
    user: UserId,
    known: Option<&crate::store::Device>,
    request: &PullRequest,
    now_ms: i64,
) -> StoreResult<()> {
    let Some(report) = request.report.clone() else {
        return Ok(());
    };
    let report = report.within_bounds();
    let Ok(text) = serde_json::to_string(&report) else {
        return Ok(());
    };
    let fresh = known.is_some_and(|known| {
        known.report.as_ref() == Some(&text) && now_ms - known.seen_at_ms < FRESH_MS
    });
    if fresh {
        return Ok(());
    }
    let mut tx = store.begin_write().await?;
    tx.note_report(request.device, user, now_ms, &text, &report.former)
        .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruyuan_domain::ScopeId;

    const NOW: i64 = 1_795_395_600_000;

    fn good() -> DeviceReport {
        DeviceReport {
            app: "1.2.3".to_owned(),
            schema: 2,
            used_mb: Some(10),
            quota_mb: Some(1_000),
            ..DeviceReport::default()
        }
    }

    fn of(report: Option<&DeviceReport>, seen_days_ago: i64) -> Vec<DeviceProblem> {
        let standing = Standing {
            report,
            seen_at_ms: NOW - seen_days_ago * DAY_MS,
            ordered: false,
            wiped: false,
        };
        problems(&standing, "1.2.3", NOW)
    }

    #[test]
    fn each_rule_and_what_is_just_within_it() {
        let oldest = |hours: i64| Some(Stamp::from_unix_ms(NOW - hours * 3_600_000, 480));
        let waiting = |oldest| DeviceReport {
            waiting: 1,
            oldest,
            ..good()
        };
        let used = |used| DeviceReport {
            used_mb: Some(used),
            ..good()
        };
        let app = |app: &str| DeviceReport {
            app: app.to_owned(),
            ..good()
        };
        let quarantined = DeviceReport {
            quarantined: 1,
            ..good()
        };
        let differing = DeviceReport {
            differing: vec![ScopeId::city()],
            ..good()
        };
        let unknown_room = DeviceReport {
            quota_mb: None,
            ..used(10_000)
        };
        use DeviceProblem as P;
        for (report, days, expected) in [
            (good(), 0, vec![]),
            (good(), 400, vec![]),
            (waiting(oldest(1)), 3, vec![]),
            (waiting(oldest(1)), 4, vec![P::Unseen]),
            (waiting(oldest(48)), 0, vec![]),
            (waiting(oldest(49)), 0, vec![P::Overdue]),
            (waiting(oldest(200)), 8, vec![P::Unseen, P::Overdue]),
            (quarantined, 0, vec![P::Quarantined]),
            (differing, 0, vec![P::Differing]),
            (used(899), 0, vec![]),
            (used(900), 0, vec![P::Full]),
            (unknown_room, 0, vec![]),
            (app("1.2.2"), 0, vec![P::Outdated]),
            (app("1.10.0"), 0, vec![]),
            (app("0.9.9"), 0, vec![P::Outdated]),
            (app(""), 0, vec![]),
            (app("nonsense"), 0, vec![]),
        ] {
            assert_eq!(of(Some(&report), days), expected, "{report:?} {days}");
        }
        assert_eq!(of(None, 0), [P::Outdated]);
    }

    #[test]
    fn an_order_counts_until_it_is_obeyed_and_then_nothing_does() {
        let report = DeviceReport {
            quarantined: 2,
            ..good()
        };
        let standing = |wiped| Standing {
            report: Some(&report),
            seen_at_ms: NOW,
            ordered: true,
            wiped,
        };
        assert_eq!(
            problems(&standing(false), "1.2.3", NOW),
            [DeviceProblem::WipePending, DeviceProblem::Quarantined]
        );
        assert_eq!(problems(&standing(true), "1.2.3", NOW), []);
    }
}
