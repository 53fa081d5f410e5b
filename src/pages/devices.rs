//! 设备: how every device stands, those that need a look first.

use crate::{
    components::{
        empty::Empty,
        format,
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{once::Once, session::use_session},
    transport::HttpTransport,
};
use leptos::prelude::*;
use ruyuan_domain::{
    device::{DeviceProblem, DeviceView, DevicesPage},
    wire::Role,
};
use ruyuan_sync::transport::TransportError;

/// What is wrong with a device, in words.
pub fn words(i18n: I18n, device: &DeviceView, problem: DeviceProblem) -> String {
    let text = match problem {
        DeviceProblem::Quarantined => {
            let n = device
                .report
                .as_ref()
                .map_or(0, |report| report.quarantined);
            return t_filled!(i18n, device.quarantined, n = n);
        }
        DeviceProblem::WipePending => t_string!(i18n, device.wipe_pending),
        DeviceProblem::Unseen => t_string!(i18n, device.unseen),
        DeviceProblem::Overdue => t_string!(i18n, device.overdue),
        DeviceProblem::Differing => t_string!(i18n, device.differing),
        DeviceProblem::Full => t_string!(i18n, device.full),
        DeviceProblem::Outdated => t_string!(i18n, device.outdated),
    };
    text.to_owned()
}

/// Kind and browser of a device.
pub fn kind(i18n: I18n, device: &DeviceView) -> String {
    let said = device.report.as_ref();
    let known = said.filter(|report| !report.browser.is_empty());
    known.map_or_else(
        || t_string!(i18n, device.unnamed).to_owned(),
        |report| report.browser.clone(),
    )
}

/// Why there is nothing to show.
pub fn why_not(i18n: I18n, error: &TransportError) -> &'static str {
    match error {
        TransportError::Offline | TransportError::Busy => t_string!(i18n, device.offline),
        TransportError::SignedOut => t_string!(i18n, status.signed_out),
        TransportError::Refused(problem) if problem.status == 403 => {
            t_string!(i18n, device.forbidden)
        }
        TransportError::Refused(problem) if problem.status == 404 => t_string!(i18n, device.gone),
        _ => t_string!(i18n, device.failed),
    }
}

/// The list.
#[component]
pub fn Devices() -> impl IntoView {
    let i18n = use_i18n();
    let page = RwSignal::new(None::<DevicesPage>);
    let failure = RwSignal::new(None::<TransportError>);
    let asking = Once::new();
    let ask = move |skip: usize| {
        asking.run(|| async move {
            match HttpTransport.list_devices(skip).await {
                Ok(mut come) => {
                    let _ = failure.try_set(None);
                    let _ = page.try_update(|page| {
                        if let Some(before) = page.take().filter(|_| skip > 0) {
                            let mut devices = before.devices;
                            devices.extend(come.devices);
                            come.devices = devices;
                        }
                        *page = Some(come);
                    });
                }
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    ask(0);
    let shown = move || page.with(|page| page.as_ref().map_or(0, |page| page.devices.len()));
    let as_of = move || {
        page.with(|page| {
            page.as_ref().map(|page| {
                let time = format::instant(page.at, i18n.language());
                if failure.with(Option::is_some) {
                    t_filled!(i18n, device.stale, time = time)
                } else {
                    t_filled!(i18n, device.as_of, time = time, n = page.total)
                }
            })
        })
    };
    let headline = move || {
        page.with(|page| {
            page.as_ref().map(|page| match page.troubled {
                0 => t_string!(i18n, device.all_well).to_owned(),
                n => t_filled!(i18n, device.troubled, n = n),
            })
        })
    };
    view! {
        <Page title=t!(i18n, device.title) back=Signal::stored(routes::ME.to_owned())>
            <When on=Signal::derive(move || page.with(Option::is_some))>
                <section class="hero">
                    <p class="hero__greeting">{headline}</p>
                    <p class="hero__facts" role="status">{as_of}</p>
                </section>
                <div class="card">
                    {move || {
                        page.with(|page| {
                            let devices = page.iter().flat_map(|page| &page.devices);
                            devices.map(|device| view! { <Item device=device.clone()/> }).collect::<Vec<_>>()
                        })
                    }}
                </div>
                <When on=Signal::derive(move || shown() == 0)>
                    <Empty sentence=t!(i18n, device.none)/>
                </When>
                <div class="hero">
                    <When on=Signal::derive(move || page.with(|page| {
                        page.as_ref().is_some_and(|page| page.devices.len() < page.total as usize)
                    }))>
                        <button type="button" class="button button--outline button--wide" on:click=move |_| ask(shown())>
                            {t!(i18n, device.more)}
                        </button>
                    </When>
                    <button type="button" class="button button--outline button--wide" on:click=move |_| ask(0)>
                        {t!(i18n, device.again)}
                    </button>
                </div>
            </When>
            <When on=Signal::derive(move || page.with(Option::is_none) && failure.with(Option::is_some))>
                <Empty sentence=Signal::derive(move || {
                    failure.with(|error| error.as_ref().map(|error| why_not(i18n, error)).unwrap_or_default().to_owned())
                })>
                    <button type="button" class="button button--primary" on:click=move |_| ask(0)>
                        {t!(i18n, device.again)}
                    </button>
                </Empty>
            </When>
        </Page>
    }
}

#[component]
fn Item(device: DeviceView) -> impl IntoView {
    let i18n = use_i18n();
    let address = routes::device(device.id);
    let name = device.display_name.clone();
    let troubled = !device.problems.is_empty();
    let wiped = device.wipe.as_ref().is_some_and(|wipe| wipe.done.is_some());
    let facts = {
        let device = device.clone();
        move || {
            let seen = format::instant(device.seen, i18n.language());
            format!("{} · {seen}", kind(i18n, &device))
        }
    };
    let wrong = move || {
        let told = device
            .problems
            .iter()
            .map(|problem| words(i18n, &device, *problem));
        told.collect::<Vec<_>>().join(" · ")
    };
    view! {
        <a href=address class="row">
            <span class="row__main">
                <span class="row__title">{name}</span>
                <span class="row__facts">{said(facts)}</span>
                {troubled.then(|| view! { <span class="row__wrong">{said(wrong)}</span> })}
            </span>
            {troubled
                .then(|| view! {
                    <span class="mark mark--attention"><Icon name=IconName::Alert/>{t!(i18n, mark.attention)}</span>
                })}
            {wiped.then(|| view! { <span class="row__value">{t!(i18n, device.wiped)}</span> })}
            <Icon name=IconName::Forward/>
        </a>
    }
}

/// The link to the devices, for administrators.
#[component]
pub fn DevicesLink() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let may = move || session.view().is_some_and(|view| view.role == Role::Admin);
    view! {
        <When on=Signal::derive(may)>
            <a href=routes::DEVICES class="row">
                <span class="row__main">{t!(i18n, device.title)}</span>
                <Icon name=IconName::Forward/>
            </a>
        </When>
    }
}
