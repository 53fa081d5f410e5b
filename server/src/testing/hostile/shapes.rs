//! What a mutation of a story is about before anything is twisted: each kind of record that a push may write, each
//! operation, and values as long as a field takes, and longer.

use super::{Object, Place, Story, strange};
use ruyuan_domain::{
    RecordId, RecordKind,
    assignment::ASSIGNMENT_FIELDS,
    catalogue::{ENTERPRISE_FIELDS, PLANNED_VISIT_FIELDS, RecordField},
    consts::MUTATION_LIMIT,
    forms::QuestionKind,
    ledger,
    pledge::PLEDGE_FIELDS,
};
use serde_json::{Value, json};

/// How many records stories meet on. Those of a kind have numbers of their own.
pub const RECORDS: usize = 16;

/// How many shapes there are.
const SHAPES: usize = 27;

/// Names of fields: real ones, those that decide how the others are read, and some that no record has.
const FIELDS: [&str; 20] = [
    r#""name""#,
    r#""credit_code""#,
    r#""contact_mobile""#,
    r#""established_on""#,
    r#""registered_capital""#,
    r#""answer.has_need""#,
    r#""answer.amount""#,
    r#""answer.remark""#,
    r#""answer.right_name""#,
    r#""form""#,
    r#""form_version""#,
    r#""repeat""#,
    r#""position""#,
    r#""submitted_at""#,
    r#""deleted""#,
    r#""status""#,
    r#""answer.""#,
    r#""""#,
    r#""\u0000""#,
    r#""rights[1].right_name""#,
];

/// Letters of one, two, three and four bytes.
const LETTERS: [&str; 4] = ["a", "é", "长", "𠮷"];

/// Bytes that a mutation has beside one long value, more or less.
const FRAME: usize = 400;

/// What a mutation is about.
pub struct Shape {
    /// The record.
    pub record: RecordId,
    /// Its root, where that is another.
    pub root: Option<RecordId>,
    kind: &'static str,
    op: &'static str,
    /// The scope that it names, where that is not the park of its author.
    pub scope: Option<String>,
    /// Whether it says that it mends another mutation.
    pub mends: bool,
    fields: Vec<(&'static str, Value)>,
}

impl Shape {
    /// Its fields, nothing beside.
    pub(super) fn plain_fields(&self) -> Object {
        let mut fields = Object::default();
        for (name, change) in &self.fields {
            fields.set(name, change.to_string());
        }
        fields
    }

    /// Its part of a mutation.
    pub fn set(&self, mutation: &mut Object) {
        mutation.set("record", json!(self.record).to_string());
        mutation.set("kind", json!(self.kind).to_string());
        mutation.set("op", json!(self.op).to_string());
        if let Some(root) = self.root {
            mutation.set("root", json!(root).to_string());
        }
        if let Some(scope) = &self.scope {
            mutation.set("scope", json!(scope).to_string());
        }
    }
}

impl Story<'_> {
    fn named(&mut self) -> Value {
        json!(self.dice.pick(&["甲", "乙", "丙"]))
    }

    /// The next shape: nearly always one that would be taken.
    pub(super) fn shape(&mut self, place: &Place<'_>) -> Shape {
        let number = self.dice.below(SHAPES);
        self.numbered(number, place)
    }

    /// What the record of a shape belongs to, the first time: it is made just before, so that the other is not refused
    /// for the lack of it alone.
    pub(super) fn root_of(&mut self, shape: &Shape, place: &Place<'_>) -> Option<Shape> {
        let root = shape.root.filter(|root| !self.roots.contains(root))?;
        self.roots.push(root);
        let number = match shape.kind {
            "repeat_instance" | "attachment" => 2,
            "issue_step" => 10,
            "meeting_item" => 13,
            _ => 0,
        };
        Some(Shape {
            record: root,
            ..self.numbered(number, place)
        })
    }

    fn numbered(&mut self, number: usize, place: &Place<'_>) -> Shape {
        let firm = self.salt.record(self.dice.below(3));
        let visit = self.salt.record(3 + self.dice.below(2));
        let [right, plan, issue, step, meeting, item] =
            [5, 6, 7, 8, 9, 10].map(|number| self.salt.record(number));
        let [assignment, pledge, photo, recovered, own] =
            [11, 12, 13, 14, 15].map(|number| self.salt.record(number));
        let user = json!(place.user);
        let shape = |record, kind, op, fields| Shape {
            record,
            root: None,
            kind,
            op,
            scope: None,
            mends: false,
            fields,
        };
        let child = |record, root, kind, fields| Shape {
            root: Some(root),
            ..shape(record, kind, "create", fields)
        };
        let now = json!("2026-11-23T09:00:00+08:00");
        let day = json!("2026-11-23");
        let person = json!("李敏");
        match number {
            0 => shape(
                firm,
                "enterprise",
                "create",
                vec![("name", made(self.named()))],
            ),
            1 => {
                let name = changed(self.named(), self.named());
                shape(firm, "enterprise", "update", vec![("name", name)])
            }
            2 => shape(visit, "visit", "create", visited(json!(firm), &person)),
            3 => {
                let fields = [("repeat", json!("rights")), ("position", json!(1))];
                let fields = fields
                    .into_iter()
                    .chain([("answer.right_name", json!("商标"))]);
                let fields = fields.map(|(name, value)| (name, made(value))).collect();
                child(right, visit, "repeat_instance", fields)
            }
            4 => {
                let remark = made(json!("已电话确认"));
                shape(visit, "visit", "update", vec![("answer.remark", remark)])
            }
            5 => shape(firm, "enterprise", "delete", vec![]),
            6 => shape(firm, "enterprise", "restore", vec![]),
            7 => {
                let conflict = self.conflicts.last().copied().unwrap_or(firm);
                shape(conflict, "conflict", "resolve", vec![])
            }
            8 => Shape {
                mends: true,
                ..shape(firm, "enterprise", "discard", vec![])
            },
            9 => {
                let fields = of([
                    ("enterprise", json!(firm)),
                    ("planned_on", json!("2026-11-30")),
                    ("planned_for", user),
                    ("officer_name", person),
                    ("position", json!(1)),
                ]);
                shape(plan, "planned_visit", "create", fields)
            }
            10 => {
                let fields = of([
                    ("title", json!("额度不够")),
                    (
                        "category",
                        json!(self.dice.pick(&["limit", "cost", "other"])),
                    ),
                    ("raised_on", day),
                    ("raised_by", user),
                    ("officer_name", person),
                    ("status", json!("reported")),
                    ("enterprise", json!(firm)),
                ]);
                shape(issue, "issue", "create", fields)
            }
            11 => {
                let fields = of([
                    (
                        "step",
                        json!(self.dice.pick(&["note", "handling", "closed"])),
                    ),
                    ("note", json!("已联系银行")),
                    ("officer_name", person),
                    ("stepped_at", now),
                ]);
                child(step, issue, "issue_step", fields)
            }
            12 => {
                let status = ["reported", "assigned", "handling", "closed"].map(|it| json!(it));
                let [one, two] = [self.dice.below(4), self.dice.below(4)];
                let status = changed(status[one].clone(), status[two].clone());
                let fields = vec![("status", status), ("due_on", made(json!("2026-12-01")))];
                shape(issue, "issue", "update", fields)
            }
            13 => {
                let fields = of([
                    ("title", json!("十一月例会")),
                    ("held_on", day),
                    ("officer_name", person),
                ]);
                shape(meeting, "meeting", "create", fields)
            }
            14 => {
                let fields = of([("issue", json!(issue)), ("position", json!(1))]);
                child(item, meeting, "meeting_item", fields)
            }
            15 => {
                let fields = of([
                    ("assigned_to", user),
                    ("officer_name", person),
                    ("part", json!(self.dice.pick(&["lead", "support"]))),
                    ("assigned_on", day),
                ]);
                child(assignment, firm, "assignment", fields)
            }
            16 => {
                let ended = vec![("ended_on", made(json!("2026-12-01")))];
                Shape {
                    root: Some(firm),
                    ..shape(assignment, "assignment", "update", ended)
                }
            }
            17 | 26 => {
                let fields = of([
                    ("right_kind", json!("patent")),
                    ("registered_on", json!("2021-06-01")),
                    ("secured_claim", json!(500_000_000)),
                ]);
                child(pledge, firm, "pledge", fields)
            }
            18 => {
                let fields = of([
                    ("parent", json!(visit)),
                    ("question", json!("pictures")),
                    ("media_type", json!("image/jpeg")),
                    ("size", json!(1000)),
                    ("sha256", json!("a".repeat(64))),
                ]);
                child(photo, visit, "attachment", fields)
            }
            19 | 20 => {
                let to = self.elsewhere(place);
                let here = format!("park:{}", place.park);
                let scope = changed(json!(here), json!(to));
                shape(firm, "enterprise", "move", vec![("scope", scope)])
            }
            21 => Shape {
                scope: Some(format!("user:{}", place.user)),
                ..shape(
                    own,
                    "enterprise",
                    "create",
                    vec![("name", made(self.named()))],
                )
            },
            22 => Shape {
                scope: Some(format!("user:{}", place.user)),
                ..shape(
                    own,
                    "enterprise",
                    "update",
                    vec![("name", made(self.named()))],
                )
            },
            23 => {
                let fields = of([
                    ("record", json!(firm)),
                    ("record_kind", json!("enterprise")),
                    ("record_by", user),
                    ("record_at", now),
                    ("record_version", json!(3)),
                    ("was.name", json!("甲")),
                ]);
                shape(recovered, "recovered", "create", fields)
            }
            24 => {
                let (record, kind) = [
                    (plan, "planned_visit"),
                    (issue, "issue"),
                    (step, "issue_step"),
                    (meeting, "meeting"),
                    (item, "meeting_item"),
                    (photo, "attachment"),
                    (visit, "visit"),
                ][self.dice.below(7)];
                shape(record, kind, self.dice.pick(&["delete", "restore"]), vec![])
            }
            _ => {
                let minutes = made(json!("逐项过了一遍"));
                shape(meeting, "meeting", "update", vec![("minutes", minutes)])
            }
        }
    }

    /// Where a firm may be moved, or not.
    fn elsewhere(&mut self, place: &Place<'_>) -> String {
        match self.dice.below(7) {
            0 => format!("park:{}", super::PARKS[0]),
            1 => format!("park:{}", super::PARKS[1]),
            2 => format!("user:{}", place.user),
            3 => format!("user:{}", place.other),
            4 => "park:330825-01".to_owned(),
            5 => "public".to_owned(),
            _ => "galaxy:1".to_owned(),
        }
    }

    /// The fields of a shape, now and then with a long value or with one that nobody expects.
    pub(super) fn fields(&mut self, shape: &Shape) -> String {
        let mut fields = shape.plain_fields();
        if self.dice.one_in(6) {
            self.lengthen(shape, &mut fields);
        }
        if self.dice.one_in(3) {
            let name = self.dice.pick(&FIELDS);
            let mut change = Object::default();
            for side in ["old", "new"] {
                if !self.dice.one_in(3) {
                    let raw = strange(&mut self.dice);
                    change.set(side, raw);
                }
            }
            fields.push(name, change.text());
        }
        fields.text()
    }

    /// Makes a text as long as it may be, a letter longer, far longer, or as long as a whole mutation.
    fn lengthen(&mut self, shape: &Shape, fields: &mut Object) {
        let texts: Vec<(&str, usize)> = match table(shape.kind) {
            Some(table) => table.iter().filter_map(text_of).collect(),
            None => vec![("answer.remark", 200), ("answer.right_name", 60)],
        };
        let (name, most) = texts[self.dice.below(texts.len())];
        let letter = self.dice.pick(&LETTERS);
        let whole = (MUTATION_LIMIT - FRAME) / letter.len();
        let length = match self.dice.below(12) {
            0..3 => most,
            3..6 => most + 1,
            6 => most - 1,
            7 => most * 2,
            8 => most * 50,
            9 => whole + self.dice.below(256),
            10 => whole - self.dice.below(256),
            _ => MUTATION_LIMIT,
        };
        let change = made(json!(letter.repeat(length)));
        fields.set(name, change.to_string());
    }
}

fn made(value: Value) -> Value {
    json!({ "new": value })
}

fn changed(old: Value, new: Value) -> Value {
    json!({ "old": old, "new": new })
}

fn of<const N: usize>(values: [(&'static str, Value); N]) -> Vec<(&'static str, Value)> {
    values.map(|(name, value)| (name, made(value))).to_vec()
}

fn visited(firm: Value, person: &Value) -> Vec<(&'static str, Value)> {
    of([
        ("enterprise", firm),
        ("form", json!("visit")),
        ("form_version", json!(1)),
        ("officer_name", person.clone()),
        ("started_at", json!("2026-11-23T08:00:00+08:00")),
        ("submitted_at", json!("2026-11-23T09:00:00+08:00")),
        ("answer.has_need", json!("no")),
    ])
}

/// The fields of a kind, unless a form says what they are.
fn table(kind: &str) -> Option<&'static [RecordField]> {
    match RecordKind::from(kind.to_owned()) {
        RecordKind::Enterprise => Some(&ENTERPRISE_FIELDS),
        RecordKind::PlannedVisit => Some(&PLANNED_VISIT_FIELDS),
        RecordKind::Assignment => Some(&ASSIGNMENT_FIELDS),
        RecordKind::Pledge => Some(&PLEDGE_FIELDS),
        kind => ledger::fields_of(&kind),
    }
}

fn text_of(field: &RecordField) -> Option<(&'static str, usize)> {
    match field.kind {
        QuestionKind::Text { max_length, .. } => Some((field.name, max_length as usize)),
        _ => None,
    }
}
