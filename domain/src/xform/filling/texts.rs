//! Texts with the values in them, and the choices on offer.

use super::{
    super::{Choice, NodeKind, Wording},
    At, Filling, Place, Problem, Role,
};
use crate::{
    Map,
    expression::{Tree, Value},
};

/// A choice on offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What is stored.
    pub name: String,
    /// What is read.
    pub label: String,
    /// Pictures and sounds beside it, by their kind.
    pub media: Map<String, String>,
}

impl Filling {
    /// A text of the form as it reads at a place.
    pub fn text_of(&self, wording: &Wording, at: At) -> String {
        let mut text = String::new();
        for piece in self.pieces(wording) {
            text.push_str(&piece.words);
            if let Some(value) = &piece.value {
                let worth = self.worth(value, at);
                let value = worth.map(|value| value.as_text(self, &self.surroundings));
                text.push_str(&value.filter(|value| value != "NaN").unwrap_or_default());
            }
        }
        text
    }

    /// What is asked at a place; of an instance what it is called.
    pub fn label(&self, at: At) -> String {
        let node = self.node(at);
        let titled = self.spot(at).role == Role::Instance && !node.title.is_empty();
        self.text_of(if titled { &node.title } else { &node.label }, at)
    }

    /// The line of help at a place.
    pub fn hint(&self, at: At) -> String {
        self.text_of(&self.node(at).hint, at)
    }

    /// The help that is folded away.
    pub fn guidance(&self, at: At) -> String {
        self.text_of(&self.node(at).guidance, at)
    }

    /// A picture or a sound beside a label.
    pub fn media(&self, at: At, kind: &str) -> String {
        let wording = self.node(at).media.get(kind);
        wording.map_or_else(String::new, |wording| self.text_of(wording, at))
    }

    /// What the form says about a problem; blank where it says nothing of its own.
    pub fn message(&self, at: At, problem: Problem) -> String {
        let node = self.node(at);
        match problem {
            Problem::Required => self.text_of(&node.required_message, at),
            Problem::Constraint => self.text_of(&node.constraint_message, at),
            Problem::Kind => String::new(),
        }
    }

    /// What the filled form is called.
    pub fn instance_name(&self) -> String {
        let name = self.form.instance_name.as_ref();
        let worth = name.and_then(|name| self.worth(name, At::FORM));
        let name = worth.map(|value| value.as_text(self, &self.surroundings));
        name.unwrap_or_default()
    }

    /// The choices on offer, in order. They are worked out anew each time: ask when a change says so.
    pub fn choices(&self, at: At) -> Vec<Offer> {
        let mut choices = Vec::new();
        self.each_offer(at, &mut |offered| {
            choices.push(match offered {
                Offered::Row(choice) => self.offer(choice, at),
                Offered::Answer(text) => Offer {
                    name: text.clone(),
                    label: text,
                    media: Map::new(),
                },
            });
            true
        });
        choices
    }

    fn offer(&self, choice: &Choice, at: At) -> Offer {
        let media = choice.media.iter();
        let media = media.map(|(kind, wording)| (kind.clone(), self.text_of(wording, at)));
        Offer {
            name: choice.name.clone(),
            label: self.text_of(&choice.label, at),
            media: media.collect(),
        }
    }

    /// Goes through what is on offer, until told to stop.
    fn each_offer(&self, at: At, see: &mut dyn FnMut(Offered<'_>) -> bool) {
        let node = self.node(at);
        match (&node.choices, node.list) {
            (Some(choices), _) if !self.fixed => {
                let Some(Value::Nodes(places)) = self.worth(choices, at) else {
                    return;
                };
                for place in places {
                    let offered = match place {
                        Place::Item(list, row) => self.row(list, row).map(Offered::Row),
                        place => Some(self.text(place).into_owned())
                            .filter(|text| !text.is_empty())
                            .map(Offered::Answer),
                    };
                    if offered.is_some_and(|offered| !see(offered)) {
                        return;
                    }
                }
            }
            (_, Some(list)) => {
                for choice in self.rows(list) {
                    if !see(Offered::Row(choice)) {
                        return;
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn choice_label_at(&self, at: At, name: &str) -> String {
        let mut label = String::new();
        // Of its list, also what is not on offer just now.
        let list = self.node(at).list;
        for choice in list.map_or(&[][..], |list| self.rows(list)) {
            if choice.name == name {
                return self.text_of(&choice.label, at);
            }
        }
        self.each_offer(at, &mut |offered| {
            if let Offered::Answer(text) = offered
                && text == name
            {
                label = text;
                return false;
            }
            true
        });
        label
    }

    /// What of an answer is on offer, if that is not all of it. Of records all is: another phone holds others. And where
    /// what is chosen decides what is on offer, it stays: it would go and come for ever.
    pub(super) fn on_offer(&self, at: At) -> Option<String> {
        let node = self.node(at);
        let text = &self.spot(at).text;
        let records = self
            .form
            .list_of(node)
            .is_some_and(|list| list.records.is_some());
        let answers = self.fixed && node.list.is_none();
        let itself = self.plan.chooses_by_itself(self.spot(at).node);
        if text.is_empty() || records || answers || itself {
            return None;
        }
        let chosen: Vec<&str> = match node.kind {
            NodeKind::SelectOne => vec![text],
            _ => text.split(' ').filter(|name| !name.is_empty()).collect(),
        };
        let mut found = vec![false; chosen.len()];
        self.each_offer(at, &mut |offered| {
            for (name, found) in chosen.iter().zip(&mut found) {
                *found |= offered.name() == *name;
            }
            found.contains(&false)
        });
        if !found.contains(&false) {
            return None;
        }
        let kept = chosen.into_iter().zip(found).filter(|(_, found)| *found);
        Some(kept.map(|(name, _)| name).collect::<Vec<_>>().join(" "))
    }

    /// Names chosen, in the order of the list.
    pub(super) fn in_order_of_list(&self, at: At, text: &str) -> String {
        let chosen: Vec<&str> = text.split(' ').filter(|name| !name.is_empty()).collect();
        let mut ordered: Vec<&str> = Vec::new();
        self.each_offer(at, &mut |offered| {
            let found = chosen.iter().find(|name| offered.name() == **name);
            ordered.extend(found);
            true
        });
        for name in &chosen {
            if !ordered.contains(name) {
                ordered.push(name);
            }
        }
        ordered.dedup();
        ordered.join(" ")
    }

    /// A sum of the texts at a place with what its choices are called.
    pub(super) fn sum_of_texts(&self, at: At) -> u64 {
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |text: String| {
            for byte in text.into_bytes().into_iter().chain([0xff]) {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for (_, wording) in self.node(at).wordings() {
            add(self.text_of(wording, at));
        }
        let list = self.form.list_of(self.node(at));
        if list.is_some_and(|list| list.values().next().is_some()) {
            for offer in self.choices(at) {
                add(offer.label);
                offer.media.iter().for_each(|(_, text)| add(text.clone()));
            }
        }
        sum
    }
}

/// Something on offer.
enum Offered<'f> {
    Row(&'f Choice),
    Answer(String),
}

impl Offered<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Row(choice) => &choice.name,
            Self::Answer(text) => text,
        }
    }
}
