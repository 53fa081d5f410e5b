//! Turns `locales/` into constants, and refuses texts that differ in their keys or their gaps.

use serde_json::{Map, Value};
use std::{env, error::Error, fmt::Write, fs, path::Path};

/// The languages, in the order in which a text holds them.
const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut texts = Vec::new();
    for language in LANGUAGES {
        let path = format!("../locales/{language}.json");
        println!("cargo::rerun-if-changed={path}");
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let read: Map<String, Value> =
            serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        texts.push(read);
    }
    let [chinese, english] = texts.as_slice() else {
        return Err("expected two languages".into());
    };
    let (mut source, mut faults) = (String::new(), Vec::new());
    write_group("", chinese, english, &mut source, &mut faults)?;
    if !faults.is_empty() {
        return Err(format!("locales: {}", faults.join("; ")).into());
    }
    let to = Path::new(&env::var("OUT_DIR")?).join("texts.rs");
    fs::write(to, source)?;
    Ok(())
}

/// Writes a group as a module of constants, groups within it as modules of their own.
fn write_group(
    path: &str,
    chinese: &Map<String, Value>,
    english: &Map<String, Value>,
    source: &mut String,
    faults: &mut Vec<String>,
) -> Result<(), Box<dyn Error>> {
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
