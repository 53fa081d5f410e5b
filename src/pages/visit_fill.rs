//! Fill a visit: page by page, stored at every change, wherever one stops.

use super::{other_version::OtherVersion, quick_record::QuickRecord};
use crate::components::when::When;
use crate::{
    components::{
        confirm::Confirm,
        dialog::shown_by,
        empty::Empty,
        form::{QuestionField, RepeatField},
        format,
        icon::{Icon, IconName},
        page::Page,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        drafts::{AnswerPlace, DraftEditor, SaveStatus, open_draft},
        forms,
        store::{Store, use_store},
        visits,
    },
    storage::save_as_file,
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::{
    RecordId,
    forms::{FormDefinition, Group},
};
use wasm_bindgen::JsCast;

/// Most questions on one page.
const MOST_QUESTIONS: usize = 6;

/// One page of a form: a group, or an even part of a long one.
#[derive(Clone, Debug, PartialEq)]
pub struct FormPage {
    /// The group, with the questions of this page only.
    pub group: Group,
    /// Its place among the pages, from 0.
    pub at: usize,
}

/// The pages of a form. Long groups are cut into even parts, so that no page has a single leftover.
pub fn pages_of(form: &FormDefinition) -> Vec<FormPage> {
    let parts = form.groups.iter().flat_map(|group| {
        let count = group.questions.len();
        let pages = if group.repeat.is_some() {
            1
        } else {
            count.div_ceil(MOST_QUESTIONS).max(1)
        };
        let size = count.div_ceil(pages).max(1);
        let cut: Vec<Group> = group
            .questions
            .chunks(size)
            .map(|questions| Group {
                questions: questions.to_vec(),
                ..group.clone()
            })
            .collect();
        cut
    });
    parts
        .enumerate()
        .map(|(at, group)| FormPage { group, at })
        .collect()
}

/// Scrolls to an element and puts the focus there; waits for the page to be drawn.
pub fn focus(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || {
        let Some(element) = document().get_element_by_id(&id) else {
            return;
        };
        if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
            // An element that cannot take the focus is still scrolled to.
            let _ = element.focus();
        }
        let options = web_sys::ScrollIntoViewOptions::new();
        // A field comes to the middle, away from keyboard and bars; what is taller than the screen to its start.
        let tall = f64::from(element.client_height()) > document_height() / 2.0;
        options.set_block(if tall {
            web_sys::ScrollLogicalPosition::Start
        } else {
            web_sys::ScrollLogicalPosition::Center
        });
        element.scroll_into_view_with_scroll_into_view_options(&options);
    });
}

/// The address of a question in an opened draft. Where its version of the form does not ask it, the draft goes on in the
/// newest; of the firm nothing is filled in then, because the visit is as it was.
pub async fn question_of(store: Store, id: RecordId, name: &str) -> String {
    let Some(editor) = open_draft(store, id) else {
        return routes::fill(id);
    };
    if editor.form().question(name).is_none()
        && let Some(newest) = forms::newest(store, &editor.form().form_id)
        && editor
            .continue_in(newest, None, String::new())
            .await
            .is_err()
    {
        return routes::fill(id);
    }
    let pages = pages_of(&editor.form());
    let asks = |page: &&FormPage| {
        let mut questions = page.group.questions.iter();
        questions.any(|question| question.name == name)
    };
    let page = pages.iter().find(asks).map_or(1, |page| page.at + 1);
    format!("{}?page={page}&focus=q-{name}", routes::fill(id))
}

/// Whether a page has anything to ask now: a part of a long group may have nothing.
fn is_page_asked(editor: DraftEditor, group: &Group) -> bool {
    let any = || {
        group
            .questions
            .iter()
            .any(|question| editor.is_asked(&AnswerPlace::Form, question))
    };
    editor.is_group_asked(group) && (group.repeat.is_some() || any())
}

fn document_height() -> f64 {
    window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64())
        .unwrap_or(800.0)
}

/// The form of a draft.
#[component]
pub fn VisitFill(id: RecordId) -> impl IntoView {
    let store = use_store();
    // A quick record that has become the full form is opened anew.
    let opened = RwSignal::new(0_u32);
    let reopened = Callback::new(move |()| opened.update(|count| *count += 1));
    move || {
        opened.track();
        match open_draft(store, id) {
            Some(editor) => {
                provide_context(editor);
                if editor.with_untracked(|draft| draft.form == forms::QUICK_FORM) {
                    view! { <QuickRecord editor reopened/> }.into_any()
                } else {
                    view! { <Filling editor reopened/> }.into_any()
                }
            }
            None => view! { <NoDraft id/> }.into_any(),
        }
    }
}

/// Nothing to fill here: it was submitted, or is not on this device.
#[component]
fn NoDraft(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let submitted = move || store.read(|state| state.view().get(id).is_some());
    view! {
        <Page title=t!(i18n, visit.record) back=Signal::stored(routes::VISITS.to_owned())>
            <Empty sentence=Signal::derive(move || {
                if submitted() {
                    t_string!(i18n, visit.already_submitted).to_owned()
                } else {
                    t_string!(i18n, visit.no_draft).to_owned()
                }
            })>
                {move || {
                    submitted()
                        .then(|| {
                            view! {
                                <a href=routes::visit(id) class="button button--primary">
                                    {t!(i18n, visit.open)}
                                </a>
                            }
                        })
                }}
            </Empty>
        </Page>
    }
}

#[component]
fn Filling(editor: DraftEditor, reopened: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let form = editor.form();
    let pages = StoredValue::new(pages_of(&form));
    let id = editor.with_untracked(|draft| draft.id);
    // The page is in the address, so that back goes a page back and a reload stays.
    let asked = Memo::new(move |_| {
        pages.with_value(|pages| {
            let asked = pages
                .iter()
                .filter(|page| is_page_asked(editor, &page.group));
            asked.map(|page| page.at).collect::<Vec<_>>()
        })
    });
    let current = Memo::new(move |_| {
        let named = address
            .query("page")
            .and_then(|page| page.parse::<usize>().ok());
        let wanted = named.map_or_else(
            || editor.with_untracked(|draft| draft.page),
            |page| page.saturating_sub(1),
        );
        asked.with(|asked| {
            asked
                .iter()
                .copied()
                .rfind(|at| *at <= wanted)
                .or(asked.first().copied())
                .unwrap_or(0)
        })
    });
    let group = Memo::new(move |_| {
        let at = current.get();
        pages.with_value(|pages| pages.get(at).map(|page| page.group.clone()))
    });
    let address_of = move |at: usize| format!("{}?page={}", routes::fill(id), at + 1);
    let step = move || {
        asked.with(|asked| {
            asked
                .iter()
                .position(|at| *at == current.get())
                .unwrap_or(0)
        })
    };
    let title = move || {
        let label = group.with(|group| {
            group
                .as_ref()
                .map(|group| group.label.get(i18n.language()).to_owned())
                .unwrap_or_default()
        });
        format!("{}/{} {label}", step() + 1, asked.with(Vec::len))
    };
    let go = move |at: usize| {
        editor.go_to_page(at);
        address.go(&address_of(at));
    };
    let contents_open = RwSignal::new(false);
    let firm = store.read_untracked(|state| {
        editor.with_untracked(|draft| visits::enterprise_name(state, draft.enterprise))
    });
    Effect::new(move |before: Option<usize>| {
        let at = current.get();
        let focused = address.query_untracked("focus");
        if let Some(path) = focused {
            editor.show_all_errors.set(true);
            focus(&path);
        } else if before.is_some_and(|before| before != at) {
            focus("form-page");
        }
        at
    });

    let previous = move |_| {
        let at = asked
            .with_untracked(|asked| step().checked_sub(1).and_then(|at| asked.get(at).copied()));
        if let Some(at) = at {
            go(at);
        }
    };
    let next = move |_| match asked.with_untracked(|asked| asked.get(step() + 1).copied()) {
        Some(at) => go(at),
        None => address.go(&routes::review(id)),
    };
    let last = move || asked.with(|asked| step() + 1 >= asked.len());
    let first = move || step() == 0;
    let foot = view! {
        <button type="button" class="button button--plain" disabled=first on:click=previous>
            {t!(i18n, form.previous)}
        </button>
        <button type="button" class="button button--primary" on:click=next>
            {said(move || if last() { t_string!(i18n, form.review) } else { t_string!(i18n, form.next) })}
        </button>
    }
    .into_any();
    let action = view! {
        <SavedMark editor/>
        <button type="button" class="bar__button" aria-label=t!(i18n, form.contents) on:click=move |_| contents_open.set(true)>
            <Icon name=IconName::Contents/>
        </button>
    }
    .into_any();
    view! {
        <Page title=Signal::derive(title) back=Signal::stored(routes::VISITS.to_owned()) action foot>
            <StorageTrouble editor/>
            <OtherVersion editor taken=reopened/>
            <p class="form-firm">{firm}</p>
            <div id="form-page" tabindex="-1" class="form-page">
                {move || {
                    group
                        .get()
                        .map(|group| {
                            if group.repeat.is_some() {
                                view! { <RepeatField group/> }.into_any()
                            } else {
                                group
                                    .questions
                                    .into_iter()
                                    .map(|question| view! { <QuestionField question answers=editor.answers(AnswerPlace::Form)/> })
                                    .collect_view()
                                    .into_any()
                            }
                        })
                }}
            </div>
            <DeleteDraft editor/>
            <Contents open=contents_open pages asked current go=Callback::new(go)/>
        </Page>
    }
}

/// Deletes the draft, once asked what goes with it.
#[component]
pub fn DeleteDraft(editor: DraftEditor) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let id = editor.with_untracked(|draft| draft.id);
    let revises = editor.is_revision();
    let words = move || match revises {
        true => t_string!(i18n, draft.give_up),
        false => t_string!(i18n, draft.delete),
    };
    let deleting = RwSignal::new(false);
    let delete = Callback::new(move |()| {
        spawn_local(async move {
            if store.delete_draft(id).await.is_ok() {
                match revises {
                    true => address.replace(&routes::visit(id)),
                    false => address.go(routes::VISITS),
                }
            }
        });
    });
    view! {
        <button type="button" class="button button--plain button--warn-text" on:click=move |_| deleting.set(true)>
            <Icon name=IconName::Delete/>
            {said(words)}
        </button>
        <Confirm
            open=deleting
            question=Signal::derive(move || {
                let form = editor.form();
                if revises {
                    return t_string!(i18n, draft.give_up_question).to_owned();
                }
                let (n, photos) = editor.with(|draft| (draft.answered(), draft.attached(&form)));
                match photos {
                    0 => t_filled!(i18n, draft.delete_question, n = n),
                    photos => t_filled!(i18n, draft.delete_photos_question, n = n, photos = photos),
                }
            })
            yes=Signal::derive(move || words().to_owned())
            no=t!(i18n, draft.keep)
            destructive=true
            on_yes=delete
        />
    }
}

/// "已保存 14:32": said in place, never in a toast.
#[component]
pub fn SavedMark(editor: DraftEditor) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class="saved" data-status=move || match editor.status.get() {
            SaveStatus::Saved(_) => "saved",
            SaveStatus::Saving => "saving",
            _ => "failed",
        }>
            {move || match editor.status.get() {
                SaveStatus::Saved(at) => {
                    t_filled!(i18n, draft.saved, time = format::instant(at, i18n.language()))
                }
                SaveStatus::Saving => t_string!(i18n, draft.saving).to_owned(),
                SaveStatus::Full | SaveStatus::Broken => t_string!(i18n, draft.unsaved).to_owned(),
                SaveStatus::Submitted => t_string!(i18n, draft.submitted).to_owned(),
            }}
        </span>
    }
}

/// When the device cannot store: what happened, and a way to keep the words all the same.
#[component]
pub fn StorageTrouble(editor: DraftEditor) -> impl IntoView {
    let i18n = use_i18n();
    let sentence = move || match editor.status.get() {
        SaveStatus::Full => Some(t_string!(i18n, save.full)),
        SaveStatus::Broken => Some(t_string!(i18n, save.failed)),
        SaveStatus::Submitted => Some(t_string!(i18n, visit.already_submitted)),
        _ => None,
    };
    let export = move |_| {
        let text = editor
            .with_untracked(serde_json::to_string_pretty)
            .unwrap_or_default();
        // A browser that refuses downloads leaves the words on screen, where the next try may store them.
        let _ = save_as_file("ruyuan-draft.json", &text);
    };
    view! {
        <When on=Signal::derive(move || sentence().is_some())>
            <div class="notice notice--red" role="alert">
                <Icon name=IconName::Alert/>
                <div>
                    <p>{sentence}</p>
                    <button type="button" class="button button--small button--outline" on:click=move |_| editor.save_again()>
                        {t!(i18n, save.again)}
                    </button>
                    <button type="button" class="button button--small button--outline" on:click=export>
                        {t!(i18n, save.as_file)}
                    </button>
                </div>
            </div>
        </When>
    }
}

/// 目录: every page, with what is still wrong there.
#[component]
fn Contents(
    open: RwSignal<bool>,
    pages: StoredValue<Vec<FormPage>>,
    asked: Memo<Vec<usize>>,
    current: Memo<usize>,
    go: Callback<usize>,
) -> impl IntoView {
    let i18n = use_i18n();
    let dialog = shown_by(open);
    let rows = move || {
        let mut before = String::new();
        asked.with(|asked| {
            asked
                .iter()
                .filter_map(|at| pages.with_value(|pages| pages.get(*at).cloned()))
                .map(|page| {
                    let name = page.group.name.clone();
                    let label = page.group.label.get(i18n.language()).to_owned();
                    let first = page.group.questions.first();
                    let detail =
                        first.map(|question| question.label.get(i18n.language()).to_owned());
                    let text = if name == before {
                        format!("{label} · {}", detail.unwrap_or_default())
                    } else {
                        label
                    };
                    before = name;
                    (page.at, text)
                })
                .collect::<Vec<_>>()
        })
    };
    view! {
        <dialog class="sheet" node_ref=dialog aria-labelledby="contents-title" on:close=move |_| open.set(false)>
            <div class="sheet__bar">
                <h2 class="sheet__title" id="contents-title">{t!(i18n, form.contents)}</h2>
                <button type="button" class="button button--plain button--small" on:click=move |_| open.set(false)>
                    {t!(i18n, action.close)}
                </button>
            </div>
            <ol class="sheet__list">
                <For each=rows key=|(at, text)| (*at, text.clone()) let((at, text))>
                    <li>
                        <button
                            type="button"
                            class="row row--button"
                            aria-current=move || if current.get() == at { "step" } else { "false" }
                            on:click=move |_| {
                                open.set(false);
                                go.run(at);
                            }
                        >
                            <span class="row__main">{text}</span>
                            <Icon name=IconName::Forward/>
                        </button>
                    </li>
                </For>
            </ol>
        </dialog>
    }
}
