//! Forms that anybody may have written: read or refused, checked, and filled if they can be, and nothing stops the program.
#![allow(clippy::unwrap_used)]

use super::{play, sheet};
use proptest::{prelude::*, sample::Index};
use ruyuan_domain::xform::{Answers, At, Filling, Form, Role};
use std::sync::Arc;

const ROWS: [&str; 9] = [
    "integer a | relevant = ${c} > 1 | label = ${a} and ${c}",
    "repeat r | count = 2",
    "  integer c | default = 5 | constraint = . > position(..)",
    "  select_one l d | filter = x = ${c}",
    "calculate e | calculation = sum(${c}) + count(${r})",
    "text f | trigger = a | calculation = //c",
    "list l",
    "  choice x 甲 | x = 5",
    "  choice y ${a} | x = 6",
];

fn play_json(text: &[u8]) {
    let Ok(form) = serde_json::from_slice::<Form>(text) else {
        return;
    };
    let written = serde_json::to_string(&form).unwrap();
    let again: Form = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    for flaw in form.check() {
        flaw.why.sentence(ruyuan_domain::Language::Chinese);
        form.path(flaw.node);
    }
    let Ok(mut filling) = Filling::begin(Arc::new(form), play::inputs()) else {
        return;
    };
    for round in 0..3 {
        let mut next = vec![At::FORM];
        while let Some(at) = next.pop() {
            let _ = filling.set(at, ["1", "x", ""][round]);
            let id = ruyuan_domain::RecordId::from_u128(round as u128);
            let _ = filling.add(at, id);
            filling.choices(at);
            filling.label(at);
            if filling.role(at) == Role::Instance && round == 1 {
                let _ = filling.remove(at);
            }
            next.extend(filling.contents(at).into_iter().take(20));
        }
    }
    filling.problems();
    filling.xml();
    let saved = serde_json::to_string(&filling.saved()).unwrap();
    let saved: Answers = serde_json::from_str(&saved).unwrap();
    let form = Arc::new(filling.form().clone());
    Filling::restore(form, play::inputs(), &saved).unwrap();
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "0",
        "1",
        "2",
        "7",
        "4294967295",
        "-1",
        "\"a\"",
        "\"r\"",
        "\"group\"",
        "\"repeat\"",
        "[]",
        "{}",
        "null",
        "\"parent\":1,",
        "\"list\":9,",
        "\"trigger\":[2,9],",
        "#",
        "'",
        "(0 today",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
    ])
}

proptest! {
    #![proptest_config(crate::drawn::config())]

    #[test]
    fn no_form_stops_the_program(
        changes in prop::collection::vec((any::<Index>(), 0..12_usize, piece()), 0..5),
    ) {
        let (form, _) = sheet::form(&ROWS);
        let mut text = serde_json::to_string(&form).unwrap().into_bytes();
        for (at, length, piece) in changes {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, piece.bytes());
        }
        play_json(&text);
    }

    #[test]
    fn no_tree_of_nodes_stops_the_program(
        nodes in prop::collection::vec((0..12_u32, prop::sample::select(vec!["group", "repeat", "integer", "select_one", "calculate"]), 0..4_usize), 0..14),
    ) {
        let names = ["a", "b", "c", ""];
        let nodes: Vec<_> = nodes
            .iter()
            .map(|(parent, kind, name)| serde_json::json!({ "parent": parent, "kind": kind, "name": names[*name], "list": parent }))
            .collect();
        let form = serde_json::json!({
            "form_id": "f", "version": "1", "engine": 1, "title": {}, "nodes": nodes,
        });
        play_json(form.to_string().as_bytes());
    }
}

#[test]
fn what_is_too_deep_or_too_much_is_refused() {
    let nodes = |count: u32, parent: fn(u32) -> u32, kind: &str| {
        let nodes: Vec<_> = (0..count)
            .map(|id| serde_json::json!({ "parent": parent(id), "kind": kind, "name": format!("n{id}") }))
            .collect();
        let form = serde_json::json!({
            "form_id": "f", "version": "1", "engine": 1, "title": {}, "nodes": nodes,
        });
        serde_json::from_str::<Form>(&form.to_string()).unwrap()
    };
    let deep = nodes(18, |id| id.saturating_sub(1), "group");
    assert_eq!(sheet::flaws(&deep, &deep.check()).len(), 2);
    assert!(Filling::begin(Arc::new(deep), play::inputs()).is_err());
    let many = nodes(20_001, |_| 0, "group");
    assert_eq!(
        sheet::flaws(&many, &many.check()),
        ["n0 Kind: there are too many questions: make several forms of it"]
    );
    // Repeats in repeats that count to a thousand each are cut off, not made.
    let lines = [
        "repeat a | count = 1000",
        "  repeat b | count = 1000",
        "    repeat c | count = 1000",
        "      integer d",
    ];
    let (form, _) = sheet::form(&lines);
    let filling = Filling::begin(Arc::new(form), play::inputs()).unwrap();
    assert!(
        filling
            .saved()
            .repeats
            .get("a")
            .is_some_and(|all| all.len() <= 1_000)
    );
}
