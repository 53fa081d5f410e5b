//! Turns `locales/` into constants, and refuses texts that differ in their keys or their gaps.

mod source;

use serde_json::{Map, Value};
use std::{env, error::Error, fs, path::Path};

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
    source::write_group("", chinese, english, &mut source, &mut faults)?;
    if !faults.is_empty() {
        return Err(format!("locales: {}", faults.join("; ")).into());
    }
    let to = Path::new(&env::var("OUT_DIR")?).join("texts.rs");
    fs::write(to, source)?;
    Ok(())
}
