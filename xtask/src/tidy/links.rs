//! A link from one document to another leads to a file that is there.

use std::collections::BTreeSet;

/// Links of a Markdown file to nothing; `known` are the project's files and folders, from its root.
pub fn problems(file: &str, text: &str, known: &BTreeSet<&str>) -> Vec<String> {
    let here = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let targets = text.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', '#', ' ']).next()?;
        (!target.is_empty() && !target.contains(':')).then_some(target)
    });
    targets
        .filter(|target| !known.contains(joined(here, target).as_str()))
        .map(|target| format!("{file}: the link to {target} leads nowhere"))
        .collect()
}

/// A path from a folder, with its `..` taken away.
fn joined(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_named() {
        let known = BTreeSet::from(["docs", "docs/adr", "docs/a.md", "README.md"]);
        let text = "[a](a.md#part) [up](../README.md) [adr](adr/) [web](https://a.b/c) [x](b.md) [here](#part)";
        assert_eq!(
            problems("docs/x.md", text, &known),
            ["docs/x.md: the link to b.md leads nowhere"]
        );
    }
}
