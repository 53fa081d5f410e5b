//! A signature drawn with a finger or a pen, stored as path data of moves and lines.

use super::question::Field;
use crate::components::when::When;
use crate::i18n::*;
use leptos::{html, prelude::*};

/// The box that path data is drawn in.
pub const WIDTH: i32 = 300;
/// Its height.
pub const HEIGHT: i32 = 120;

/// Strokes are whole: undo takes the last one.
#[component]
pub fn SignatureField(field: Field) -> impl IntoView {
    let i18n = use_i18n();
    let initial = field.initial_text();
    let strokes: Vec<String> = initial
        .split('M')
        .filter(|stroke| !stroke.is_empty())
        .map(|stroke| format!("M{stroke}"))
        .collect();
    let strokes = RwSignal::new(strokes);
    let drawing = StoredValue::new(false);
    let pad = NodeRef::<html::Div>::new();
    let set = field.setter();
    let store = {
        let set = set.clone();
        move || {
            set(Some(
                strokes.with_untracked(|strokes| strokes.concat()).into(),
            ))
        }
    };
    let point = move |event: &web_sys::PointerEvent| -> Option<(i64, i64)> {
        let bounds = pad.get_untracked()?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - bounds.left()) / bounds.width() * f64::from(WIDTH);
        let y = (f64::from(event.client_y()) - bounds.top()) / bounds.height() * f64::from(HEIGHT);
        Some((
            x.clamp(0.0, WIDTH.into()) as i64,
            y.clamp(0.0, HEIGHT.into()) as i64,
        ))
    };
    let finish = {
        let store = store.clone();
        move || {
            if drawing.get_value() {
                drawing.set_value(false);
                store();
            }
        }
    };
    let lifted = finish.clone();
    let cancelled = finish;
    let undo = store.clone();
    let empty = move || strokes.with(Vec::is_empty);
    view! {
        <div class="signature" id=field.id.clone() tabindex="-1" role="group" aria-labelledby=format!("{}-label", field.id)>
            <div
                class="signature__pad"
                node_ref=pad
                role="img"
                aria-label=move || if empty() { t_string!(i18n, form.unsigned) } else { t_string!(i18n, form.signed) }
                on:pointerdown=move |event| {
                    event.prevent_default();
                    if let Some(pad) = pad.get_untracked() {
                        // Without capture a stroke ends at the edge, no worse.
                        let _ = pad.set_pointer_capture(event.pointer_id());
                    }
                    if let Some((x, y)) = point(&event) {
                        drawing.set_value(true);
                        // A tap leaves a dot: the line to itself.
                        strokes.update(|strokes| strokes.push(format!("M{x} {y}L{x} {y}")));
                    }
                }
                on:pointermove=move |event| {
                    if drawing.get_value() && let Some((x, y)) = point(&event) {
                        strokes.update(|strokes| {
                            if let Some(stroke) = strokes.last_mut() {
                                stroke.push_str(&format!("L{x} {y}"));
                            }
                        });
                    }
                }
                on:pointerup=move |_| lifted()
                on:pointercancel=move |_| cancelled()
            >
                <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true">
                    <path d=move || strokes.with(|strokes| strokes.concat())></path>
                </svg>
                <When on=Signal::derive(empty)>
                    <span class="signature__prompt" aria-hidden="true">{t!(i18n, form.sign_here)}</span>
                </When>
            </div>
            <div class="signature__buttons">
                <button
                    type="button"
                    class="button button--plain button--small"
                    disabled=empty
                    on:click=move |_| {
                        strokes.update(|strokes| drop(strokes.pop()));
                        undo();
                    }
                >
                    {t!(i18n, form.undo_stroke)}
                </button>
                <button
                    type="button"
                    class="button button--plain button--small"
                    disabled=empty
                    on:click=move |_| {
                        strokes.set(Vec::new());
                        set(None);
                    }
                >
                    {t!(i18n, form.sign_again)}
                </button>
            </div>
        </div>
    }
}
