//! Rules for single source files: what every one must have, and what none may contain.
//!
//! Plain text search, no parser: a rule that is now and then too strict is cheaper than one that
//! nobody can read.

use super::TOKENS;

/// About 400 lines are a sign to split a file; at this many it is a must.
const MOST_LINES: usize = 500;

/// Folders whose files are held to that.
const SIZED: [&str; 6] = ["bench/", "domain/", "server/", "src/", "sync/", "xtask/"];

/// What is drawn on screen, where a colour has to be a token.
const DRAWN: [&str; 4] = ["index.html", "public/", "src/", "style/"];

/// The only place where SQL may stand.
const STORE: &str = "server/src/store/";

/// Whether any rule applies to a file.
pub fn is_source(file: &str) -> bool {
    const ENDINGS: [&str; 8] = [
        ".rs",
        ".css",
        ".html",
        ".js",
        ".mjs",
        ".ts",
        ".sql",
        ".webmanifest",
    ];
    ENDINGS.iter().any(|ending| file.ends_with(ending))
}

/// What is wrong with one file; each problem begins with `:line: ` or `: `.
pub fn problems(file: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES && SIZED.iter().any(|folder| file.starts_with(folder)) {
        found.push(format!(": {lines} lines, at most {MOST_LINES}: split it"));
    }
    let rust = file.ends_with(".rs");
    let drawn = file != TOKENS && DRAWN.iter().any(|place| file.starts_with(place));
    if rust && !text.starts_with("//!") {
        found.push(": does not begin with module docs (`//!`)".to_owned());
    }
    for (number, line) in text.lines().enumerate() {
        let mut report = |what: &str| found.push(format!(":{}: {what}", number + 1));
        if rust {
            if let Some(word) = unfinished(line) {
                report(&format!("`{word}` does not stay"));
            }
            if file.starts_with("server/src/") && !file.starts_with(STORE) && has_sql(line) {
                report("SQL outside server/src/store/");
            }
        }
        if drawn && has_hex_colour(line, file.ends_with(".css")) {
            report("a colour outside style/tokens.css");
        }
        if (file.starts_with("style/") || file.ends_with(".html")) && has_px_font(line) {
            report("a font size in px: use rem, so that large text works");
        }
    }
    found
}

/// Put together here, so that this file does not find itself.
fn unfinished(line: &str) -> Option<&'static str> {
    const WORDS: [&str; 3] = [
        concat!("todo", "!"),
        concat!("unimplemented", "!"),
        concat!("dbg", "!("),
    ];
    WORDS.into_iter().find(|word| line.contains(word))
}

fn has_sql(line: &str) -> bool {
    const WORDS: [&str; 6] = [
        "SELECT ",
        "INSERT INTO",
        "UPDATE ",
        "DELETE FROM",
        "CREATE TABLE",
        "PRAGMA ",
    ];
    !line.trim_start().starts_with("//") && WORDS.iter().any(|word| line.contains(word))
}

/// `#RRGGBB`, also with alpha; in style sheets the short forms too, which elsewhere are issue
/// numbers and anchors.
fn has_hex_colour(line: &str, short_forms: bool) -> bool {
    line.match_indices('#').any(|(at, _)| {
        let digits = line[at + 1..]
            .find(|character: char| !character.is_ascii_hexdigit())
            .unwrap_or(line.len() - at - 1);
        let goes_on = line[at + 1 + digits..]
            .starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_');
        let length = matches!(digits, 6 | 8) || (short_forms && matches!(digits, 3 | 4));
        length && !goes_on
    })
}

/// `font-size: 15px` and `font: 600 15px/22px …`, several declarations a line included.
fn has_px_font(line: &str) -> bool {
    line.split(['{', ';', '}', '"'])
        .filter_map(|declaration| declaration.split_once(':'))
        .filter(|(name, _)| matches!(name.trim(), "font" | "font-size"))
        .any(|(_, value)| {
            value
                .match_indices("px")
                .any(|(at, _)| value[..at].ends_with(|before: char| before.is_ascii_digit()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that breaks one rule, and part of the sentence it gets.
    #[test]
    fn each_rule_finds_its_breach() {
        let long = format!("//! Long.\n{}", "\n".repeat(MOST_LINES));
        let todo = concat!("//! Docs.\nfn f() { todo", "!() }\n");
        let dbg = concat!("//! Docs.\nfn f() { dbg", "!(1); }\n");
        for (file, text, part) in [
            ("src/main.rs", "fn main() {}\n", "module docs"),
            ("build.rs", "// Not docs.\n", "module docs"),
            ("sync/src/merge.rs", long.as_str(), "501 lines"),
            ("src/app.rs", todo, ":2: `todo"),
            ("tests/two.rs", dbg, ":2: `dbg"),
            (
                "src/app.rs",
                "//! D.\nconst C: &str = \"#0B6E69\";\n",
                "colour",
            ),
            ("style/main.css", "a { color: #fff }\n", "colour"),
            ("index.html", "<meta content=\"#0b6e69\">\n", "colour"),
            ("style/main.css", "a { margin: 0; font-size: 15px }\n", "px"),
            ("style/main.css", "a { font: 600 15px/22px serif }\n", "px"),
            (
                "server/src/routes.rs",
                "//! R.\nq(\"SELECT 1\");\n",
                ":2: SQL",
            ),
            (
                "server/src/main.rs",
                "//! M.\nq(\"INSERT INTO a\");\n",
                "SQL",
            ),
        ] {
            let found = problems(file, text);
            assert_eq!(found.len(), 1, "{file}: {found:?}");
            assert!(found[0].contains(part), "{file}: {found:?}");
        }
    }

    #[test]
    fn what_is_allowed_stays_silent() {
        for (file, text) in [
            (TOKENS, ":root { --ink: #1A1F22; }\n"),
            (
                "style/main.css",
                "a { padding: 12px; font-size: 1.0625rem }\n",
            ),
            ("style/main.css", ".feed#facade-x { color: var(--ink) }\n"),
            ("server/src/store/sqlite.rs", "//! S.\nq(\"SELECT 1\");\n"),
            ("server/src/apply.rs", "//! A.\n// The UPDATE waits.\n"),
            (
                "domain/src/lib.rs",
                "//! D.\n#[derive(Clone)]\n// issue #123456x\n",
            ),
            ("tests/e2e/long.ts", "\n"),
        ] {
            assert_eq!(problems(file, text), Vec::<String>::new(), "{file}");
        }
    }

    #[test]
    fn text_in_any_script_does_not_trip_the_search() {
        let text = "//! 入园。\nconst T: &str = \"#入园 选填 #\";\n";
        assert!(problems("src/texts.rs", text).is_empty());
    }
}
