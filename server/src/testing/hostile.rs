//! Pushes and pulls as no client of ours sends them: good ones with parts that are broken, huge, strange or another's.
//!
//! They are put together as text, because much of what is strange cannot be said with a value: keys twice, halves of
//! surrogate pairs, numbers that no type holds, nesting that no reader should follow.

mod shapes;

use super::dice::{Dice, Salt};
use ruyuan_domain::{Mid, MutationId, RecordId, UserId, consts::SCHEMA};
use serde_json::json;
use shapes::{RECORDS, Shape};

/// The park of the persons of these stories, and one that only another person may write to.
pub const PARKS: [&str; 2] = ["330802-01", "330802-02"];

/// What a record may hold under a name, or a mutation, that nobody expects there.
const STRANGE: [&str; 30] = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e400",
    "-0",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    r#""""#,
    r#"" ""#,
    r#""x""#,
    r#""\u0000""#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\"\\\u2028😀""#,
    r#""00000000-0000-0000-0000-000000000000""#,
    r#""public""#,
    r#""user:x""#,
    r#""enterprise""#,
    r#""conflict""#,
    r#""9999-12-31T23:59:60+00:00""#,
    r#""0000-01-01T00:00:00+23:59""#,
    "[]",
    "{}",
    r#"[{"a":[1,{"a":null}]},"b"]"#,
];

/// Beside the devices: who numbers the ids of the good mutations.
const GOOD: usize = 8;

/// Members of a mutation behind its head.
const MEMBERS: [&str; 12] = [
    "group", "record", "root", "kind", "scope", "op", "base", "fields", "mends", "at", "mid", "id",
];

/// Strange JSON: mostly small, seldom as deep or as long as a body can carry.
pub fn strange(dice: &mut Dice<'_>) -> String {
    match dice.below(40) {
        37 => format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
        38 => format!("{}null{}", r#"{"not":"#.repeat(1_000), "}".repeat(1_000)),
        39 => format!("\"{}\"", "长".repeat(90_000)),
        _ => dice.pick(&STRANGE).to_owned(),
    }
}

/// An object as text; the same name may stand in it more than once.
#[derive(Default)]
struct Object(Vec<(String, String)>);

impl Object {
    fn with(mut self, name: &str, raw: impl ToString) -> Self {
        self.set(name, raw.to_string());
        self
    }

    fn set(&mut self, name: &str, raw: String) {
        let name = format!("\"{name}\"");
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, raw));
    }

    /// One more member, of a name that is text already and may be there before.
    fn push(&mut self, name: &str, raw: String) {
        self.0.push((name.to_owned(), raw));
    }

    fn text(&self) -> String {
        let members: Vec<String> = self
            .0
            .iter()
            .map(|(name, raw)| format!("{name}:{raw}"))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// Makes one member strange.
    fn twist(&mut self, dice: &mut Dice<'_>, names: &[&str]) {
        let name = dice.pick(names);
        let raw = strange(dice);
        match dice.below(4) {
            0 => self.set(name, raw),
            1 => self.0.insert(0, (format!("\"{name}\""), raw)),
            2 => self.0.push((format!("\"{name}\""), raw)),
            _ => self.0.retain(|(known, _)| *known != format!("\"{name}\"")),
        }
    }
}

/// Who tells a part of a story, and where.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// A park that they may write to.
    pub park: &'a str,
    /// Who they are.
    pub user: UserId,
    /// Somebody else.
    pub other: UserId,
}

/// A push that a story sends.
#[derive(Debug)]
pub struct Sent {
    /// Its body.
    pub body: String,
    /// The number and record of a mutation in it that nothing else touches, and which therefore always applies.
    pub good: (Mid, RecordId),
}

/// Pushes of several devices that meet on a few records.
pub struct Story<'a> {
    /// What happens.
    pub dice: Dice<'a>,
    salt: Salt,
    /// Ids of what was sent, to repeat and to mend.
    sent: Vec<MutationId>,
    /// Records that others belong to, as far as they were made for those.
    roots: Vec<RecordId>,
    /// Conflicts that were seen, to resolve.
    pub conflicts: Vec<RecordId>,
    /// Pushes so far.
    pushes: u64,
}

impl<'a> Story<'a> {
    /// A story told by these bytes.
    pub const fn new(bytes: &'a [u8], salt: Salt) -> Self {
        Self {
            dice: Dice::new(bytes),
            salt,
            sent: Vec::new(),
            roots: Vec::new(),
            conflicts: Vec::new(),
            pushes: 0,
        }
    }

    /// The next push of a device whose highest number is `last`.
    pub fn push(&mut self, device: usize, last: Mid, place: &Place<'_>) -> Sent {
        let mut mutations = Vec::new();
        let mut mid = last;
        for _ in 0..self.dice.below(8) {
            let shape = self.shape(place);
            if let Some(root) = self.root_of(&shape, place) {
                mid = mid.next();
                let made = self.mutation(device, mid, place, &root);
                mutations.push(made.with("fields", root.plain_fields().text()).text());
            }
            mid = mid.next();
            let mut mutation = self.mutation(device, mid, place, &shape);
            mutation.set("fields", self.fields(&shape));
            self.twist(&mut mutation, place);
            mutations.push(mutation.text());
        }
        let at = self.dice.below(mutations.len() + 1);
        // Numbers follow one another, so the good one takes the place of another. A push that is refused is followed by
        // one of the same numbers: what no other one has, and nobody repeats, is counted over all pushes.
        let mid = Mid(last.0 + at as u64 + 1);
        self.pushes += 1;
        let good = (mid, self.salt.own_record(device, self.pushes));
        let id = self.salt.mutation(GOOD, self.pushes);
        let text = Object::default()
            .with("mid", mid.0)
            .with("id", json!(id))
            .with("record", json!(good.1))
            .with("kind", json!("enterprise"))
            .with("scope", json!(format!("park:{}", place.park)))
            .with("op", json!("create"))
            .with("at", json!("2026-11-23T09:00:00+08:00"))
            .with("fields", r#"{"name":{"new":"好"}}"#)
            .text();
        match mutations.get_mut(at) {
            Some(place) => *place = text,
            None => mutations.push(text),
        }
        let mut body = Object::default()
            .with("device", json!(self.salt.device(device)))
            .with("schema", SCHEMA)
            .with("mutations", format!("[{}]", mutations.join(",")));
        if self.dice.one_in(12) {
            let names = ["device", "epoch", "schema", "mutations", "later"];
            body.twist(&mut self.dice, &names);
        }
        Sent {
            body: body.text(),
            good,
        }
    }

    fn head(&mut self, device: usize, mid: Mid) -> Object {
        let id = self.salt.mutation(device, mid.0);
        self.sent.push(id);
        Object::default().with("mid", mid.0).with("id", json!(id))
    }

    fn mutation(&mut self, device: usize, mid: Mid, place: &Place<'_>, shape: &Shape) -> Object {
        let mut mutation = self
            .head(device, mid)
            .with("scope", json!(format!("park:{}", place.park)));
        mutation.set("at", json!("2026-11-23T09:00:00+08:00").to_string());
        mutation.set("base", self.dice.below(3).to_string());
        shape.set(&mut mutation);
        if shape.mends {
            mutation.set("mends", json!(self.any_sent()).to_string());
        }
        mutation
    }

    /// Up to three things that are not as they should be.
    fn twist(&mut self, mutation: &mut Object, place: &Place<'_>) {
        for _ in 0..self.dice.below(4) {
            match self.dice.below(10) {
                0 => {
                    let group = self.salt.group(self.dice.below(2));
                    mutation.set("group", json!(group).to_string());
                }
                1 => {
                    let mends = self.any_sent();
                    mutation.set("mends", json!(mends).to_string());
                }
                2 => {
                    let root = self.salt.record(self.dice.below(RECORDS));
                    mutation.set("root", json!(root).to_string());
                }
                3 => {
                    let [own, other] = [place.user, place.other].map(|it| format!("user:{it}"));
                    let scope = self.dice.pick(&[
                        "park:330802-02",
                        "park:330825-01",
                        "public",
                        "city",
                        "county:330802",
                        &own,
                        &other,
                    ]);
                    mutation.set("scope", json!(scope).to_string());
                }
                4 => {
                    let record = self.salt.record(self.dice.below(RECORDS));
                    mutation.set("record", json!(record).to_string());
                }
                5 if self.dice.one_in(3) => {
                    let id = self.any_sent();
                    mutation.set("id", json!(id).to_string());
                }
                6 => {
                    let raw = strange(&mut self.dice);
                    mutation.0.push((r#""later""#.to_owned(), raw));
                }
                7 if self.dice.one_in(8) => mutation.twist(&mut self.dice, &MEMBERS),
                _ => mutation.twist(&mut self.dice, &MEMBERS[..10]),
            }
        }
    }

    /// Something sent before, by whomever; often this one itself.
    fn any_sent(&mut self) -> MutationId {
        let back = self.dice.below(6).min(self.sent.len() - 1);
        self.sent[self.sent.len() - 1 - back]
    }

    /// A pull with whatever parts.
    pub fn pull(&mut self, device: usize) -> String {
        let mut cursors = Object::default();
        for _ in 0..self.dice.below(6) {
            let scope = self.dice.pick(&[
                "park:330802-01",
                "park:330802-02",
                "public",
                "city",
                "galaxy:1",
                "",
                r"\ud800",
            ]);
            let cursor = match self.dice.below(3) {
                0 => self.dice.below(256).to_string(),
                1 => u64::MAX.to_string(),
                _ => strange(&mut self.dice),
            };
            cursors.0.push((format!("\"{scope}\""), cursor));
        }
        let limit = self
            .dice
            .pick(&["2000", "0", "1", "4294967295", "4294967296", "-1"]);
        let mut body = Object::default()
            .with("device", json!(self.salt.device(device)))
            .with("cursors", cursors.text())
            .with("limit", limit);
        if self.dice.one_in(4) {
            let names = ["device", "epoch", "cursors", "limit", "later"];
            body.twist(&mut self.dice, &names);
        }
        body.text()
    }
}
