//! Icons: those of the set that are used, put into the page as they are.

use leptos::prelude::*;

/// An icon of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// 今日.
    Today,
    /// 走访.
    Visits,
    /// 企业.
    Enterprises,
    /// 我的.
    Me,
    /// Back.
    Back,
    /// Opens a page.
    Forward,
    /// Adds.
    Add,
    /// Searches.
    Search,
    /// Waits to be sent.
    CloudUp,
    /// Needs attention.
    Alert,
    /// Done.
    Check,
    /// Offline.
    Offline,
    /// A list of contents.
    Contents,
    /// Calls.
    Phone,
    /// Deletes.
    Delete,
    /// Edits.
    Edit,
    /// Nothing here.
    Empty,
    /// Two values.
    Conflict,
    /// A hint.
    Info,
    /// Takes a photo.
    Camera,
    /// Can be fetched.
    CloudDown,
    /// A document.
    Document,
    /// Carries to another place.
    Grip,
    /// Opens a map.
    Map,
    /// Copies.
    Copy,
    /// Carries up.
    Up,
    /// Carries down.
    Down,
}

impl IconName {
    const fn svg(self) -> &'static str {
        macro_rules! icon {
            ($name:literal) => {
                include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/node_modules/lucide-static/icons/",
                    $name,
                    ".svg"
                ))
            };
        }
        match self {
            Self::Today => icon!("house"),
            Self::Visits => icon!("clipboard-list"),
            Self::Enterprises => icon!("building-2"),
            Self::Me => icon!("user-round"),
            Self::Back => icon!("chevron-left"),
            Self::Forward => icon!("chevron-right"),
            Self::Add => icon!("plus"),
            Self::Search => icon!("search"),
            Self::CloudUp => icon!("cloud-upload"),
            Self::Alert => icon!("circle-alert"),
            Self::Check => icon!("circle-check"),
            Self::Offline => icon!("wifi-off"),
            Self::Contents => icon!("list"),
            Self::Phone => icon!("phone"),
            Self::Delete => icon!("trash-2"),
            Self::Edit => icon!("pencil"),
            Self::Empty => icon!("inbox"),
            Self::Conflict => icon!("git-compare"),
            Self::Info => icon!("info"),
            Self::Camera => icon!("camera"),
            Self::CloudDown => icon!("cloud-download"),
            Self::Document => icon!("file-text"),
            Self::Grip => icon!("grip-vertical"),
            Self::Map => icon!("map-pin"),
            Self::Copy => icon!("copy"),
            Self::Up => icon!("arrow-up"),
            Self::Down => icon!("arrow-down"),
        }
    }
}

/// An icon. It says nothing to a screen reader: the words beside it do.
#[component]
pub fn Icon(
    /// Which.
    name: IconName,
) -> impl IntoView {
    view! { <span class="icon" aria-hidden="true" inner_html=name.svg()></span> }
}
