//! Forms written in few lines: a row each, by indentation in their groups, and their lists.
#![allow(clippy::unwrap_used, clippy::panic)]

use ruyuan_domain::{
    expression::Expression,
    xform::{
        Choice, ENGINE, Flaw, Form, List, Node, NodeId, NodeKind, Records, Wording, compile,
        compile_text,
    },
};

/// A row: how deep, what it begins with, and its columns.
struct Row<'t> {
    depth: usize,
    words: Vec<&'t str>,
    columns: Vec<(&'t str, &'t str)>,
}

fn rows<'t>(lines: &[&'t str]) -> Vec<Row<'t>> {
    let rows = lines.iter().map(|line| {
        let text = line.trim_start();
        let depth = (line.len() - text.len()) / 2;
        let mut parts = text.split(" | ");
        let words = parts.next().unwrap().split_whitespace().collect();
        let columns = parts.map(|part| part.split_once(" = ").unwrap_or((part, "")));
        Row {
            depth,
            words,
            columns: columns
                .map(|(name, text)| (name.trim(), text.trim()))
                .collect(),
        }
    });
    rows.collect()
}

fn kind(word: &str) -> NodeKind {
    serde_json::from_value(word.into()).unwrap_or_else(|_| panic!("no kind {word}"))
}

/// The form of these lines, and the mistakes in its expressions.
pub fn form(lines: &[&str]) -> (Form, Vec<String>) {
    let mut form = Form {
        form_id: "case".to_owned(),
        version: "1".to_owned(),
        engine: ENGINE,
        languages: Vec::new(),
        title: Wording::default(),
        nodes: vec![Node {
            name: "data".to_owned(),
            ..Node::default()
        }],
        lists: Vec::new(),
        instance_name: None,
        entities: Vec::new(),
        settings: Default::default(),
    };
    let rows = rows(lines);
    for row in &rows {
        if let ["list", name, rest @ ..] = row.words.as_slice() {
            form.lists.push(List {
                name: (*name).to_owned(),
                records: rest.first().map(|records| records_of(records)),
                choices: Vec::new(),
            });
        }
    }
    let mut above: Vec<NodeId> = vec![0];
    let mut places = Vec::new();
    for row in &rows {
        match row.words.as_slice() {
            ["list" | "choice", ..] | ["instance_name"] => {}
            ["languages", languages @ ..] => {
                form.languages = languages.iter().map(|tag| (*tag).to_owned()).collect();
            }
            words => {
                let (word, name) = (words[0], words[words.len() - 1]);
                let list = (words.len() == 3).then(|| form.list_named(words[1]).unwrap());
                above.truncate(row.depth + 1);
                form.nodes.push(Node {
                    name: name.to_owned(),
                    kind: kind(word),
                    parent: *above.last().unwrap(),
                    list,
                    ..Node::default()
                });
                let id = form.nodes.len() as NodeId - 1;
                above.push(id);
                places.push((id, row));
            }
        }
    }
    choices(&mut form, &rows);
    let mut mistakes = Vec::new();
    for (id, row) in places {
        for (column, text) in &row.columns {
            if let Err(mistake) = put(&mut form, id, column, text) {
                mistakes.push(format!(
                    "{} {column}: {mistake}",
                    form.nodes[id as usize].name
                ));
            }
        }
    }
    for row in &rows {
        if row.words == ["instance_name"] {
            form.instance_name = Some(compile(&form, 0, row.columns[0].1).unwrap());
        }
    }
    (form, mistakes)
}

fn choices(form: &mut Form, rows: &[Row<'_>]) {
    let mut list = 0;
    for row in rows {
        match row.words.as_slice() {
            ["list", name, ..] => list = form.list_named(name).unwrap() as usize,
            ["choice", name, label @ ..] => {
                let mut choice = Choice {
                    name: (*name).to_owned(),
                    label: wording(form, 0, "", &label.join(" ")).unwrap(),
                    ..Choice::default()
                };
                for (column, text) in &row.columns {
                    if let Some(language) = column.strip_prefix("label::") {
                        let label = wording(form, 0, language, text).unwrap();
                        choice.label.0.extend(label.0);
                    } else {
                        choice.more.insert((*column).to_owned(), (*text).to_owned());
                    }
                }
                form.lists[list].choices.push(choice);
            }
            _ => {}
        }
    }
}

fn records_of(word: &str) -> Records {
    serde_json::from_value(word.into()).unwrap()
}

fn wording(form: &Form, at: NodeId, language: &str, text: &str) -> Result<Wording, String> {
    let pieces = compile_text(form, at, text);
    let pieces = pieces.map_err(|mistake| format!("{}: {:?}", mistake.at, mistake.why))?;
    Ok(Wording([(language.to_owned(), pieces)].into()))
}

fn put(form: &mut Form, id: NodeId, column: &str, text: &str) -> Result<(), String> {
    let (column, language) = column.split_once("::").unwrap_or((column, ""));
    let at = match column {
        "count" => form.parent(id).unwrap(),
        _ => id,
    };
    let list = form.nodes[id as usize].list;
    let expression = |form: &Form| {
        compile(form, at, text).map_err(|mistake| format!("{}: {:?}", mistake.at, mistake.why))
    };
    let texts = |form: &Form| wording(form, at, language, text);
    let mut node = form.nodes[id as usize].clone();
    match column {
        "relevant" => node.relevant = Some(expression(form)?),
        "required" => node.required = Some(expression(form)?),
        "constraint" => node.constraint = Some(expression(form)?),
        "calculation" => node.calculation = Some(expression(form)?),
        "readonly" => node.readonly = Some(expression(form)?),
        "count" => node.count = Some(expression(form)?),
        "default" => node.default = Some(Expression::Text(text.to_owned())),
        "dynamic" => node.default = Some(expression(form)?),
        "choices" => node.choices = Some(expression(form)?),
        "filter" => {
            let name = &form.lists[list.unwrap() as usize].name;
            let all = format!("instance('{name}')/root/item[{text}]");
            let compiled = compile(form, at, &all);
            node.choices = Some(compiled.map_err(|mistake| format!("{mistake:?}"))?);
        }
        "trigger" => {
            for name in text.split(' ') {
                let found = form.nodes.iter().position(|node| node.name == name);
                node.trigger.push(found.unwrap() as NodeId);
            }
        }
        "label" => node.label.0.extend(texts(form)?.0),
        "hint" => node.hint.0.extend(texts(form)?.0),
        "title" => node.title.0.extend(texts(form)?.0),
        "required_message" => node.required_message.0.extend(texts(form)?.0),
        "constraint_message" => node.constraint_message.0.extend(texts(form)?.0),
        other => {
            node.parameters.insert(other.to_owned(), text.to_owned());
        }
    }
    form.nodes[id as usize] = node;
    Ok(())
}

/// Flaws in words: node, column, sentence.
pub fn flaws(form: &Form, flaws: &[Flaw]) -> Vec<String> {
    let words = flaws.iter().map(|flaw| {
        let name = &form.nodes[flaw.node as usize].name;
        let sentence = flaw.why.sentence(ruyuan_domain::Language::English);
        format!("{name} {:?}: {sentence}", flaw.column)
    });
    words.collect()
}
