//! Native `<dialog>`: focus, Escape and the screen reader are the browser's.

use leptos::{html, prelude::*};

/// A dialog that is on the screen, before everything else, while this is true.
pub fn shown_by(open: RwSignal<bool>) -> NodeRef<html::Dialog> {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else {
            return;
        };
        if open.get() {
            // Shown already, or taken out of the page: nothing to do either way.
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
    dialog
}
