//! The forms' expressions: what they come to, and that no text and no tree makes them stop.
#![cfg(not(target_family = "wasm"))]

#[path = "drawn/mod.rs"]
mod drawn;
#[path = "expressions/outline.rs"]
mod outline;

use proptest::prelude::*;
use ruyuan_domain::expression::{Why, parse};

#[test]
fn expressions_come_to_what_the_list_says() {
    assert_eq!(outline::wrong(), Vec::<String>::new());
}

#[test]
fn what_is_too_long_or_too_deep_is_refused() {
    let why = |text: &str| parse(text).map_err(|mistake| mistake.why);
    assert_eq!(why(""), Err(Why::Empty));
    assert_eq!(why("  "), Err(Why::Empty));
    assert_eq!(why(&"1+".repeat(20_000)), Err(Why::TooLong));
    for (open, close) in [("(", ")"), ("string(", ")"), ("/a[", "]")] {
        let nested = |times| format!("{}1{}", open.repeat(times), close.repeat(times));
        assert_eq!(why(&nested(1_000)), Err(Why::TooDeep), "{open}");
        assert!(why(&nested(50)).is_ok(), "{open}");
    }
}

#[test]
fn long_chains_are_not_deep() {
    let sum = vec!["1"; 5_000].join(" + ");
    assert_eq!(outline::outcome(&sum), "5000");
    let minuses = format!("{}1", "-".repeat(9_999));
    assert_eq!(outline::outcome(&minuses), "-1");
    let path = format!("/data{}", "/..".repeat(5_000));
    assert_eq!(outline::outcome(&path), "[]");
}

#[test]
fn what_takes_too_long_ends() {
    let mut search = "//*".to_owned();
    for _ in 0..12 {
        search = format!("//*[count({search}) > 0]");
    }
    assert_eq!(
        outline::outcome(&search),
        "fault: the expression takes too long to evaluate"
    );
    let mut doubled = "'知识产权'".to_owned();
    for _ in 0..8 {
        doubled = format!("concat({doubled}, {doubled})");
    }
    let long = format!("string-length({doubled})");
    assert_eq!(outline::outcome(&long), "1024");
    let pattern = format!("regex({doubled}, '(知|识|产|权)*$')");
    assert_eq!(outline::outcome(&pattern), "true");
}

const OPERATORS: [&str; 12] = [
    "+", "-", "*", "div", "mod", "=", "!=", "<", ">=", "or", "and", "|",
];
const CALLS: [&str; 22] = [
    "string",
    "number",
    "date",
    "count",
    "sum",
    "int",
    "round",
    "selected-at",
    "substr",
    "format-date",
    "randomize",
    "regex",
    "join",
    "min",
    "once",
    "position",
    "uuid",
    "decimal-time",
    "translate",
    "distance",
    "checklist",
    "weighted-checklist",
];

/// Expressions as people write them, and a little beside.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("/data/staff".to_owned()),
        Just("//*".to_owned()),
        Just("..".to_owned()),
        Just("today()".to_owned()),
        Just("''".to_owned()),
        "[0-9]{1,20}(\\.[0-9]{0,3})?",
        "'[a-z0-9 :T-]{0,12}'",
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            (
                prop::sample::select(&OPERATORS[..]),
                inner.clone(),
                inner.clone()
            )
                .prop_map(|(operator, left, right)| format!("({left} {operator} {right})")),
            (
                prop::sample::select(&CALLS[..]),
                prop::collection::vec(inner.clone(), 0..5)
            )
                .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", "))),
            (inner.clone(), inner).prop_map(|(of, predicate)| format!("{of}[{predicate}]")),
        ]
    })
}

proptest! {
    #![proptest_config(drawn::config())]

    #[test]
    fn no_expression_stops_the_program(text in expression()) {
        outline::outcome(&text);
    }

    #[test]
    fn no_text_stops_the_program(text in "\\PC{0,80}") {
        outline::outcome(&text);
    }

    #[test]
    fn no_row_of_tokens_stops_the_program(
        tokens in prop::collection::vec(prop::sample::select(&[
            "/", "//", ".", "..", "(", ")", "[", "]", ",", "*", "-", "+", "=", "<", "and", "or", "div", "|", "a",
            "node()", "child::", "self::", "1", "'x'", "true()", "concat(", "if(", "@", "::", ":",
        ][..]), 0..24),
        blanks: bool,
    ) {
        outline::outcome(&tokens.join(if blanks { " " } else { "" }));
    }
}
