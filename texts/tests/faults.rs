//! Texts that differ between the languages are refused, all at once.
#![allow(clippy::unwrap_used)]

#[path = "../source.rs"]
mod source;

use serde_json::json;

fn faults(chinese: &serde_json::Value, english: &serde_json::Value) -> Vec<String> {
    let (mut written, mut faults) = (String::new(), Vec::new());
    let (chinese, english) = (chinese.as_object().unwrap(), english.as_object().unwrap());
    source::write_group("", chinese, english, &mut written, &mut faults).unwrap();
    faults
}

#[test]
fn texts_with_the_same_keys_and_gaps_are_right() {
    let chinese = json!({"visit": {"sent": "已上传 {time}", "of": "{n} 家，{name}"}});
    let english = json!({"visit": {"sent": "Sent {time}", "of": "{name}, {n} firms"}});
    assert_eq!(faults(&chinese, &english), Vec::<String>::new());
}

#[test]
fn every_difference_is_named() {
    let chinese = json!({"a": "甲", "b": {"c": "{n} 条", "d": "丁"}, "e": "戊"});
    let english = json!({"a": "A", "b": {"c": "many", "f": "F"}, "e": {"g": "G"}});
    assert_eq!(
        faults(&chinese, &english),
        [
            "b.c has other gaps in the other language",
            "b.d is not the same in both languages",
            "b.f has no Chinese",
            "e is not the same in both languages",
        ]
    );
}
