//! Forms: what is wrong with one, and what is seen while one is filled.
#![cfg(not(target_family = "wasm"))]

#[path = "drawn/mod.rs"]
mod drawn;
#[path = "xform/edits.rs"]
mod edits;
#[path = "xform/hostile.rs"]
mod hostile;
#[path = "xform/measure.rs"]
mod measure;
#[path = "xform/play.rs"]
mod play;
#[path = "xform/sheet.rs"]
mod sheet;

#[test]
fn forms_are_filled_as_the_list_says() {
    assert_eq!(play::wrong(), Vec::<String>::new());
    assert!(play::count() >= 40);
}
