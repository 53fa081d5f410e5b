//! Addresses of the screens, in one place.

use ruyuan_domain::RecordId;

/// 今日.
pub const TODAY: &str = "/";
/// 走访.
pub const VISITS: &str = "/visits";
/// Choose a firm to visit.
pub const VISIT_NEW: &str = "/visits/new";
/// 企业.
pub const ENTERPRISES: &str = "/enterprises";
/// Add a firm.
pub const ENTERPRISE_NEW: &str = "/enterprises/new";
/// 我的.
pub const ME: &str = "/me";
/// What waits and what needs attention.
pub const UPLOADS: &str = "/uploads";
/// Sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Make the first administrator.
pub const SETUP: &str = "/setup";

/// A visit.
pub fn visit(id: RecordId) -> String {
    format!("/visits/{id}")
}

/// Fill its form.
pub fn fill(id: RecordId) -> String {
    format!("/visits/{id}/fill")
}

/// Look it over before submitting.
pub fn review(id: RecordId) -> String {
    format!("/visits/{id}/review")
}

/// A firm.
pub fn enterprise(id: RecordId) -> String {
    format!("/enterprises/{id}")
}

/// Edit a firm.
pub fn enterprise_edit(id: RecordId) -> String {
    format!("/enterprises/{id}/edit")
}

/// Two values for one field.
pub fn conflict(id: RecordId) -> String {
    format!("/conflicts/{id}")
}

/// The tab a path belongs to.
pub fn tab_of(path: &str) -> &'static str {
    let tabs = [VISITS, ENTERPRISES, ME];
    let below = |tab: &&&str| path == **tab || path.starts_with(&format!("{tab}/"));
    match tabs.iter().find(below) {
        Some(tab) => tab,
        None if path == UPLOADS || path.starts_with("/conflicts") => ME,
        None => TODAY,
    }
}
