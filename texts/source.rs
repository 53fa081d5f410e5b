//! The texts as Rust, and what is wrong with them.

use serde_json::{Map, Value};
use std::fmt::{self, Write};

/// Writes a group as a module of constants, groups within it as modules of their own.
pub fn write_group(
    path: &str,
    chinese: &Map<String, Value>,
    english: &Map<String, Value>,
    source: &mut String,
    faults: &mut Vec<String>,
) -> fmt::Result {
    for (key, value) in chinese {
        let path = format!("{path}{key}");
        match (value, english.get(key)) {
            (Value::String(chinese), Some(Value::String(english))) => {
                if gaps(chinese) != gaps(english) {
                    faults.push(format!("{path} has other gaps in the other language"));
                }
                writeln!(
                    source,
                    "#[doc = {chinese:?}]\npub const r#{key}: Text = Text(&[{chinese:?}, {english:?}]);"
                )?;
            }
            (Value::Object(chinese), Some(Value::Object(english))) => {
                writeln!(
                    source,
                    "#[doc = \"`{path}`.\"]\npub mod r#{key} {{\nuse super::Text;"
                )?;
                write_group(&format!("{path}."), chinese, english, source, faults)?;
                writeln!(source, "}}")?;
            }
            _ => faults.push(format!("{path} is not the same in both languages")),
        }
    }
    for key in english.keys().filter(|key| !chinese.contains_key(*key)) {
        faults.push(format!("{path}{key} has no Chinese"));
    }
    Ok(())
}

/// The names between braces, sorted.
fn gaps(text: &str) -> Vec<&str> {
    let mut gaps: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect();
    gaps.sort_unstable();
    gaps
}
