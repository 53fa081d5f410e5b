//! The renderer in a real browser: what is kept, what is replaced, and what stops.
//!
//! Natively this is an empty test: `cargo xtask test` runs it in Chromium.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

// The macros look for it under this name.
extern crate ruyuan_renderer as leptos;

use leptos::{leptos_dom::helpers::document, mount::mount_to, prelude::*, view};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element as Node, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

/// A place of its own in the page, with what is drawn in it. The app is let run: each test has its own signals.
fn draw<V: IntoView>(app: impl FnOnce() -> V) -> Node {
    let place = document().create_element("div").unwrap();
    document().body().unwrap().append_child(&place).unwrap();
    mount_to(&place, app).forget();
    place
}

/// Lets what was scheduled happen.
async fn settled() {
    for _ in 0..3 {
        let done = js_sys::Promise::resolve(&wasm_bindgen::JsValue::NULL);
        wasm_bindgen_futures::JsFuture::from(done).await.unwrap();
    }
}

fn find(place: &Node, selector: &str) -> HtmlElement {
    place
        .query_selector(selector)
        .unwrap()
        .unwrap()
        .unchecked_into()
}

fn texts(place: &Node, selector: &str) -> Vec<String> {
    let all = place.query_selector_all(selector).unwrap();
    (0..all.length())
        .filter_map(|at| all.get(at)?.text_content())
        .collect()
}

#[wasm_bindgen_test]
async fn words_that_change_keep_their_node() {
    let count = RwSignal::new(1);
    let place = draw(move || view! { <p>"Firms: " {move || count.get().to_string()}</p> });
    assert_eq!(texts(&place, "p"), ["Firms: 1"]);
    let words = find(&place, "p").child_nodes().get(2).unwrap();
    count.set(2);
    settled().await;
    assert_eq!(texts(&place, "p"), ["Firms: 2"]);
    assert!(find(&place, "p").contains(Some(&words)));
}

#[wasm_bindgen_test]
async fn attributes_classes_and_properties_follow() {
    let on = RwSignal::new(false);
    let place = draw(move || {
        view! {
            <input
                type="checkbox"
                class="box"
                class=("box--on", move || on.get())
                prop:checked=move || on.get()
                disabled=move || !on.get()
                aria-label=move || if on.get() { "on" } else { "off" }
                style:height=move || if on.get() { "2px" } else { "1px" }
            />
        }
    });
    let input: HtmlInputElement = find(&place, "input").unchecked_into();
    assert_eq!(
        (input.class_name().as_str(), input.checked()),
        ("box", false)
    );
    assert!(input.disabled());
    on.set(true);
    settled().await;
    assert_eq!(
        (input.class_name().as_str(), input.checked()),
        ("box box--on", true)
    );
    assert!(!input.disabled() && !input.has_attribute("disabled"));
    assert_eq!(input.get_attribute("aria-label").as_deref(), Some("on"));
    assert_eq!(
        input.style().get_property_value("height").as_deref(),
        Ok("2px")
    );
}

#[wasm_bindgen_test]
async fn what_a_closure_drew_before_is_gone_with_everything_it_followed() {
    let shown = RwSignal::new(1);
    let inner = RwSignal::new(0);
    let (reads, ended) = (Rc::new(Cell::new(0)), RwSignal::new(0));
    let counted = Rc::clone(&reads);
    let place = draw(move || {
        view! {
            <section>
                {move || {
                    let shown = shown.get();
                    let counted = Rc::clone(&counted);
                    on_cleanup(move || ended.update(|ended| *ended += 1));
                    view! {
                        <b>{shown.to_string()}</b>
                        <i>
                            {move || {
                                counted.set(counted.get() + 1);
                                inner.get().to_string()
                            }}
                        </i>
                    }
                }}
                <u>"after"</u>
            </section>
        }
    });
    assert_eq!(texts(&place, "section > *"), ["1", "0", "after"]);
    shown.set(2);
    settled().await;
    assert_eq!(texts(&place, "section > *"), ["2", "0", "after"]);
    assert_eq!(ended.get_untracked(), 1);
    let before = reads.get();
    inner.set(5);
    settled().await;
    assert_eq!(reads.get(), before + 1, "only what is on screen follows");
    assert_eq!(texts(&place, "i"), ["5"]);
}

#[wasm_bindgen_test]
async fn a_list_keeps_the_elements_of_rows_that_stay() {
    let items = RwSignal::new(vec!["a", "b", "c", "d"]);
    let drawn = Rc::new(Cell::new(0));
    let counted = Rc::clone(&drawn);
    let place = draw(move || {
        view! {
            <ul>
                <For each=move || items.get() key=|item| *item let(item)>
                    {
                        counted.set(counted.get() + 1);
                        view! { <li><input prop:value=item/>{item}</li> }
                    }
                </For>
                <li>"end"</li>
            </ul>
        }
    });
    assert_eq!(texts(&place, "li"), ["a", "b", "c", "d", "end"]);
    let kept = find(&place, "li:nth-child(3)");
    let typed: HtmlInputElement = find(&kept, "input").unchecked_into();
    typed.set_value("half a word");
    for (order, expected) in [
        (vec!["c", "a", "e"], vec!["c", "a", "e", "end"]),
        (vec![], vec!["end"]),
        (vec!["x"], vec!["x", "end"]),
    ] {
        let stays = order.contains(&"c");
        items.set(order);
        settled().await;
        assert_eq!(texts(&place, "li"), expected);
        assert_eq!(place.contains(Some(&kept)), stays);
    }
    assert_eq!(typed.value(), "half a word");
    assert_eq!(drawn.get(), 6, "each row is drawn once");
}

#[wasm_bindgen_test]
async fn a_handler_is_called_and_ends_with_its_element() {
    let (clicks, shown) = (RwSignal::new(0), RwSignal::new(true));
    let place = draw(move || {
        move || {
            shown.get().then(|| {
                view! { <button on:click=move |_| clicks.update(|clicks| *clicks += 1)>"+"</button> }
            })
        }
    });
    let button = find(&place, "button");
    button.click();
    assert_eq!(clicks.get_untracked(), 1);
    shown.set(false);
    settled().await;
    button.click();
    assert_eq!(
        clicks.get_untracked(),
        1,
        "nobody listens to what is off screen"
    );
}

#[wasm_bindgen_test]
async fn a_memo_tells_of_changes_only_and_an_effect_is_given_what_it_said() {
    let number = RwSignal::new(1);
    let (runs, said) = (Rc::new(Cell::new(0)), RwSignal::new(Vec::new()));
    let counted = Rc::clone(&runs);
    draw(move || {
        let even = Memo::new(move |_| number.get() % 2 == 0);
        Effect::new(move |before: Option<bool>| {
            counted.set(counted.get() + 1);
            said.update(|said: &mut Vec<Option<bool>>| said.push(before));
            even.get()
        });
    });
    settled().await;
    for next in [3, 5, 6, 8] {
        number.set(next);
        settled().await;
    }
    assert_eq!(runs.get(), 2);
    assert_eq!(said.get_untracked(), [None, Some(false)]);
}

#[wasm_bindgen_test]
fn svg_and_markup_stand_in_their_own_namespace() {
    let place = draw(|| {
        view! {
            <svg viewBox="0 0 1 1"><path d="M0 0"></path></svg>
            <span inner_html="<em>kept</em>"></span>
        }
    });
    let path = place.query_selector("svg > path").unwrap().unwrap();
    assert_eq!(
        path.namespace_uri().as_deref(),
        Some("http://www.w3.org/2000/svg")
    );
    assert_eq!(texts(&place, "span > em"), ["kept"]);
}

#[wasm_bindgen_test]
fn what_is_gone_takes_no_value_and_says_so() {
    let owner = Owner::new();
    let signal = owner.with(|| RwSignal::new(1));
    owner.cleanup();
    assert_eq!(signal.try_set(2), Some(2));
    assert_eq!(signal.try_update(|value| *value), None);
}
