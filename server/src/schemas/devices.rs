//! What administrators see of devices.

use utoipa::ToSchema;

/// What a device says of itself.
#[derive(ToSchema)]
pub struct DeviceReport {
    /// The app's version.
    #[schema(example = "0.1.0")]
    app: String,
    /// Version of its messages.
    schema: u32,
    /// Browser and kind of device in two words.
    #[schema(example = "Android Chrome", required = false)]
    browser: String,
    /// How many acts wait to be sent.
    #[schema(required = false)]
    waiting: u32,
    /// When the oldest of them was made, by the device's clock.
    #[schema(format = DateTime, nullable = false)]
    oldest: Option<String>,
    /// How many acts were refused and not seen to.
    #[schema(required = false)]
    quarantined: u32,
    /// How many forms are half-filled.
    #[schema(required = false)]
    drafts: u32,
    /// How many attachments the server does not have all of.
    #[schema(required = false)]
    attachments: u32,
    /// Scopes whose rows differed from the server's within the last day.
    #[schema(required = false)]
    differing: Vec<String>,
    /// Room that the app takes.
    #[schema(nullable = false)]
    used_mb: Option<u32>,
    /// Room that the browser gives it.
    #[schema(nullable = false)]
    quota_mb: Option<u32>,
    /// Whether the browser has promised not to clear it.
    #[schema(nullable = false)]
    persisted: Option<bool>,
    /// Its last ids before this one.
    #[schema(required = false)]
    former: Vec<String>,
}

/// Why a device needs an administrator's look.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum DeviceProblem {
    /// Ordered wiped, and not yet.
    WipePending,
    /// Unsent work, and not seen for three days.
    Unseen,
    /// Unsent for more than two days.
    Overdue,
    /// Something was refused and not seen to.
    Quarantined,
    /// Its rows differ from the server's.
    Differing,
    /// Nearly no room is left.
    Full,
    /// Its app is older than the server's.
    Outdated,
}

/// An order to wipe a device.
#[derive(ToSchema)]
pub struct WipeView {
    #[schema(format = DateTime)]
    at: String,
    /// By whom, as colleagues see them.
    by: String,
    reason: String,
    /// When the device said that it was done.
    #[schema(format = DateTime, nullable = false)]
    done: Option<String>,
}

/// A device as an administrator sees it.
#[derive(ToSchema)]
pub struct DeviceView {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    user: String,
    user_name: String,
    display_name: String,
    /// When it last pushed or reported, to some minutes.
    #[schema(format = DateTime)]
    seen: String,
    /// Absent for an older app.
    #[schema(nullable = false)]
    report: Option<DeviceReport>,
    /// Open conflicts with a value of this person.
    conflicts: u32,
    /// The worst first.
    problems: Vec<DeviceProblem>,
    #[schema(nullable = false)]
    wipe: Option<WipeView>,
}

/// A page of devices, those with problems first.
#[derive(ToSchema)]
pub struct DevicesPage {
    /// The server's clock.
    #[schema(format = DateTime)]
    at: String,
    /// The server's version.
    version: String,
    total: u32,
    troubled: u32,
    devices: Vec<DeviceView>,
}

/// Why a device is to be wiped.
#[derive(ToSchema)]
pub struct WipeRequest {
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}
