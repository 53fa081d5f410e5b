//! Messages that anybody may have written: each is read or refused, and what is read is written back to the same.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used)]

#[path = "../drawn/mod.rs"]
mod drawn;
mod messages;

use messages::{
    http_problem, json, mutation, pull_request, pull_response, push_request, push_response, reason,
    record, session, stamp,
};
use proptest::{collection::vec, prelude::*, sample::Index};
use ruyuan_domain::{
    FieldChange, FieldProblem, FieldValue, Mutation, Record, ScopeId, Stamp,
    expression::Expression,
    forms::{Condition, FormDefinition},
    wire::{
        MutationHead, MutationResult, Problem, PullRequest, PullResponse, PushRequest,
        PushResponse, Reason, SessionView, SetupRequest, SignInRequest,
    },
    xform,
};
use serde::{Serialize, de::DeserializeOwned};

/// Writes a value, reads it and writes it again: both texts must be the same. Gives the text.
fn there_and_back<T: Serialize + DeserializeOwned>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&text).unwrap_or_else(|error| unreadable(&text, &error));
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    text
}

#[allow(
    clippy::panic,
    reason = "a test that finds what it looks for must stop"
)]
fn unreadable(text: &str, error: &serde_json::Error) -> ! {
    panic!("{error}: {text}")
}

/// The same, with values that can be compared.
fn same<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> String {
    let text = there_and_back(value);
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
    text
}

/// Reads bytes as every type there is. What is accepted must survive being written.
fn read_as_everything(bytes: &[u8]) {
    fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
        if let Ok(value) = serde_json::from_slice::<T>(bytes) {
            there_and_back(&value);
        }
    }
    read::<PushRequest>(bytes);
    read::<PushResponse>(bytes);
    read::<PullRequest>(bytes);
    read::<PullResponse>(bytes);
    read::<MutationHead>(bytes);
    read::<MutationResult>(bytes);
    read::<Mutation>(bytes);
    read::<FieldChange>(bytes);
    read::<Record>(bytes);
    read::<FieldValue>(bytes);
    read::<Reason>(bytes);
    read::<FieldProblem>(bytes);
    read::<Problem>(bytes);
    read::<SessionView>(bytes);
    read::<SignInRequest>(bytes);
    read::<SetupRequest>(bytes);
    read::<Condition>(bytes);
    read::<FormDefinition>(bytes);
    read::<Expression>(bytes);
    read::<xform::Form>(bytes);
    read::<xform::Answers>(bytes);
    read::<Stamp>(bytes);
    read::<ScopeId>(bytes);
}

/// The text of any message.
fn message() -> impl Strategy<Value = String> {
    prop_oneof![
        push_request().prop_map(|message| there_and_back(&message)),
        pull_request().prop_map(|message| same(&message)),
        push_response().prop_map(|message| same(&message)),
        pull_response().prop_map(|message| same(&message)),
        mutation().prop_map(|message| same(&message)),
        record().prop_map(|message| same(&message)),
        session().prop_map(|message| same(&message)),
        http_problem().prop_map(|message| same(&message)),
        reason().prop_map(|message| same(&message)),
    ]
}

/// Takes a piece out of a text, or puts another there: what is left is often still JSON, of another shape.
fn mutate(text: &mut Vec<u8>, from: Index, to: Index, piece: &[u8]) {
    if text.is_empty() {
        return;
    }
    let (from, to) = (from.index(text.len()), to.index(text.len()));
    text.splice(
        from.min(to)..from.max(to).min(from.min(to) + 40),
        piece.iter().copied(),
    );
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "",
        "null",
        "-1",
        "1e400",
        "18446744073709551616",
        "\"\"",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "[]",
        "{}",
        "\"id\":1,",
        "\"fields\":{},",
    ]);
    prop_oneof![
        4 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ]
}

proptest! {
    #![proptest_config(drawn::config())]

    #[test]
    fn every_message_is_read_as_it_was_written(text in message()) {
        read_as_everything(text.as_bytes());
    }

    #[test]
    fn a_message_with_broken_parts_is_read_or_refused(
        text in message(),
        changes in vec((any::<Index>(), any::<Index>(), piece()), 1..4),
    ) {
        let mut text = text.into_bytes();
        for (from, to, piece) in changes {
            mutate(&mut text, from, to, &piece);
        }
        read_as_everything(&text);
    }

    #[test]
    fn any_json_is_read_or_refused(value in json()) {
        read_as_everything(value.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..100)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn a_stamp_is_read_as_it_was_written(stamp in stamp(), minutes in -1_500..1_500i32) {
        for stamp in [stamp, stamp.at_offset(minutes)] {
            prop_assert_eq!(Stamp::parse(&stamp.to_string()), Some(stamp));
            prop_assert_eq!(stamp.iso_date().len(), 10);
        }
    }

    #[test]
    fn an_instant_that_is_read_can_be_written(
        text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[012][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,12})?(Z|[+-][0-2][0-9]:[0-6][0-9])",
        minutes in -1_500..1_500i32,
    ) {
        if let Some(stamp) = Stamp::parse(&text) {
            prop_assert_eq!(Stamp::parse(&stamp.to_string()), Some(stamp));
            let moved = stamp.at_offset(minutes);
            prop_assert_eq!(Stamp::parse(&moved.to_string()), Some(moved));
        }
    }
}

#[test]
fn what_is_nested_is_read_or_refused() {
    for (open, close) in [
        ("[", "]"),
        ("{\"not\":", "}"),
        ("{\"any\":[", "]}"),
        ("{\"invalid\":", "}"),
    ] {
        for depth in [1, 63, 64, 65, 130, 10_000] {
            let text = format!("{}null{}", open.repeat(depth), close.repeat(depth));
            read_as_everything(text.as_bytes());
        }
    }
}
