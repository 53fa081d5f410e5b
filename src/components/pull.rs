//! Pulling a screen down from its top asks for what is new, as in other apps.

use super::when::When;
use crate::{i18n::*, state::store::use_store};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, TouchEvent};

/// So far down, in the screen's pixels, it is meant.
const MEANT: i32 = 72;

/// So far down it is shown that something would come of it.
const SHOWN: i32 = 16;

/// Where a finger draws, or drags, it does not pull.
const NOT_HERE: &str = ".signature__pad, .stop__handle, dialog, textarea";

/// How far a screen is pulled down.
#[derive(Clone, Copy)]
pub struct Pull {
    /// Where the finger was put down, at the top of the screen.
    from: StoredValue<Option<(i32, i32)>>,
    distance: RwSignal<i32>,
    /// Let go of far enough down, until the round of sync that this began has ended.
    asked: RwSignal<bool>,
}

impl Pull {
    /// Of a screen that nobody pulls.
    pub fn new() -> Self {
        Self {
            from: StoredValue::new(None),
            distance: RwSignal::new(0),
            asked: RwSignal::new(false),
        }
    }

    /// A finger is put down.
    pub fn begin(self, event: &TouchEvent) {
        let scroller: Option<Element> = event.current_target().and_then(|at| at.dyn_into().ok());
        let touched: Option<Element> = event.target().and_then(|at| at.dyn_into().ok());
        let at_top = scroller.is_some_and(|scroller| scroller.scroll_top() <= 0);
        let elsewhere = touched.is_some_and(|at| matches!(at.closest(NOT_HERE), Ok(Some(_))));
        let from = only_finger(event).filter(|_| at_top && !elsewhere);
        self.from.set_value(from);
    }

    /// It moves.
    pub fn go_on(self, event: &TouchEvent) {
        let Some((from_x, from_y)) = self.from.get_value() else {
            return;
        };
        let moved = only_finger(event).map(|(x, y)| (x - from_x, y - from_y));
        match moved {
            Some((aside, down)) if down >= 0 && aside.abs() <= down.max(SHOWN) => {
                self.distance.set(down);
            }
            // Up or aside, or with a second finger: another gesture.
            _ => self.give_up(),
        }
    }

    /// The browser has taken the gesture for another.
    pub fn give_up(self) {
        self.from.set_value(None);
        self.distance.set(0);
    }

    /// It is lifted; says whether that asks for what is new.
    pub fn end(self) -> bool {
        let meant = self.distance.get_untracked() >= MEANT;
        self.give_up();
        self.asked.set(meant);
        meant
    }
}

fn only_finger(event: &TouchEvent) -> Option<(i32, i32)> {
    let touches = event.touches();
    let touch = touches.item(0).filter(|_| touches.length() == 1)?;
    Some((touch.client_x(), touch.client_y()))
}

/// Says at the top of the screen what pulling does.
#[component]
pub fn Pulled(pull: Pull) -> impl IntoView {
    let i18n = use_i18n();
    let status = use_store().sync.status;
    // Begun a moment after it was asked for.
    Effect::new(move |before: Option<bool>| {
        let running = status.with(|status| status.running);
        if before == Some(true) && !running {
            pull.asked.set(false);
        }
        running
    });
    let words = move || match (pull.asked.get(), pull.distance.get()) {
        (true, _) => t_string!(i18n, pull.running),
        (_, distance) if distance >= MEANT => t_string!(i18n, pull.let_go),
        (_, distance) if distance >= SHOWN => t_string!(i18n, pull.go_on),
        _ => "",
    };
    view! {
        <When on=Signal::derive(move || !words().is_empty())>
            <p class="pull" role="status">{words}</p>
        </When>
    }
}
