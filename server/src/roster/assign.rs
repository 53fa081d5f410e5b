//! Who looks after a firm: what is wanted against what is, and the edits between the two.

use super::people::Who;
use crate::{auth::Access, clock::Clock};
use ruyuan_domain::{
    Record, RecordId, ScopeId,
    assignment::{Part, holds},
    consts::field,
};
use ruyuan_sync::{
    assigning::{self, Beginning},
    engine::Edit,
};

/// What somebody wants of a firm. Nothing said of a part leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Who answers for it.
    pub lead: Option<Who>,
    /// Who helps: these and no others.
    pub supports: Option<Vec<Who>>,
}

/// What changes of a firm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody begins.
    Begin(Who, Part),
    /// An assignment ends.
    End(Record),
}

/// By whom, when and why firms are given.
#[derive(Clone, Debug)]
pub struct Because {
    /// Name of who says so.
    pub by: String,
    /// The day.
    pub on: String,
    /// Why, in a sentence; may be empty.
    pub reason: String,
}

impl Because {
    /// Today, by this person.
    pub fn now(access: &Access, clock: &dyn Clock, reason: String) -> Self {
        Self {
            by: access.display_name.clone(),
            on: clock.now().iso_date(),
            reason,
        }
    }
}

/// Those of a firm's assignments that hold.
fn held(current: &[Record]) -> impl Iterator<Item = &Record> {
    let alive = current.iter().filter(|record| !record.deleted);
    alive.filter(|record| holds(&record.fields))
}

fn is_of(record: &Record, who: &Who, part: Part) -> bool {
    record.text(field::ASSIGNED_TO) == who.user.to_string()
        && Part::of(&record.fields) == Some(part)
}

/// What changes of a firm whose assignments, ended ones too, are these. Who answers for it does not help as well.
pub fn steps(current: &[Record], wanted: &Wanted) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(lead) = &wanted.lead {
        let over = held(current).filter(|record| {
            let leads = Part::of(&record.fields) == Some(Part::Lead);
            (leads && !is_of(record, lead, Part::Lead)) || is_of(record, lead, Part::Support)
        });
        steps.extend(over.cloned().map(Step::End));
        if !held(current).any(|record| is_of(record, lead, Part::Lead)) {
            steps.push(Step::Begin(lead.clone(), Part::Lead));
        }
    }
    if let Some(supports) = &wanted.supports {
        let leads = |who: &Who| match &wanted.lead {
            Some(lead) => lead.user == who.user,
            None => held(current).any(|record| is_of(record, who, Part::Lead)),
        };
        let wanted: Vec<&Who> = supports.iter().filter(|who| !leads(who)).collect();
        let over = held(current).filter(|record| {
            Part::of(&record.fields) == Some(Part::Support)
                && !wanted.iter().any(|who| is_of(record, who, Part::Support))
                && !steps.contains(&Step::End((*record).clone()))
        });
        let over: Vec<Step> = over.cloned().map(Step::End).collect();
        steps.extend(over);
        let fresh = wanted
            .into_iter()
            .filter(|who| !held(current).any(|record| is_of(record, who, Part::Support)));
        steps.extend(fresh.map(|who| Step::Begin(who.clone(), Part::Support)));
    }
    steps
}

/// What changes of a firm when one person hands over to another: the other is what they were, and not both.
pub fn handed_over(current: &[Record], from: &Who, to: &Who) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in [Part::Lead, Part::Support] {
        for record in held(current).filter(|record| is_of(record, from, part)) {
            steps.push(Step::End(record.clone()));
            let leads = || {
                held(current).any(|record| is_of(record, to, Part::Lead))
                    || steps.contains(&Step::Begin(to.clone(), Part::Lead))
            };
            let has = held(current).any(|record| is_of(record, to, part))
                || (part == Part::Support && leads());
            if has {
                continue;
            }
            if part == Part::Lead {
                let helps = held(current).filter(|record| is_of(record, to, Part::Support));
                steps.extend(helps.cloned().map(Step::End));
            }
            steps.push(Step::Begin(to.clone(), part));
        }
    }
    steps
}

/// The edit that a step is. `new` is the id of an assignment that it makes.
pub fn edit(
    step: &Step,
    firm: RecordId,
    scope: &ScopeId,
    because: &Because,
    new: RecordId,
) -> Edit {
    match step {
        Step::Begin(who, part) => {
            let beginning = Beginning {
                user: who.user,
                name: &who.name,
                part: *part,
                on: &because.on,
                by: &because.by,
                reason: &because.reason,
            };
            beginning.edit(new, firm, scope)
        }
        Step::End(record) => assigning::end(record, &because.on),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruyuan_domain::{Fields, Map, RecordKind, Seq, Stamp, UserId};

    fn who(user: u128) -> Who {
        Who {
            user: UserId::from_u128(user),
            name: format!("某{user}"),
        }
    }

    fn held(id: u128, user: u128, part: Part, ended: bool) -> Record {
        let mut fields = Fields::new();
        let user = UserId::from_u128(user).to_string();
        fields.insert(field::ASSIGNED_TO.to_owned(), user.into());
        fields.insert(field::PART.to_owned(), part.as_str().into());
        if ended {
            fields.insert(field::ENDED_ON.to_owned(), "2026-01-01".into());
        }
        Record {
            id: RecordId::from_u128(id),
            root: RecordId::from_u128(99),
            kind: RecordKind::Assignment,
            scope: ScopeId::park("a"),
            seq: Seq(1),
            version: 7,
            fields,
            deleted: false,
            by: UserId::from_u128(5),
            at: Stamp::from_unix_ms(0, 0),
            unknown: Map::new(),
        }
    }

    #[test]
    fn what_is_as_wanted_stays() {
        let current = [
            held(1, 1, Part::Lead, false),
            held(2, 2, Part::Support, false),
            held(3, 3, Part::Support, true),
        ];
        let wanted = Wanted {
            lead: Some(who(1)),
            supports: Some(vec![who(2)]),
        };
        assert_eq!(steps(&current, &wanted), []);
        assert_eq!(steps(&current, &Wanted::default()), []);
    }

    #[test]
    fn a_new_lead_ends_the_old_and_only_named_helpers_stay() {
        let current = [
            held(1, 1, Part::Lead, false),
            held(2, 2, Part::Support, false),
            held(3, 3, Part::Support, true),
        ];
        let wanted = Wanted {
            lead: Some(who(2)),
            supports: Some(vec![who(3)]),
        };
        let expected = [
            Step::End(current[0].clone()),
            Step::End(current[1].clone()),
            Step::Begin(who(2), Part::Lead),
            Step::Begin(who(3), Part::Support),
        ];
        assert_eq!(steps(&current, &wanted), expected);
        // Nobody both answers and helps.
        let both = Wanted {
            lead: Some(who(1)),
            supports: Some(vec![who(1), who(2)]),
        };
        assert_eq!(steps(&current, &both), []);
    }

    #[test]
    fn handing_over_gives_what_one_had_and_nothing_twice() {
        let current = [
            held(1, 1, Part::Lead, false),
            held(2, 2, Part::Support, false),
            held(3, 1, Part::Support, true),
        ];
        let expected = [
            Step::End(current[0].clone()),
            Step::End(current[1].clone()),
            Step::Begin(who(2), Part::Lead),
        ];
        assert_eq!(handed_over(&current, &who(1), &who(2)), expected);
        // Whoever answers for a firm already does not begin to help as well.
        assert_eq!(
            handed_over(&current, &who(2), &who(1)),
            [Step::End(current[1].clone())]
        );
        assert_eq!(handed_over(&current, &who(3), &who(2)), []);
        let both = [held(1, 1, Part::Lead, false), held(2, 2, Part::Lead, false)];
        assert_eq!(
            handed_over(&both, &who(1), &who(2)),
            [Step::End(both[0].clone())]
        );
    }
}
