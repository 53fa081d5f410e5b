//! Forms and edits at random: what is worked out bit by bit is what is worked out anew, and what changes is told.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::{play, sheet};
use proptest::{prelude::*, sample::Index};
use ruyuan_domain::{
    Language, RecordId,
    xform::{At, Change, Clock, Filling, Form, NodeKind, Role},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Where the questions stand: depth and first columns of each row. Questions are numbered as they come.
const ROWS: [&str; 19] = [
    "integer q0",
    "select_one cities q1",
    "integer q2 | default = 2",
    "group g",
    "  integer q3",
    "  select_multiple towns q4 | filter = city = ${q1}",
    "repeat r",
    "  integer q5",
    "  calculate q6",
    "  select_one towns q7 | filter = city = ${q1} or ${q5} = 1",
    "  group h",
    "    integer q8 | dynamic = position(../..)",
    "    repeat s",
    "      integer q9",
    "      calculate q10",
    "  calculate q11",
    "repeat t | count = if(${q0} > 0, ${q0}, 0)",
    "  integer q12",
    "calculate q13",
];
const LISTS: [&str; 7] = [
    "list cities",
    "  choice qz",
    "  choice hz",
    "list towns",
    "  choice kc in ${q0} | city = qz",
    "  choice qj | city = qz",
    "  choice sc | city = hz",
];

/// Columns that may stand in any row, with what they read as X and Y.
const COLUMNS: [&str; 12] = [
    "relevant = X > 1",
    "relevant = X != '' or Y = 1",
    "relevant = sum(X) < 9",
    "required = X = 1",
    "required = count-selected(Y) > 1",
    "readonly = X = 3",
    "constraint = . > Y",
    "constraint = count(${r}) < 3",
    "label = X and Y",
    "label = ${q13}",
    "hint = X",
    "constraint_message = not X",
];
const CALCULATIONS: [&str; 12] = [
    "X + Y",
    "concat(X, '-', Y)",
    "sum(X)",
    "join(',', X)",
    "position(..)",
    "count(${r}) + count(${t})",
    "today()",
    "round(random() * 1000)",
    "if(X = '', now(), Y)",
    "count(${r}[q5 = current()/../q5])",
    "jr:choice-name(${q1}, '${q1}')",
    "indexed-repeat(${q5}, ${r}, 2)",
];
const ANSWERS: [&str; 11] = [
    "", "1", "2", "3", "12", "qz", "hz", "kc", "sc", "qj kc", "-1",
];

/// One column of a row: which, and what it reads.
type Column = (Index, Index, Index, Index);

fn form(columns: &[Column], calculations: &[Column]) -> Form {
    let mut rows: Vec<String> = ROWS.iter().map(|row| (*row).to_owned()).collect();
    let number = |row: &str| {
        let name = row
            .trim()
            .split(" | ")
            .next()
            .unwrap()
            .rsplit(' ')
            .next()
            .unwrap();
        name.strip_prefix('q')
            .map_or(0, |number| number.parse::<usize>().unwrap())
    };
    // A question reads what stands before it, so that there are no rings.
    let filled = |template: &str, x: &Index, y: &Index, own: usize| {
        let name = |index: &Index| format!("${{q{}}}", index.index(own.max(1)));
        template.replace('X', &name(x)).replace('Y', &name(y))
    };
    for (row, column, x, y) in columns {
        let row = row.index(rows.len());
        let template = COLUMNS[column.index(COLUMNS.len())];
        let own = match number(&rows[row]) {
            0 if rows[row].contains("q0") => continue,
            // Groups and repeats read the first questions.
            0 => 3,
            own => own,
        };
        let name = template.split(" = ").next().unwrap();
        let taken = format!("| {name} = ");
        let ring = template.contains("${r}") && own < 5;
        if !rows[row].contains(&taken) && !ring {
            let column = filled(template, x, y, own);
            rows[row] = format!("{} | {column}", rows[row]);
        }
    }
    let places: Vec<usize> = (0..rows.len())
        .filter(|row| rows[*row].contains("calculate"))
        .collect();
    for (row, column, x, y) in calculations {
        let row = places[row.index(places.len())];
        if !rows[row].contains("calculation") {
            let own = number(&rows[row]);
            let calculation = filled(CALCULATIONS[column.index(CALCULATIONS.len())], x, y, own);
            rows[row] = format!("{} | calculation = {calculation}", rows[row]);
        }
    }
    let lines: Vec<&str> = rows.iter().map(String::as_str).chain(LISTS).collect();
    let (form, mistakes) = sheet::form(&lines);
    assert_eq!(mistakes, Vec::<String>::new());
    form
}

#[derive(Clone, Debug)]
enum Edit {
    Set(Index, Index),
    Add(Index),
    Remove(Index),
    Undo,
    Clock(u8),
    Language,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        8 => (any::<Index>(), any::<Index>()).prop_map(|(at, text)| Edit::Set(at, text)),
        2 => any::<Index>().prop_map(Edit::Add),
        1 => any::<Index>().prop_map(Edit::Remove),
        1 => Just(Edit::Undo),
        1 => any::<u8>().prop_map(Edit::Clock),
        1 => Just(Edit::Language),
    ]
}

/// All living places, with what a screen shows of each.
fn seen(filling: &Filling) -> BTreeMap<At, String> {
    let mut seen = BTreeMap::new();
    let mut next = vec![At::FORM];
    while let Some(at) = next.pop() {
        let node = filling.node(at);
        // What is calculated while it is not relevant is nobody's business.
        let kept = match node.kind {
            NodeKind::Calculate => "",
            _ => filling.kept(at),
        };
        let inside = match filling.role(at) {
            Role::Repeat => filling.contents(at).len(),
            _ => 0,
        };
        let text = format!(
            "{:?} {} {} {} {:?} {:?} {} {} {} {inside} keeps {kept}",
            filling.value(at),
            filling.is_relevant(at),
            filling.is_required(at),
            filling.is_readonly(at),
            filling.problem(at),
            filling.choices(at),
            filling.label(at),
            filling.hint(at),
            filling.text_of(&node.constraint_message, at),
        );
        seen.insert(at, text);
        next.extend(filling.contents(at));
    }
    seen
}

/// What of it a screen shows: not what is kept unseen.
fn shown(seen: &str) -> Option<&str> {
    seen.split(" keeps ").next()
}

/// The same in the document's order, for two answers whose places have other numbers.
fn in_order(filling: &Filling, at: At, seen: &BTreeMap<At, String>, into: &mut Vec<String>) {
    into.push(format!("{} {}", filling.node(at).name, seen[&at]));
    for inside in filling.contents(at) {
        in_order(filling, inside, seen, into);
    }
}

fn play_edits(form: Form, edits: &[Edit]) {
    let form = Arc::new(form);
    let mut filling = Filling::begin(form.clone(), play::inputs()).unwrap();
    let mut inputs = play::inputs();
    let mut removed = Vec::new();
    let mut before = seen(&filling);
    for (count, edit) in edits.iter().enumerate() {
        let of = |role: Role| {
            let all = before.keys().copied();
            all.filter(|at| filling.role(*at) == role)
                .collect::<Vec<_>>()
        };
        match edit {
            Edit::Set(at, text) => {
                let all = of(Role::Question);
                let at = all[at.index(all.len())];
                let _ = filling.set(at, ANSWERS[text.index(ANSWERS.len())]);
            }
            Edit::Add(at) => {
                let all = of(Role::Repeat);
                if !all.is_empty() {
                    let _ =
                        filling.add(all[at.index(all.len())], RecordId::from_u128(count as u128));
                }
            }
            Edit::Remove(at) => {
                let all = of(Role::Instance);
                if !all.is_empty() {
                    let at = all[at.index(all.len())];
                    if filling.remove(at).is_ok() {
                        removed.push(at);
                    }
                }
            }
            Edit::Undo => {
                if let Some(at) = removed.pop() {
                    let _ = filling.bring_back(at);
                }
            }
            Edit::Clock(hours) => {
                inputs.clock = Clock {
                    now_ms: 1_777_167_000_000 + i64::from(*hours) * 3_600_000,
                    offset_minutes: 480,
                };
                filling.set_clock(inputs.clock);
            }
            Edit::Language => {
                inputs.words = Language::English;
                filling.set_language("", Language::English);
            }
        }
        let after = seen(&filling);
        let told: BTreeSet<At> = filling
            .take_changes()
            .into_iter()
            .map(|change: Change| change.at)
            .collect();
        for (at, text) in &after {
            if let Some(before) = before.get(at)
                && shown(before) != shown(text)
            {
                let path = filling.node(*at).name.clone();
                assert!(
                    told.contains(at),
                    "{path} was not told: {before} is now {text}"
                );
            }
        }
        before = after;
    }
    let again = Filling::restore(form, inputs, &filling.saved()).unwrap();
    let (mut bit_by_bit, mut anew) = (Vec::new(), Vec::new());
    in_order(&filling, At::FORM, &before, &mut bit_by_bit);
    in_order(&again, At::FORM, &seen(&again), &mut anew);
    assert_eq!(bit_by_bit, anew);
    assert_eq!(filling.submission(), again.submission());
    assert_eq!(filling.xml(), again.xml());
    assert_eq!(filling.saved(), again.saved());
}

fn column() -> impl Strategy<Value = Column> {
    any::<(Index, Index, Index, Index)>()
}

proptest! {
    #![proptest_config(crate::drawn::config())]

    #[test]
    fn what_is_worked_out_bit_by_bit_is_what_is_worked_out_anew(
        columns in prop::collection::vec(column(), 0..12),
        calculations in prop::collection::vec(column(), 0..6),
        edits in prop::collection::vec(edit(), 0..24),
    ) {
        let form = form(&columns, &calculations);
        if form.check().is_empty() {
            play_edits(form, &edits);
        }
    }
}
