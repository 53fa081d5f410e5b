//! What a filled form makes of records, by its own mapping columns.

use super::{
    super::plan::{Aspect, Dependent},
    At, Filling, Role,
};
use crate::{Map, expression::Expression};

/// A record that a filled form makes or changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityWrite {
    /// The list of records.
    pub list: String,
    /// The form, or the instance of a repeat, that it is made of.
    pub at: At,
    /// Which record; none that is there already if this is blank.
    pub id: String,
    /// Whether it is made.
    pub creates: bool,
    /// Whether it is changed.
    pub updates: bool,
    /// What it is called.
    pub label: String,
    /// Its fields; one whose answer was taken away is blank, one that was not asked is not there.
    pub values: Map<String, String>,
}

impl Filling {
    /// What the form makes of records, as it is filled now.
    pub fn entities(&self) -> Vec<EntityWrite> {
        let mut writes = Vec::new();
        for (number, entity) in (0..).zip(&self.form.entities) {
            let all = self.targets(
                Dependent {
                    node: entity.at,
                    aspect: Aspect::Value,
                    within: 0,
                },
                At::FORM,
            );
            for at in all {
                if self.role(at) == Role::Repeat || !self.is_relevant(at) {
                    continue;
                }
                let text = |of: &Option<Expression>| {
                    let worth = of.as_ref().and_then(|of| self.worth(of, at));
                    let text = worth.map(|value| value.as_text(self, &self.surroundings));
                    text.unwrap_or_default()
                };
                let id = text(&entity.id);
                let write = EntityWrite {
                    list: entity.list.clone(),
                    at,
                    creates: self.holds(entity.create_if.as_ref(), at, id.is_empty()),
                    updates: !id.is_empty() && self.holds(entity.update_if.as_ref(), at, true),
                    label: text(&entity.label),
                    values: self.saved_to(number, entity.at, at),
                    id,
                };
                if write.creates || write.updates {
                    writes.push(write);
                }
            }
        }
        writes
    }

    fn saved_to(&self, entity: u32, within: super::super::NodeId, at: At) -> Map<String, String> {
        let mut values = Map::new();
        for (id, node) in (0..).zip(&self.form.nodes) {
            let Some(save_to) = node.save_to.as_ref().filter(|to| to.entity == entity) else {
                continue;
            };
            if !self.form.is_within(id, within) {
                continue;
            }
            let dependent = Dependent {
                node: id,
                aspect: Aspect::Value,
                within,
            };
            for place in self.targets(dependent, at) {
                if self.role(place) == Role::Question && self.is_relevant(place) {
                    let value = self.value(place).to_owned();
                    values.insert(save_to.property.clone(), value);
                }
            }
        }
        values
    }
}
