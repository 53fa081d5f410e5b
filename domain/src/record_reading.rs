//! Reading rows and their values, by hand: a phone reads ten thousand of them at a start.
//!
//! What serde derives for an untagged value and for flattened unknown fields reads everything twice and is three
//! times the code in the download.

use crate::{FieldValue, Map, Record};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use std::{borrow::Cow, fmt};

impl<'de> Deserialize<'de> for FieldValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = FieldValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a whole number, or a truth value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<FieldValue, E> {
        Ok(FieldValue::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<FieldValue, E> {
        Ok(FieldValue::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<FieldValue, E> {
        i64::try_from(value)
            .map(FieldValue::Integer)
            .map_err(|_| E::custom("a whole number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(value))
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let (mut id, mut root, mut kind, mut scope, mut seq) = (None, None, None, None, None);
        let (mut version, mut fields, mut deleted, mut by, mut at) = (None, None, None, None, None);
        let mut unknown = Map::new();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match key.as_ref() {
                "id" => id = Some(map.next_value()?),
                "root" => root = Some(map.next_value()?),
                "kind" => kind = Some(map.next_value()?),
                "scope" => scope = Some(map.next_value()?),
                "seq" => seq = Some(map.next_value()?),
                "version" => version = Some(map.next_value()?),
                "fields" => fields = Some(map.next_value()?),
                "deleted" => deleted = Some(map.next_value()?),
                "by" => by = Some(map.next_value()?),
                "at" => at = Some(map.next_value()?),
                // What a later version added is kept and sent on unread.
                _ => drop(unknown.insert(key.into_owned(), map.next_value()?)),
            }
        }
        let missing = A::Error::missing_field;
        Ok(Record {
            id: id.ok_or_else(|| missing("id"))?,
            root: root.ok_or_else(|| missing("root"))?,
            kind: kind.ok_or_else(|| missing("kind"))?,
            scope: scope.ok_or_else(|| missing("scope"))?,
            seq: seq.ok_or_else(|| missing("seq"))?,
            version: version.ok_or_else(|| missing("version"))?,
            fields: fields.ok_or_else(|| missing("fields"))?,
            deleted: deleted.ok_or_else(|| missing("deleted"))?,
            by: by.ok_or_else(|| missing("by"))?,
            at: at.ok_or_else(|| missing("at"))?,
            unknown,
        })
    }
}
