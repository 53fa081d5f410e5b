//! One device: all that it said of itself, and the order to wipe it when it is lost.

use super::devices::{kind, why_not, words};
use crate::{
    components::{
        confirm::Confirm,
        empty::Empty,
        format,
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{choices, once::Once, store::use_store},
    transport::HttpTransport,
};
use leptos::prelude::*;
use ruyuan_domain::{DeviceId, device::DeviceView};
use ruyuan_sync::transport::TransportError;

/// The device of this id.
#[component]
pub fn Device(id: DeviceId) -> impl IntoView {
    let i18n = use_i18n();
    let device = RwSignal::new(None::<DeviceView>);
    let failure = RwSignal::new(None::<TransportError>);
    let asking = Once::new();
    let ask = move || {
        asking.run(|| async move {
            match HttpTransport.show_device(id).await {
                Ok(come) => {
                    let _ = failure.try_set(None);
                    let _ = device.try_set(Some(come));
                }
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    ask();
    let sentence = Signal::derive(move || {
        let why = failure.with(|error| error.as_ref().map(|error| why_not(i18n, error)));
        why.unwrap_or_default().to_owned()
    });
    view! {
        <Page title=t!(i18n, device.title) back=Signal::stored(routes::DEVICES.to_owned())>
            {move || device.get().map(|shown| view! { <Figures device=shown/> })}
            <When on=Signal::derive(move || device.with(Option::is_some))>
                <Wipe device/>
            </When>
            <When on=Signal::derive(move || device.with(Option::is_none) && failure.with(Option::is_some))>
                <Empty sentence>
                    <button type="button" class="button button--primary" on:click=move |_| ask()>
                        {t!(i18n, device.again)}
                    </button>
                </Empty>
            </When>
        </Page>
    }
}

#[component]
fn Figures(device: DeviceView) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let name = device.display_name.clone();
    let told = device
        .problems
        .iter()
        .map(|problem| words(i18n, &device, *problem));
    let wrong: Vec<String> = told.collect();
    let silent = device.report.is_none();
    let mut figures = vec![
        (t!(i18n, device.account), device.user_name.clone()),
        (t!(i18n, device.kind), kind(i18n, &device)),
        (
            t!(i18n, device.seen),
            format::instant(device.seen, i18n.language()),
        ),
    ];
    if let Some(said) = &device.report {
        let yes_or_no = |yes| match yes {
            true => t_string!(i18n, device.yes).to_owned(),
            false => t_string!(i18n, device.no).to_owned(),
        };
        figures.push((t!(i18n, device.version), said.app.clone()));
        figures.push((t!(i18n, device.waiting), said.waiting.to_string()));
        if let Some(oldest) = said.oldest {
            let time = format::instant(oldest, i18n.language());
            figures.push((t!(i18n, device.oldest), time));
        }
        figures.push((t!(i18n, device.refused), said.quarantined.to_string()));
        figures.push((t!(i18n, device.drafts), said.drafts.to_string()));
        figures.push((t!(i18n, device.photos), said.attachments.to_string()));
        let places = said.differing.iter();
        let differing: Vec<String> = places
            .map(|scope| choices::park_name(store, scope))
            .collect();
        if !differing.is_empty() {
            figures.push((t!(i18n, device.differing_in), differing.join(" · ")));
        }
        if let Some((used, quota)) = said.used_mb.zip(said.quota_mb) {
            let size = |megabytes: u32| format::size(u64::from(megabytes) << 20);
            let room = t_filled!(i18n, device.room_of, used = size(used), quota = size(quota));
            figures.push((t!(i18n, device.room), room));
        }
        if let Some(persisted) = said.persisted {
            figures.push((t!(i18n, device.kept), yes_or_no(persisted)));
        }
    }
    figures.push((t!(i18n, device.conflicts), device.conflicts.to_string()));
    let figures = figures.into_iter().map(|(label, value)| {
        view! {
            <div class="answer">
                <dt class="answer__label">{label}</dt>
                <dd class="answer__value">{value}</dd>
            </div>
        }
    });
    view! {
        <section class="hero">
            <p class="hero__greeting">{name}</p>
        </section>
        {(!wrong.is_empty())
            .then(|| view! {
                <div class="notice notice--red">
                    <Icon name=IconName::Alert/>
                    <div>{wrong.into_iter().map(|wrong| view! { <p>{wrong}</p> }).collect::<Vec<_>>()}</div>
                </div>
            })}
        {silent.then(|| view! { <p class="question__help">{t!(i18n, device.silent)}</p> })}
        <dl class="card answers">{figures.collect::<Vec<_>>()}</dl>
    }
}

/// The order to wipe the device, or what became of it.
#[component]
fn Wipe(device: RwSignal<Option<DeviceView>>) -> impl IntoView {
    let i18n = use_i18n();
    let reason = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<&'static str>);
    let asked = RwSignal::new(false);
    let ordering = Once::new();
    let order = move |reason: Option<String>| {
        let Some(id) = device.with_untracked(|device| device.as_ref().map(|device| device.id))
        else {
            return;
        };
        ordering.run(|| async move {
            let sentence = match HttpTransport.wipe(id, reason).await {
                Ok(changed) => {
                    let _ = device.try_set(Some(changed));
                    None
                }
                Err(TransportError::Refused(problem)) if problem.status == 409 => {
                    Some(t_string!(i18n, device.too_late))
                }
                Err(_) => Some(t_string!(i18n, device.not_done)),
            };
            let _ = failure.try_set(sentence);
        });
    };
    let question = Signal::derive(move || {
        device.with(|device| {
            let device = device.as_ref();
            let name = device
                .map(|device| device.display_name.as_str())
                .unwrap_or_default();
            match device.and_then(|device| device.report.as_ref()) {
                Some(said) => t_filled!(
                    i18n,
                    device.wipe_question,
                    name = name,
                    waiting = said.waiting,
                    refused = said.quarantined,
                    drafts = said.drafts,
                    photos = said.attachments
                ),
                None => t_filled!(i18n, device.wipe_unknown, name = name),
            }
        })
    });
    let standing = move || {
        device.with(|device| {
            let wipe = device.as_ref()?.wipe.as_ref()?;
            let time = format::instant(wipe.done.unwrap_or(wipe.at), i18n.language());
            Some(match wipe.done {
                Some(_) => t_filled!(i18n, device.wipe_done, time = time, reason = wipe.reason),
                None => t_filled!(
                    i18n,
                    device.wipe_ordered,
                    by = wipe.by,
                    time = time,
                    reason = wipe.reason
                ),
            })
        })
    };
    let is_ordered = Signal::derive(move || {
        device.with(|device| device.as_ref().is_some_and(|device| device.wipe.is_some()))
    });
    let is_pending = Signal::derive(move || {
        device.with(|device| {
            let wipe = device.as_ref().and_then(|device| device.wipe.as_ref());
            wipe.is_some_and(|wipe| wipe.done.is_none())
        })
    });
    let begin = move |_| {
        if reason.with_untracked(|reason| reason.trim().is_empty()) {
            failure.set(Some(t_string!(i18n, device.reason_missing)));
        } else {
            failure.set(None);
            asked.set(true);
        }
    };
    view! {
        <section class="group">
            <h2 class="group__title">{t!(i18n, device.wipe_title)}</h2>
            <div class="card card--form">
                <When on=is_ordered>
                    <p>{standing}</p>
                </When>
                <When on=is_pending>
                    <button type="button" class="button button--outline" disabled=move || ordering.is_running() on:click=move |_| order(None)>
                        {t!(i18n, device.cancel)}
                    </button>
                </When>
                <When on=Signal::derive(move || !is_ordered.get())>
                    <div class="question">
                        <label class="question__label" for="reason">{t!(i18n, device.reason)}</label>
                        <input
                            class="input"
                            id="reason"
                            type="text"
                            maxlength="200"
                            autocomplete="off"
                            aria-describedby="reason-help"
                            on:input=move |event| reason.set(event_target_value(&event))
                        />
                        <p class="question__help" id="reason-help">{t!(i18n, device.wipe_help)}</p>
                    </div>
                    <button type="button" class="button button--outline" disabled=move || ordering.is_running() on:click=begin>
                        {t!(i18n, device.wipe)}
                    </button>
                </When>
                <When on=Signal::derive(move || failure.with(Option::is_some))>
                    <p class="question__error" role="alert">
                        <Icon name=IconName::Alert/>
                        <span>{move || failure.get()}</span>
                    </p>
                </When>
            </div>
        </section>
        <Confirm
            open=asked
            question
            yes=t!(i18n, device.wipe)
            no=t!(i18n, recovered.keep)
            destructive=true
            on_yes=Callback::new(move |()| order(Some(reason.get_untracked())))
        />
    }
}
