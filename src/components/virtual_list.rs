//! A list of thousands that draws only what is seen.

use crate::state::places::use_places;
use leptos::{html, prelude::*};
use std::hash::Hash;
use wasm_bindgen::{JsCast, closure::Closure};

/// Height of a row in rem: two lines of title and one of facts.
const ROW_REM: f64 = 5.5;
/// Rows drawn beyond each edge, so that a flick shows no gap.
const BEYOND: usize = 8;

/// Draws the rows of `items` that are seen; remembers how far `list` was scrolled.
#[component]
pub fn VirtualList<T, K, V>(
    /// Name under which its place is remembered.
    list: &'static str,
    /// What a screen reader calls it.
    #[prop(into)]
    label: Signal<String>,
    /// All items.
    items: Memo<Vec<T>>,
    /// An item's identity.
    key: fn(&T) -> K,
    /// Draws one.
    row: impl Fn(T) -> V + Clone + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + 'static,
    K: Hash + 'static,
    V: IntoView + 'static,
{
    let places = use_places();
    let scroller = NodeRef::<html::Div>::new();
    let scroll = RwSignal::new(places.get(list).scroll);
    let height = RwSignal::new(800.0);
    let row_height = RwSignal::new(ROW_REM * 16.0);

    let measure = move || {
        if let Some(element) = scroller.get_untracked() {
            height.set(f64::from(element.client_height()));
        }
        row_height.set(ROW_REM * root_font_size());
    };
    Effect::new(move |_| {
        let Some(element) = scroller.get() else {
            return;
        };
        measure();
        element.set_scroll_top(scroll.get_untracked() as i32);
        let resized = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observer) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let observer = StoredValue::new_local((observer, resized));
            on_cleanup(move || {
                let _ = observer.try_with_value(|(observer, _)| observer.disconnect());
            });
        }
    });

    let seen = Memo::new(move |_| {
        let first = (scroll.get() / row_height.get()) as usize;
        let count = (height.get() / row_height.get()) as usize + 2;
        let total = items.with(Vec::len);
        let from = first.saturating_sub(BEYOND).min(total);
        (from, (first + count + BEYOND).min(total))
    });
    let rows = move || {
        let (from, to) = seen.get();
        items.with(|items| {
            let end = to.min(items.len());
            items
                .get(from.min(end)..end)
                .map(|seen| seen.iter().cloned().zip(from..).collect::<Vec<_>>())
        })
    };
    // Whole pixels: what a screen shows, and floating point's own printer stays out of the download.
    let px = |value: f64| format!("{}px", value as i64);

    view! {
        <div
            class="virtual"
            node_ref=scroller
            on:scroll=move |_| {
                if let Some(element) = scroller.get_untracked() {
                    let top = f64::from(element.scroll_top());
                    scroll.set(top);
                    places.update(list, |place| place.scroll = top);
                }
            }
        >
            <ul
                class="virtual__list"
                aria-label=label
                style:height=move || px(items.with(Vec::len) as f64 * row_height.get())
            >
                <For each=move || rows().unwrap_or_default() key=move |(item, at)| (key(item), *at) let((item, at))>
                    <li
                        class="virtual__row"
                        style:height=move || px(row_height.get())
                        style:transform=move || format!("translateY({})", px(at as f64 * row_height.get()))
                        aria-setsize=move || items.with(Vec::len).to_string()
                        aria-posinset=(at + 1).to_string()
                    >
                        {row(item)}
                    </li>
                </For>
            </ul>
        </div>
    }
}

fn root_font_size() -> f64 {
    let size = document()
        .document_element()
        .and_then(|root| window().get_computed_style(&root).ok().flatten())
        .and_then(|style| style.get_property_value("font-size").ok());
    // The browser's own reader: the one of the standard library has 10 KB of tables.
    size.map(|size| js_sys::Number::parse_float(&size))
        .filter(|size| size.is_finite())
        .unwrap_or(16.0)
}
