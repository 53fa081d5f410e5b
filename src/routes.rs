//! Addresses of the screens, in one place.

use ruyuan_domain::{DeviceId, RecordId};

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
/// The conflicts that wait.
pub const CONFLICTS: &str = "/conflicts";
/// How devices stand.
pub const DEVICES: &str = "/devices";
/// What was found again after the server was restored.
pub const RECOVERED: &str = "/recovered";
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

/// How one device stands.
pub fn device(id: DeviceId) -> String {
    format!("/devices/{id}")
}

/// What an address shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// 今日.
    Today,
    /// 走访.
    Visits,
    /// Choose a firm to visit.
    VisitNew,
    /// A visit.
    Visit(RecordId),
    /// Fill its form.
    VisitFill(RecordId),
    /// Look it over before submitting.
    VisitReview(RecordId),
    /// 企业.
    Enterprises,
    /// Add a firm.
    EnterpriseNew,
    /// A firm.
    Enterprise(RecordId),
    /// Edit a firm.
    EnterpriseEdit(RecordId),
    /// Two values for one field.
    Conflict(RecordId),
    /// What waits and what needs attention.
    Uploads,
    /// 我的.
    Me,
    /// Sign in.
    SignIn,
    /// Make the first administrator.
    Setup,
    /// The conflicts that wait.
    Conflicts,
    /// How devices stand.
    Devices,
    /// How one device stands.
    Device(DeviceId),
    /// What was found again after the server was restored.
    Recovered,
    /// No such address.
    Unknown,
}

impl Screen {
    /// What a path shows.
    pub fn at(path: &str) -> Self {
        let path = without_slash(path);
        let fixed = match path {
            TODAY => Some(Self::Today),
            VISITS => Some(Self::Visits),
            VISIT_NEW => Some(Self::VisitNew),
            ENTERPRISES => Some(Self::Enterprises),
            ENTERPRISE_NEW => Some(Self::EnterpriseNew),
            ME => Some(Self::Me),
            UPLOADS => Some(Self::Uploads),
            CONFLICTS => Some(Self::Conflicts),
            DEVICES => Some(Self::Devices),
            RECOVERED => Some(Self::Recovered),
            SIGN_IN => Some(Self::SignIn),
            SETUP => Some(Self::Setup),
            _ => None,
        };
        fixed
            .or_else(|| Self::of_record(path))
            .unwrap_or(Self::Unknown)
    }

    /// `/<list>/<id>` and `/<list>/<id>/<act>`.
    fn of_record(path: &str) -> Option<Self> {
        let (list, rest) = path.strip_prefix('/')?.split_once('/')?;
        let (id, act) = rest.split_once('/').unwrap_or((rest, ""));
        let id: RecordId = id.parse().ok()?;
        match (list, act) {
            ("visits", "") => Some(Self::Visit(id)),
            ("visits", "fill") => Some(Self::VisitFill(id)),
            ("visits", "review") => Some(Self::VisitReview(id)),
            ("enterprises", "") => Some(Self::Enterprise(id)),
            ("enterprises", "edit") => Some(Self::EnterpriseEdit(id)),
            ("conflicts", "") => Some(Self::Conflict(id)),
            ("devices", "") => Some(Self::Device(DeviceId::from_u128(id.as_u128()))),
            _ => None,
        }
    }
}

/// An address as people write it: what ends in `/` is the same place.
fn without_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(place) if !place.is_empty() && !place.ends_with('/') => place,
        _ => path,
    }
}

/// The tab a path belongs to.
pub fn tab_of(path: &str) -> &'static str {
    let path = without_slash(path);
    let tabs = [VISITS, ENTERPRISES, ME];
    let below = |tab: &&&str| path == **tab || path.starts_with(&format!("{tab}/"));
    match tabs.iter().find(below) {
        Some(tab) => tab,
        None if [UPLOADS, RECOVERED].contains(&path)
            || path.starts_with(CONFLICTS)
            || path.starts_with(DEVICES) =>
        {
            ME
        }
        None => TODAY,
    }
}
