//! 导入企业名单: a table looked over, its columns named once, taken in as a batch, and taken back.

use crate::{
    components::{
        confirm::Confirm,
        format,
        icon::{Icon, IconName},
        page::Page,
        segments::Segments,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        assignments::use_manages, choices, firm_fields::field_label, once::Once,
        session::use_session, store::use_store,
    },
    storage::{keep, kept, piece_of, save_bytes},
    transport::{HttpTransport, Table},
};
use leptos::prelude::*;
use ruyuan_domain::{
    DeviceId,
    catalogue::ENTERPRISE_FIELDS,
    consts::field,
    pledge::PLEDGE_FIELDS,
    roster::{BatchLine, ColumnView, ImportView, RowResult, RowView},
};
use ruyuan_sync::transport::TransportError;
use web_sys::File;

/// What the columns of earlier tables held, by their names.
const COLUMNS: &str = "ruyuan.columns";
/// The field that is none of a firm's: where it is.
const PARK: &str = "park";
/// Who looks after it.
const LEAD: &str = "lead";
const SUPPORT: &str = "support";
/// Most bytes that the server takes.
const MOST_BYTES: f64 = 50.0 * 1024.0 * 1024.0;

/// Why a table was not taken, or a file not made, as a person reads it.
pub(super) fn sentence(i18n: I18n, error: &TransportError) -> String {
    match error {
        TransportError::Refused(problem) => match problem.errors.first() {
            Some(error) => error.message.clone(),
            None => problem.detail.clone(),
        },
        TransportError::Offline | TransportError::Busy => {
            t_string!(i18n, roster.offline).to_owned()
        }
        TransportError::SignedOut => t_string!(i18n, status.signed_out).to_owned(),
        TransportError::Garbled(_) => t_string!(i18n, roster.failed).to_owned(),
    }
}

/// The desk's page.
#[component]
pub fn Roster() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let parks = session
        .view_untracked()
        .map(|view| view.writable)
        .unwrap_or_default();
    let parks: Vec<_> = parks
        .into_iter()
        .filter_map(|scope| Some((scope.park_code()?.to_owned(), scope)))
        .collect();
    let park = RwSignal::new(match parks.as_slice() {
        [(code, _)] => code.clone(),
        _ => String::new(),
    });
    let several = parks.len() > 1;
    let file = RwSignal::new_local(None::<File>);
    let bytes = StoredValue::new(Vec::<u8>::new());
    let columns = RwSignal::new(kept::<Vec<(String, String)>>(COLUMNS).unwrap_or_default());
    let view = RwSignal::new(None::<ImportView>);
    let batches = RwSignal::new(Vec::<BatchLine>::new());
    let failure = RwSignal::new(None::<String>);
    let left = RwSignal::new(Vec::<String>::new());
    let busy = Once::new();
    let pledges = RwSignal::new(false);
    let manages = use_manages();
    let table = move |apply: bool| Table {
        bytes: bytes.get_value(),
        park: park.get_untracked(),
        columns: columns.get_untracked(),
        pledges: pledges.get_untracked(),
        apply,
    };
    let list = move || async move {
        if let Ok(listed) = HttpTransport.list_batches().await {
            let _ = batches.try_set(listed.batches);
        }
    };
    leptos::task::spawn_local(list());
    let once = move |apply: bool| async move {
        let _ = failure.try_set(None);
        match HttpTransport.import_firms(table(apply)).await {
            Ok(come) => {
                let taken = come.batch.as_ref().map(|batch| batch.left.clone());
                if let Some(left_out) = taken {
                    let _ = left.try_set(left_out);
                    store.sync.now();
                    list().await;
                }
                let _ = view.try_set(Some(come));
            }
            Err(error) => {
                let _ = view.try_set(None);
                let _ = failure.try_set(Some(sentence(i18n, &error)));
            }
        }
    };
    // What is asked while an answer is on its way is asked again with it.
    let changed = StoredValue::new(false);
    let send = move |apply: bool| {
        changed.set_value(!apply);
        busy.run(|| async move {
            let mut apply = apply;
            loop {
                changed.set_value(false);
                once(apply).await;
                if changed.try_get_value() != Some(true) {
                    break;
                }
                apply = false;
            }
        });
    };
    let choose = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let Some(chosen) = input.files().and_then(|files| files.get(0)) else {
            return;
        };
        input.set_value("");
        view.set(None);
        left.set(Vec::new());
        if chosen.size() > MOST_BYTES {
            failure.set(Some(t_string!(i18n, roster.too_large).to_owned()));
            return;
        }
        leptos::task::spawn_local(async move {
            match piece_of(&chosen, 0, chosen.size() as u64).await {
                Ok(read) => {
                    bytes.set_value(read);
                    let _ = file.try_set(Some(chosen));
                    send(false);
                }
                Err(_) => drop(failure.try_set(Some(t_string!(i18n, roster.unread).to_owned()))),
            }
        });
    };
    // A table of the other kind has other columns: it is looked over anew, or chosen anew.
    Effect::new(move |before: Option<bool>| {
        let now = pledges.get();
        if before.is_some_and(|before| before != now) {
            view.set(None);
            left.set(Vec::new());
            if file.with_untracked(Option::is_some) {
                send(false);
            }
        }
        now
    });
    let name_column = Callback::new(move |(name, field): (String, String)| {
        columns.update(|columns| {
            columns.retain(|(known, _)| *known != name);
            columns.push((name, field));
        });
        keep(COLUMNS, &columns.get_untracked());
        send(false);
    });
    let report = move |_| {
        busy.run(|| async move {
            match HttpTransport.report_import(table(false)).await {
                Ok(workbook) => drop(save_bytes("导入结果.xlsx", &workbook)),
                Err(error) => drop(failure.try_set(Some(sentence(i18n, &error)))),
            }
        });
    };
    let undone = StoredValue::new(None::<DeviceId>);
    let asking = RwSignal::new(false);
    let undo = Callback::new(move |()| {
        busy.run(|| async move {
            let Some(batch) = undone.get_value() else {
                return;
            };
            match HttpTransport.undo_batch(batch).await {
                Ok(done) => {
                    let _ = view.try_set(None);
                    let said = t_filled!(
                        i18n,
                        roster.undone,
                        firms = done.firms,
                        changed = done.changed
                    );
                    let _ = left.try_set(std::iter::once(said).chain(done.left).collect());
                    store.sync.now();
                    list().await;
                }
                Err(error) => drop(failure.try_set(Some(sentence(i18n, &error)))),
            }
        });
    });
    let taken = move || view.with(|view| view.as_ref().is_some_and(|view| view.batch.is_some()));
    let count = move || view.with(|view| view.as_ref().map_or(0, |view| view.new + view.update));
    let foot = view! {
        <button
            type="button"
            class="button button--plain"
            disabled=move || busy.is_running() || view.with(Option::is_none)
            on:click=report
        >
            {t!(i18n, roster.report)}
        </button>
        <button
            type="button"
            class="button button--primary"
            disabled=move || busy.is_running() || taken() || count() == 0
            on:click=move |_| send(true)
        >
            {said(move || match (busy.is_running(), taken()) {
                (true, _) => t_string!(i18n, roster.running).to_owned(),
                (false, true) => t_string!(i18n, roster.taken).to_owned(),
                (false, false) if pledges.get() => t_filled!(i18n, roster.apply_pledges, n = count()),
                (false, false) => t_filled!(i18n, roster.apply, n = count()),
            })}
        </button>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, roster.title) back=Signal::stored(routes::ME.to_owned()) foot>
            <When on=Signal::derive(move || manages.get())>
                <Segments
                    label=t!(i18n, roster.what)
                    chosen=pledges
                    choices=vec![
                        (false, t!(i18n, roster.firms)),
                        (true, t!(i18n, roster.pledges)),
                    ]
                />
            </When>
            <p class="question__help">
                {said(move || match pledges.get() {
                    true => t_string!(i18n, roster.help_pledges),
                    false => t_string!(i18n, roster.help),
                })}
            </p>
            <div class="card card--form">
                {several
                    .then(|| {
                        let parks = parks.clone();
                        view! {
                            <div class="question">
                                <label class="question__label" for="roster-park">{t!(i18n, roster.park)}</label>
                                <select
                                    id="roster-park"
                                    class="input input--select"
                                    on:change=move |event| {
                                        park.set(event_target_value(&event));
                                        if file.with_untracked(Option::is_some) {
                                            send(false);
                                        }
                                    }
                                >
                                    <option value="">{t!(i18n, roster.park_of_row)}</option>
                                    {parks
                                        .into_iter()
                                        .map(|(code, scope)| view! { <option value=code>{said(move || choices::park_name(store, &scope))}</option> })
                                        .collect_view()}
                                </select>
                            </div>
                        }
                    })}
                <label class="button button--outline button--wide">
                    <input
                        type="file"
                        class="visually-hidden"
                        accept=".xlsx,.csv,.txt,.tsv"
                        disabled=move || busy.is_running()
                        on:change=choose
                    />
                    <Icon name=IconName::Document/>
                    {said(move || {
                        file.with(|file| file.as_ref().map(|file| file.name()))
                            .unwrap_or_else(|| t_string!(i18n, roster.choose).to_owned())
                    })}
                </label>
            </div>
            <p class="question__error" role="alert">{move || failure.get()}</p>
            <When on=Signal::derive(move || left.with(|left| !left.is_empty()))>
                <div class="notice notice--amber" role="status">
                    <Icon name=IconName::Info/>
                    <div>
                        <ul class="notice__list">
                            {move || left.get().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
                        </ul>
                    </div>
                </div>
            </When>
            {move || view.get().map(|view| view! { <Looked view pledges=pledges.get_untracked() name_column/> })}
            <When on=Signal::derive(move || batches.with(|batches| !batches.is_empty()))>
                <section class="group">
                    <h2 class="group__title">{t!(i18n, roster.batches)}</h2>
                    <div class="card">
                        <For each=move || batches.get() key=|batch| batch.id let(batch)>
                            <div class="row">
                                <span class="row__main">
                                    <span class="row__title">
                                        {said(move || format::instant(batch.at, i18n.language()))}
                                    </span>
                                    <span class="row__facts">
                                        {said(move || t_filled!(i18n, roster.edits, n = batch.edits))}
                                    </span>
                                </span>
                                <button
                                    type="button"
                                    class="button button--plain button--small button--warn-text"
                                    disabled=move || busy.is_running()
                                    on:click=move |_| {
                                        undone.set_value(Some(batch.id));
                                        asking.set(true);
                                    }
                                >
                                    {t!(i18n, roster.undo)}
                                </button>
                            </div>
                        </For>
                    </div>
                </section>
            </When>
            <Confirm
                open=asking
                question=t!(i18n, roster.undo_question)
                yes=t!(i18n, roster.undo)
                no=t!(i18n, draft.keep)
                destructive=true
                on_yes=undo
            />
        </Page>
    }
}

/// What was found: how many of each, what the columns hold, the rows that somebody has to look at.
#[component]
fn Looked(
    view: ImportView,
    pledges: bool,
    name_column: Callback<(String, String)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let figures = [
        (t!(i18n, roster.new), view.new),
        (t!(i18n, roster.update), view.update),
        (t!(i18n, roster.same), view.same),
        (t!(i18n, roster.suspect), view.suspect),
        (t!(i18n, roster.wrong), view.wrong),
    ];
    let figures = figures.map(|(label, count)| {
        view! {
            <div class="answer">
                <dt class="answer__label">{label}</dt>
                <dd class="answer__value">{count.to_string()}</dd>
            </div>
        }
    });
    let unnamed = !view
        .columns
        .iter()
        .any(|column| column.field == field::NAME);
    let rows = view.rows;
    let some = !rows.is_empty();
    let columns = view.columns;
    view! {
        {unnamed.then(|| view! { <p class="notice notice--amber" role="alert">{t!(i18n, roster.unnamed)}</p> })}
        <section class="group" role="status">
            <h2 class="group__title">{t!(i18n, roster.result)}</h2>
            <dl class="card answers">{figures.into_iter().collect::<Vec<_>>()}</dl>
        </section>
        {some
            .then(|| {
                view! {
                    <section class="group">
                        <h2 class="group__title">{t!(i18n, roster.to_see)}</h2>
                        <ul class="card">{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</ul>
                    </section>
                }
            })}
        <section class="group">
            <h2 class="group__title">{t!(i18n, roster.columns)}</h2>
            <div class="card card--form">
                {columns.into_iter().map(|column| view! { <Column column pledges name_column/> }).collect_view()}
            </div>
        </section>
    }
}

#[component]
fn Row(row: RowView) -> impl IntoView {
    let i18n = use_i18n();
    let wrong = row.result == RowResult::Wrong;
    let title = move || {
        let word = match wrong {
            true => t_string!(i18n, roster.wrong),
            false => t_string!(i18n, roster.suspect),
        };
        t_filled!(i18n, roster.row, n = row.row, word = word, name = row.name)
    };
    view! {
        <li class="row" class=("row--problem", wrong)>
            <Icon name=if wrong { IconName::Alert } else { IconName::Info }/>
            <span class="row__main">
                <span class="row__title">{said(title)}</span>
                <span class="row__facts row__facts--whole">{row.why}</span>
            </span>
        </li>
    }
}

/// What one column holds, to be said otherwise.
#[component]
fn Column(
    column: ColumnView,
    pledges: bool,
    name_column: Callback<(String, String)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let ColumnView { name, field } = column;
    let id = format!("column-{name}");
    let known = move |name: &str| match name {
        PARK => t_string!(i18n, enterprise.park).to_owned(),
        LEAD => t_string!(i18n, assign.lead).to_owned(),
        SUPPORT => t_string!(i18n, assign.support).to_owned(),
        name => field_label(i18n.language(), name),
    };
    let of_firm = ENTERPRISE_FIELDS.iter().map(|rule| rule.name);
    let fields: Vec<_> = match pledges {
        false => of_firm.chain([PARK, LEAD, SUPPORT]).collect(),
        true => {
            let of_pledge = PLEDGE_FIELDS.iter().map(|rule| rule.name);
            of_firm.take(2).chain(of_pledge).collect()
        }
    };
    let options = fields.into_iter().map(|of| {
        let selected = of == field;
        view! { <option value=of selected=selected>{known(of)}</option> }
    });
    let options = options.collect::<Vec<_>>();
    let left_out = field.is_empty();
    let label = name.clone();
    view! {
        <div class="question">
            <label class="question__label" for=id.clone()>{label}</label>
            <select
                id=id
                class="input input--select"
                on:change=move |event| name_column.run((name.clone(), event_target_value(&event)))
            >
                <option value="" selected=left_out>{t!(i18n, roster.left_out)}</option>
                {options}
            </select>
        </div>
    }
}
