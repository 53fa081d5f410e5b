//! Reading JSON objects with little code.
//!
//! What serde derives for a struct is compiled anew for each of them, and again for each way in which a struct may be
//! written that JSON never uses; together it was a fifth of the client's download. Here an object is first taken
//! apart into its members, by one piece of code, and each member is then read as its own type, by one piece of code a
//! type. That costs a second look at each member, which is why rows and pages, read by the ten thousand, are not
//! read this way (`record_reading.rs`).

use crate::Map;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{de::SliceRead, value::RawValue};
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    fmt,
};

/// The members of an object, not yet read.
#[derive(Debug, Default)]
pub struct Members<'de> {
    members: Vec<(Cow<'de, str>, &'de RawValue)>,
    /// What was wrong first.
    fault: RefCell<Option<String>>,
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members {
            members,
            fault: RefCell::default(),
        })
    }
}

impl<'de> Members<'de> {
    fn raw(&self, name: &str) -> Option<&'de RawValue> {
        self.members
            .iter()
            .rfind(|(known, _)| known == name)
            .map(|(_, raw)| *raw)
    }

    /// Reads a member that must be there into its place; where it is missing or is not a `T`, [`Self::fault`] says so.
    pub fn fill<T: Deserialize<'de>>(&self, name: &'static str, place: &mut T) {
        if !self.take(name, &mut reader(place)) {
            self.note(name, &"missing");
        }
    }

    /// Reads a member that need not be there into its place.
    pub fn fill_if_there<T: Deserialize<'de>>(&self, name: &'static str, place: &mut T) {
        self.take(name, &mut reader(place));
    }

    /// Reads a member if it is there, and says whether it is.
    fn take(&self, name: &'static str, reader: &mut Reader<'_, 'de>) -> bool {
        let Some(raw) = self.raw(name) else {
            return false;
        };
        if let Err(error) = read_with(raw, reader) {
            self.note(name, &error);
        }
        true
    }

    /// What was read, if all of it could be.
    ///
    /// # Errors
    /// What was wrong first.
    pub fn done<T, E: Error>(&self, read: T) -> Result<T, E> {
        if self.fault.borrow().is_some() {
            return Err(self.fault());
        }
        Ok(read)
    }

    /// Reads a member that must be there; `None` where it is missing or is not a `T`, which [`Self::fault`] then says.
    pub fn required<T: Deserialize<'de>>(&self, name: &'static str) -> Option<T> {
        let mut place = None;
        if !self.take(name, &mut some_reader(&mut place)) {
            self.note(name, &"missing");
        }
        place
    }

    /// Reads a member that need not be there; `None` where it is not a `T`.
    pub fn or_default<T: Deserialize<'de> + Default>(&self, name: &'static str) -> Option<T> {
        let mut place = None;
        if self.take(name, &mut some_reader(&mut place)) {
            place
        } else {
            Some(T::default())
        }
    }

    fn note(&self, name: &str, why: &dyn fmt::Display) {
        let mut fault = self.fault.borrow_mut();
        if fault.is_none() {
            *fault = Some(format!("{name}: {why}"));
        }
    }

    /// What was wrong with the first member that could not be read.
    pub fn fault<E: Error>(&self) -> E {
        E::custom(self.fault.borrow().as_deref().unwrap_or_default())
    }
}

/// What stands in a struct's place until its member has been read; nobody sees it.
///
/// Not `Default`: these are no values that anything should start with.
pub trait Blank {
    /// The placeholder.
    fn blank() -> Self;
}

/// Makes a default value the placeholder.
#[macro_export]
macro_rules! blank_is_default {
    ($($kind:ty),+ $(,)?) => {$(
        impl $crate::json::Blank for $kind {
            fn blank() -> Self {
                Self::default()
            }
        }
    )+};
}

blank_is_default!(String, bool, u16, u32, u64, usize, i64);

impl<T> Blank for Option<T> {
    fn blank() -> Self {
        None
    }
}

impl<T> Blank for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }
}

impl<K, V> Blank for Map<K, V> {
    fn blank() -> Self {
        Self::new()
    }
}

/// From bytes, as everything else is read: one copy of the reading code.
type Json<'de> = serde_json::Deserializer<SliceRead<'de>>;

/// Reads one value into its place.
type Reader<'a, 'de> = dyn FnMut(&mut Json<'de>) -> Result<(), serde_json::Error> + 'a;

fn reader<'de, T: Deserialize<'de>>(
    place: &mut T,
) -> impl FnMut(&mut Json<'de>) -> Result<(), serde_json::Error> {
    move |json| T::deserialize(json).map(|value| *place = value)
}

fn some_reader<'de, T: Deserialize<'de>>(
    place: &mut Option<T>,
) -> impl FnMut(&mut Json<'de>) -> Result<(), serde_json::Error> {
    move |json| T::deserialize(json).map(|value| *place = Some(value))
}

/// How deep members may stand within members. Real ones stand eight deep; a stack carries twenty times this.
const DEEPEST: u32 = 64;

thread_local! {
    /// How deep the reading is now.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Everything about the reading of a value that is not its type.
fn read_with<'de>(
    raw: &'de RawValue,
    reader: &mut Reader<'_, 'de>,
) -> Result<(), serde_json::Error> {
    // Each member is read from its own start, so the library's limit of depth never counts beyond one: ours does.
    let within = DEPTH.get();
    if within == DEEPEST {
        return Err(serde_json::Error::custom("nested too deeply"));
    }
    DEPTH.set(within + 1);
    // What stands in a raw value is one whole value: there is nothing after it to look for.
    let read = reader(&mut Json::from_slice(raw.get().as_bytes()));
    DEPTH.set(within);
    read
}

fn read<'de, T: Deserialize<'de>>(raw: &'de RawValue) -> Option<T> {
    let mut place = None;
    // Who asks says what is wrong with the whole.
    let _ = read_with(raw, &mut some_reader(&mut place));
    place
}

/// A case of an enumeration: `"name"`, or `{"name": …}` where there is more to say.
#[derive(Debug)]
pub struct Case<'de> {
    /// Which case.
    pub name: Cow<'de, str>,
    value: Option<&'de RawValue>,
}

impl<'de> Deserialize<'de> for Case<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('"') {
            let name: String = read(raw).unwrap_or_default();
            return Ok(Self {
                name: Cow::Owned(name),
                value: None,
            });
        }
        let Members { mut members, .. } = read(raw).unwrap_or_default();
        match (members.pop(), members.is_empty()) {
            (Some((name, value)), true) => Ok(Self {
                name,
                value: Some(value),
            }),
            _ => Err(D::Error::custom("expected one case")),
        }
    }
}

impl<'de> Case<'de> {
    /// What the case says, as a whole; `None` where it says nothing, or not a `T`.
    pub fn value<T: Deserialize<'de>>(&self) -> Option<T> {
        self.value.and_then(read)
    }

    /// What the case says, by name; nothing where it says nothing.
    pub fn members(&self) -> Members<'de> {
        self.value.and_then(read).unwrap_or_default()
    }

    /// What was wrong: a member, or the case itself.
    pub fn fault<E: Error>(&self, members: &Members<'_>) -> E {
        match members.fault.borrow().as_deref() {
            Some(fault) => E::custom(fault),
            None => unknown_name(&self.name),
        }
    }
}

/// Reads a struct from an object: members that must be there, then members that need not.
#[macro_export]
macro_rules! read_from_members {
    ($name:ident { $($required:ident),* $(,)? } $({ $($default:ident),* $(,)? })?) => {
        impl $crate::json::Blank for $name {
            fn blank() -> Self {
                Self {
                    $($required: $crate::json::Blank::blank(),)*
                    $($($default: $crate::json::Blank::blank(),)*)?
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let members = <$crate::json::Members<'de> as ::serde::Deserialize>::deserialize(deserializer)?;
                let mut read = <Self as $crate::json::Blank>::blank();
                $(members.fill(stringify!($required), &mut read.$required);)*
                $($(members.fill_if_there(stringify!($default), &mut read.$default);)*)?
                members.done(read)
            }
        }
    };
}

/// Reads an enumeration of which some cases say more than their names: for each case's name, what makes it of the
/// case and its members, `None` where they do not.
#[macro_export]
macro_rules! read_from_cases {
    ($name:ident($case:ident, $members:ident) { $($text:literal => $read:expr),+ $(,)? }) => {
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $case = <$crate::json::Case<'de> as ::serde::Deserialize>::deserialize(deserializer)?;
                let $members = $case.members();
                let read = match $case.name.as_ref() {
                    $($text => $read,)+
                    _ => None,
                };
                read.ok_or_else(|| $case.fault(&$members))
            }
        }
    };
}

/// Reads an enumeration whose cases are bare names.
#[macro_export]
macro_rules! read_from_names {
    ($name:ident { $first:literal => $blank:ident, $($text:literal => $case:ident),* $(,)? }) => {
        impl $crate::json::Blank for $name {
            fn blank() -> Self {
                Self::$blank
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <::std::string::String as ::serde::Deserialize>::deserialize(deserializer)?;
                match name.as_str() {
                    $first => Ok(Self::$blank),
                    $($text => Ok(Self::$case),)*
                    _ => Err($crate::json::unknown_name(&name)),
                }
            }
        }
    };
}

/// The name is none of those known.
#[doc(hidden)]
pub fn unknown_name<E: Error>(name: &str) -> E {
    E::custom(format_args!("`{name}` is not known here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Firm {
        name: String,
        staff: Option<u32>,
    }

    read_from_members!(Firm { name } { staff });

    fn firm(text: &str) -> Result<Firm, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn members_are_read_in_any_order_and_unknown_ones_are_passed_over() {
        let read = firm(r#"{"later": [1, {"x": 2}], "staff": 12, "name": "甲\n乙"}"#);
        assert_eq!(
            read,
            Ok(Firm {
                name: "甲\n乙".to_owned(),
                staff: Some(12)
            })
        );
        assert_eq!(firm(r#"{"name": "甲"}"#).map(|firm| firm.staff), Ok(None));
        assert_eq!(
            firm(r#"{"name": "甲", "staff": null}"#).map(|firm| firm.staff),
            Ok(None)
        );
    }

    #[test]
    fn an_error_names_the_member() {
        let refused = [
            (r#"{"staff": 1}"#, "name: missing"),
            (r#"{"name": 5}"#, "name: invalid type"),
            (r#"{"name": "甲", "staff": -1}"#, "staff: invalid value"),
            (r#"["甲"]"#, "an object"),
            (r#"{"name": "甲""#, "EOF"),
        ];
        for (text, why) in refused {
            let error = firm(text).err().unwrap_or_default();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_case_is_a_name_or_an_object_of_one() {
        let case = |text: &'static str| serde_json::from_str::<Case<'_>>(text).ok();
        assert_eq!(
            case(r#""bare""#)
                .map(|case| case.name.into_owned())
                .as_deref(),
            Some("bare")
        );
        let full = case(r#"{"full": {"name": "甲"}}"#);
        let value: Option<Firm> = full.and_then(|case| case.value());
        assert_eq!(value.map(|firm| firm.name).as_deref(), Some("甲"));
        for wrong in [r#"{}"#, r#"{"a": 1, "b": 2}"#, "5", "null"] {
            assert!(case(wrong).is_none(), "{wrong}");
        }
    }
}
