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
/// The plan of a day.
pub const PLAN: &str = "/plan";
/// Choose its firms.
pub const PLAN_CHOOSE: &str = "/plan/choose";
/// Take in a table of firms.
pub const ROSTER: &str = "/roster";
/// Give firms to people.
pub const ASSIGN: &str = "/assign";
/// Firms that may be one.
pub const DUPLICATES: &str = "/duplicates";
/// Who has come, to be shown.
pub const IDENTITY: &str = "/identity";
/// What a day or a week came to.
pub const SUMMARY: &str = "/summary";
/// What leaders ask for.
pub const REPORTS: &str = "/reports";
/// 问题台账.
pub const ISSUES: &str = "/issues";
/// Write an issue down.
pub const ISSUE_NEW: &str = "/issues/new";
/// 例会.
pub const MEETINGS: &str = "/meetings";
/// Hold a meeting.
pub const MEETING_NEW: &str = "/meetings/new";
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
/// What people who left could not finish.
pub const LEFT_WORK: &str = "/left-work";
/// What waits and what needs attention.
pub const UPLOADS: &str = "/uploads";
/// A blank 走访记录单.
pub const PRINT_RECORD: &str = "/print/visit-record";
/// A blank 企业授权书.
pub const PRINT_AUTHORISATION: &str = "/print/authorization";
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

/// It on paper.
pub fn visit_print(id: RecordId) -> String {
    format!("/visits/{id}/print")
}

/// The authorisation that a firm signs and seals.
pub fn authorisation(id: RecordId) -> String {
    format!("/enterprises/{id}/authorization")
}

/// A firm.
pub fn enterprise(id: RecordId) -> String {
    format!("/enterprises/{id}")
}

/// What to know of a firm before a visit.
pub fn prepare(id: RecordId) -> String {
    format!("/enterprises/{id}/prepare")
}

/// Two records of one firm side by side: which says what, and which stays.
pub fn merge(stays: RecordId, goes: RecordId) -> String {
    format!("/enterprises/{stays}/merge?with={goes}")
}

/// Edit a firm.
pub fn enterprise_edit(id: RecordId) -> String {
    format!("/enterprises/{id}/edit")
}

/// An issue.
pub fn issue(id: RecordId) -> String {
    format!("/issues/{id}")
}

/// Take a step about it.
pub fn issue_step(id: RecordId, step: &str) -> String {
    format!("/issues/{id}/step?to={step}")
}

/// A meeting.
pub fn meeting(id: RecordId) -> String {
    format!("/meetings/{id}")
}

/// What is done with it: `edit`, `agenda`, or `conclude?item=<id>`.
pub fn meeting_act(id: RecordId, act: &str) -> String {
    format!("/meetings/{id}/{act}")
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
    /// It on paper.
    VisitPrint(RecordId),
    /// A blank 走访记录单.
    BlankVisit,
    /// 企业授权书 of a firm, or blank.
    Authorisation(Option<RecordId>),
    /// 企业.
    Enterprises,
    /// Add a firm.
    EnterpriseNew,
    /// A firm.
    Enterprise(RecordId),
    /// What to know of a firm before a visit.
    Prepare(RecordId),
    /// Two records of one firm.
    Merge(RecordId),
    /// Firms that may be one.
    Duplicates,
    /// Give firms to people.
    Assign,
    /// Take in a table of firms.
    Roster,
    /// Who has come, to be shown.
    Identity,
    /// Edit a firm.
    EnterpriseEdit(RecordId),
    /// 问题台账.
    Issues,
    /// Write an issue down.
    IssueNew,
    /// An issue.
    Issue(RecordId),
    /// Take a step about it.
    IssueStep(RecordId),
    /// 例会.
    Meetings,
    /// Hold a meeting.
    MeetingNew,
    /// A meeting.
    Meeting(RecordId),
    /// Edit what it says of itself.
    MeetingEdit(RecordId),
    /// Add to its agenda.
    MeetingAgenda(RecordId),
    /// Write down what was concluded about an item.
    MeetingConclude(RecordId),
    /// Two values for one field.
    Conflict(RecordId),
    /// The plan of a day.
    Plan,
    /// Choose its firms.
    PlanChoose,
    /// What a day or a week came to.
    Summary,
    /// What leaders ask for.
    Reports,
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
    /// What people who left could not finish.
    LeftWork,
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
            PLAN => Some(Self::Plan),
            PLAN_CHOOSE => Some(Self::PlanChoose),
            SUMMARY => Some(Self::Summary),
            REPORTS => Some(Self::Reports),
            IDENTITY => Some(Self::Identity),
            ROSTER => Some(Self::Roster),
            ASSIGN => Some(Self::Assign),
            DUPLICATES => Some(Self::Duplicates),
            PRINT_RECORD => Some(Self::BlankVisit),
            PRINT_AUTHORISATION => Some(Self::Authorisation(None)),
            ISSUES => Some(Self::Issues),
            ISSUE_NEW => Some(Self::IssueNew),
            MEETINGS => Some(Self::Meetings),
            MEETING_NEW => Some(Self::MeetingNew),
            CONFLICTS => Some(Self::Conflicts),
            DEVICES => Some(Self::Devices),
            RECOVERED => Some(Self::Recovered),
            LEFT_WORK => Some(Self::LeftWork),
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
            ("visits", "print") => Some(Self::VisitPrint(id)),
            ("enterprises", "") => Some(Self::Enterprise(id)),
            ("enterprises", "prepare") => Some(Self::Prepare(id)),
            ("enterprises", "merge") => Some(Self::Merge(id)),
            ("enterprises", "authorization") => Some(Self::Authorisation(Some(id))),
            ("enterprises", "edit") => Some(Self::EnterpriseEdit(id)),
            ("issues", "") => Some(Self::Issue(id)),
            ("issues", "step") => Some(Self::IssueStep(id)),
            ("meetings", "") => Some(Self::Meeting(id)),
            ("meetings", "edit") => Some(Self::MeetingEdit(id)),
            ("meetings", "agenda") => Some(Self::MeetingAgenda(id)),
            ("meetings", "conclude") => Some(Self::MeetingConclude(id)),
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
        None if [
            UPLOADS, RECOVERED, LEFT_WORK, ROSTER, REPORTS, ASSIGN, DUPLICATES, IDENTITY,
        ]
        .contains(&path)
            || path.starts_with("/print/")
            || path.starts_with(CONFLICTS)
            || path.starts_with(ISSUES)
            || path.starts_with(MEETINGS)
            || path.starts_with(DEVICES) =>
        {
            ME
        }
        None => TODAY,
    }
}
