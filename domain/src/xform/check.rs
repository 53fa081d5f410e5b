//! Finds all that is wrong with a form at once.

use super::{
    Column, ENGINE, Flaw, Form, FormFault, NodeId, NodeKind, outline::Outline, plan::Plan,
    reads::reads,
};
use std::collections::BTreeSet;

/// A form has at most so many nodes.
const MOST_NODES: usize = 20_000;
/// And they stand at most so deep in one another.
const DEEPEST: usize = 16;

impl Form {
    /// What is wrong with the form; nothing if it may be published.
    pub fn check(&self) -> Vec<Flaw> {
        let mut flaws = self.bounds();
        if !flaws.is_empty() {
            return flaws;
        }
        let outline = Outline::new(self);
        for (id, node) in (0..).zip(&self.nodes) {
            self.check_names(id, &outline, &mut flaws);
            self.check_choices(id, &mut flaws);
            let texts = node.wordings();
            let texts =
                texts.flat_map(|(column, texts)| texts.values().map(move |of| (column, of)));
            for (column, expression) in node.expressions().chain(texts) {
                let (_, faults) = reads(self, &outline, self.stands_at(id, column), expression);
                add(&mut flaws, id, column, faults);
            }
            let unknown = |trigger: &&NodeId| self.node(**trigger).is_none();
            if node.trigger.iter().any(|trigger| unknown(&trigger)) {
                let fault = FormFault::NoNode(String::new());
                add(&mut flaws, id, Column::Trigger, [fault]);
            }
            if let Some(save_to) = &node.save_to
                && self.entities.get(save_to.entity as usize).is_none()
            {
                add(&mut flaws, id, Column::SaveTo, [FormFault::NoEntity]);
            }
        }
        self.check_lists(&outline, &mut flaws);
        for entity in &self.entities {
            if entity.at != 0 && !self.is_repeat(entity.at) {
                add(&mut flaws, 0, Column::Entity, [FormFault::NoEntity]);
                continue;
            }
            let all = [
                &entity.id,
                &entity.create_if,
                &entity.update_if,
                &entity.label,
            ];
            for expression in all.into_iter().flatten() {
                let (_, faults) = reads(self, &outline, entity.at, expression);
                add(&mut flaws, entity.at, Column::Entity, faults);
            }
        }
        if let Some(name) = &self.instance_name {
            let (_, faults) = reads(self, &outline, 0, name);
            add(&mut flaws, 0, Column::InstanceName, faults);
        }
        flaws.extend(Plan::new(self, outline).err().unwrap_or_default());
        flaws
    }

    /// Whether the form can be gone through at all.
    pub(super) fn bounds(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut wrong = |node, fault| add(&mut flaws, node, Column::Kind, [fault]);
        if self.engine > ENGINE {
            wrong(0, FormFault::TooNew);
        }
        if self.nodes.len() > MOST_NODES {
            wrong(0, FormFault::TooMany);
            return flaws;
        }
        if self.node(0).is_none_or(|form| form.kind != NodeKind::Group) {
            wrong(0, FormFault::Misplaced);
        }
        for (id, _) in (1..).zip(self.nodes.iter().skip(1)) {
            let parent = self.parent(id).and_then(|parent| self.node(parent));
            if !parent.is_some_and(|parent| parent.kind.holds_others()) {
                wrong(id, FormFault::Misplaced);
            } else if self.upwards(id).take(DEEPEST + 1).count() > DEEPEST {
                wrong(id, FormFault::TooDeep);
            }
        }
        flaws
    }

    fn check_names(&self, id: NodeId, outline: &Outline, flaws: &mut Vec<Flaw>) {
        let Some(node) = self.node(id) else {
            return;
        };
        let mut letters = node.name.chars();
        let starts = letters
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_');
        if !starts || !letters.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            let fault = FormFault::NotAName(node.name.clone());
            add(flaws, id, Column::Name, [fault]);
        }
        let mut taken = BTreeSet::new();
        for child in outline.children(id) {
            if let Some(node) = self.node(*child)
                && !taken.insert(&node.name)
            {
                let fault = FormFault::NameTaken(node.name.clone());
                add(flaws, *child, Column::Name, [fault]);
            }
        }
    }

    fn check_choices(&self, id: NodeId, flaws: &mut Vec<Flaw>) {
        let Some(node) = self.node(id).filter(|node| node.kind.has_choices()) else {
            return;
        };
        let known = match node.list {
            Some(_) => self.list_of(node).is_some(),
            None => node.choices.is_some(),
        };
        if !known {
            let fault = FormFault::NoList(String::new());
            add(flaws, id, Column::Kind, [fault]);
        }
        let several = matches!(node.kind, NodeKind::SelectMultiple | NodeKind::Rank);
        for choice in self
            .list_of(node)
            .into_iter()
            .flat_map(|list| &list.choices)
        {
            if several && choice.name.contains(char::is_whitespace) {
                let fault = FormFault::NotAChoice(choice.name.clone());
                add(flaws, id, Column::Kind, [fault]);
            }
        }
    }

    fn check_lists(&self, outline: &Outline, flaws: &mut Vec<Flaw>) {
        let repeated = self.settings.get("allow_choice_duplicates");
        let repeated = repeated.is_some_and(|allowed| allowed == "yes");
        for (number, list) in (0..).zip(&self.lists) {
            let mut taken = BTreeSet::new();
            for (row, choice) in (0..).zip(&list.choices) {
                let column = Column::Choice {
                    list: number,
                    choice: row,
                };
                if choice.name.trim().is_empty() {
                    let fault = FormFault::NotAChoice(choice.name.clone());
                    add(flaws, 0, column, [fault]);
                } else if !taken.insert(&choice.name) && !repeated {
                    let fault = FormFault::ChoiceTaken(choice.name.clone());
                    add(flaws, 0, column, [fault]);
                }
            }
            for value in list.values() {
                let (_, faults) = reads(self, outline, 0, value);
                add(flaws, 0, Column::Label, faults);
            }
        }
    }
}

fn add(
    flaws: &mut Vec<Flaw>,
    node: NodeId,
    column: Column,
    faults: impl IntoIterator<Item = FormFault>,
) {
    let faults = faults.into_iter();
    flaws.extend(faults.map(|why| Flaw { node, column, why }));
}
