//! The folder map in ARCHITECTURE.md against the folders there are: a newcomer must be able to
//! trust it.

use std::collections::BTreeSet;

/// Compares the first fenced block with the tree, both ways.
pub fn problems(architecture: &str, tree: &BTreeSet<&str>) -> Vec<String> {
    let map = mapped(architecture);
    if map.is_empty() {
        return vec!["ARCHITECTURE.md: no fenced folder map".to_owned()];
    }
    let unmapped = tree
        .difference(&map)
        .map(|folder| format!("ARCHITECTURE.md: the folder map lacks `{folder}/`"));
    let gone = map.difference(tree).map(|folder| {
        format!("ARCHITECTURE.md: the folder map names `{folder}/`, which is not there")
    });
    unmapped.chain(gone).collect()
}

/// Names with a final slash at the start of a line that is not indented; several may share one
/// line (`public/  style/   what they are`).
fn mapped(architecture: &str) -> BTreeSet<&str> {
    architecture
        .lines()
        .skip_while(|line| !line.starts_with("```"))
        .skip(1)
        .take_while(|line| !line.starts_with("```"))
        .filter(|line| !line.starts_with(char::is_whitespace))
        .flat_map(|line| {
            line.split_whitespace()
                .map_while(|word| word.strip_suffix('/'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "\
# Architecture
```text
Cargo.toml          the workspace
src/                the client
  pages/            one file per screen
public/  style/     icons and/or looks
```
## Later
```
other/              not this block
```
";

    #[test]
    fn an_equal_map_has_no_problem() {
        assert!(problems(MAP, &BTreeSet::from(["public", "src", "style"])).is_empty());
    }

    #[test]
    fn a_folder_missing_on_either_side_is_named() {
        let found = problems(MAP, &BTreeSet::from(["src", "style", "server"]));
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("lacks `server/`"));
        assert!(found[1].contains("names `public/`"));
    }

    #[test]
    fn a_paper_without_a_map_is_a_problem() {
        assert_eq!(problems("# Architecture\n", &BTreeSet::new()).len(), 1);
    }
}
