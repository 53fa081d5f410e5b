//! What a device says of itself, and what an administrator is told of it.

use crate::{DeviceId, ScopeId, Stamp, UserId, read_from_members, read_from_names};
use serde::Serialize;

/// What a device says of itself in every pull. A server that keeps it cuts what is too long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeviceReport {
    /// The app's version (`0.1.0`).
    pub app: String,
    /// [`crate::consts::SCHEMA`] of the app.
    pub schema: u32,
    /// Browser and kind of device in two words (`Android Chrome`), never what the browser says of itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub browser: String,
    /// How many acts wait to be sent.
    pub waiting: u32,
    /// When the oldest of them was made, by the device's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Stamp>,
    /// How many acts the server refused and their author has not seen to.
    pub quarantined: u32,
    /// How many forms are half-filled.
    pub drafts: u32,
    /// How many attachments the server does not have all of.
    pub attachments: u32,
    /// Scopes whose rows were found to differ from the server's within the last day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<ScopeId>,
    /// Room that the app takes, in MB, rounded to tens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_mb: Option<u32>,
    /// Room that the browser gives it, in MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota_mb: Option<u32>,
    /// Whether the browser has promised not to clear it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persisted: Option<bool>,
    /// Its last ids before this one: a copied phone or a restored server gave it a new one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<DeviceId>,
}

impl DeviceReport {
    /// Most letters of a text in it.
    pub const MOST_LETTERS: usize = 40;
    /// Most scopes and most former ids in it.
    pub const MOST_NAMED: usize = 16;

    /// The report without what no honest one has: endless texts and lists.
    pub fn within_bounds(mut self) -> Self {
        for text in [&mut self.app, &mut self.browser] {
            if let Some((end, _)) = text.char_indices().nth(Self::MOST_LETTERS) {
                text.truncate(end);
            }
        }
        self.differing.truncate(Self::MOST_NAMED);
        self.former.truncate(Self::MOST_NAMED);
        self
    }
}

/// Kind of device and browser in two words, of what a browser says of itself. The whole of that names its person's
/// phone to the build, which is nobody's business.
pub fn browser_name(user_agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| -> &'static str {
        let known = names.iter().find(|(mark, _)| user_agent.contains(mark));
        known.map_or("?", |(_, name)| name)
    };
    // Each says that it is those after it too.
    let device = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("HarmonyOS", "HarmonyOS"),
        ("OpenHarmony", "HarmonyOS"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ]);
    let browser = first(&[
        ("wxwork", "WeCom"),
        ("MicroMessenger", "WeChat"),
        ("DingTalk", "DingTalk"),
        ("HuaweiBrowser", "Huawei"),
        ("MiuiBrowser", "Xiaomi"),
        ("QQBrowser", "QQ"),
        ("UCBrowser", "UC"),
        ("Edg", "Edge"),
        ("FxiOS", "Firefox"),
        ("Firefox", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    format!("{device} {browser}")
}

/// Why a device needs an administrator's look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceProblem {
    /// It was ordered wiped and has not come since.
    WipePending,
    /// It had unsent work and has not been seen for three days.
    Unseen,
    /// Its oldest unsent act is older than two days.
    Overdue,
    /// The server refused something and its author has not seen to it.
    Quarantined,
    /// Its rows differ from the server's.
    Differing,
    /// Nearly no room is left on it.
    Full,
    /// Its app is older than the server's.
    Outdated,
}

/// What became of an order to wipe a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WipeView {
    /// When it was ordered.
    pub at: Stamp,
    /// By whom, as colleagues see them.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When the device said that it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<Stamp>,
}

/// A device as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceView {
    /// Which one.
    pub id: DeviceId,
    /// Whose.
    pub user: UserId,
    /// The account's name.
    pub user_name: String,
    /// How colleagues see them.
    pub display_name: String,
    /// When it last pushed or reported, to some minutes.
    pub seen: Stamp,
    /// What it said then; an older app says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<DeviceReport>,
    /// Open conflicts with a value of this person.
    pub conflicts: u32,
    /// What is wrong, the worst first.
    pub problems: Vec<DeviceProblem>,
    /// The order to wipe it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wipe: Option<WipeView>,
}

/// `GET /api/admin/devices`: a page of devices, those with problems first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DevicesPage {
    /// The server's clock.
    pub at: Stamp,
    /// The server's version.
    pub version: String,
    /// How many devices there are.
    pub total: u32,
    /// How many of them have a problem.
    pub troubled: u32,
    /// This page's.
    pub devices: Vec<DeviceView>,
}

/// `POST /api/admin/devices/{id}/wipe`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WipeRequest {
    /// Why, for who looks later; 200 letters at most.
    pub reason: String,
}

read_from_members!(DeviceReport { app, schema } {
    browser, waiting, oldest, quarantined, drafts, attachments, differing, used_mb, quota_mb, persisted, former
});
read_from_names!(DeviceProblem {
    "wipe_pending" => WipePending,
    "unseen" => Unseen,
    "overdue" => Overdue,
    "quarantined" => Quarantined,
    "differing" => Differing,
    "full" => Full,
    "outdated" => Outdated,
});
read_from_members!(WipeView { at, by, reason } { done });
read_from_members!(DeviceView { id, user, user_name, display_name, seen, conflicts, problems } {
    report, wipe
});
read_from_members!(DevicesPage {
    at,
    version,
    total,
    troubled,
    devices
});
read_from_members!(WipeRequest { reason });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_written_as_the_protocol_names_it() {
        let report = DeviceReport {
            app: "0.1.0".to_owned(),
            schema: 2,
            waiting: 3,
            ..DeviceReport::default()
        };
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"app":"0.1.0","schema":2,"waiting":3,"quarantined":0,"drafts":0,"attachments":0}"#
        );
    }

    #[test]
    fn a_browser_is_two_words_whatever_it_says_of_itself() {
        for (said, name) in [
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "Android Chrome",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "iPhone Safari",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49",
                "iPhone WeChat",
            ),
            (
                "Mozilla/5.0 (Linux; Android 12; ELS-AN00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0 HuaweiBrowser/14.0 Mobile Safari/537.36",
                "Android Huawei",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Windows Edge",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0",
                "Mac Firefox",
            ),
            ("curl/8", "? ?"),
            ("", "? ?"),
        ] {
            assert_eq!(browser_name(said), name, "{said}");
        }
    }

    #[test]
    fn what_is_endless_is_cut_between_letters() {
        let report = DeviceReport {
            app: "𠮷".repeat(5_000),
            differing: vec![ScopeId::city(); 5_000],
            ..DeviceReport::default()
        };
        let cut = report.within_bounds();
        assert_eq!(cut.app, "𠮷".repeat(DeviceReport::MOST_LETTERS));
        assert_eq!(cut.differing.len(), DeviceReport::MOST_NAMED);
        assert_eq!(cut.clone().within_bounds(), cut);
    }
}
