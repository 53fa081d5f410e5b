//! What a person does to an answer.

use super::{
    super::{
        Choice, NodeKind, Records,
        plan::Aspect,
        reads::{CLOCK, LANGUAGE},
    },
    At, Clock, Filling, Role,
    kinds::written,
    spot::flag,
};
use crate::{Language, RecordId};

/// Why something cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing is asked there.
    NotAsked,
    /// It can only be read.
    Readonly,
    /// The repeat counts its instances itself.
    Counted,
    /// There are as many as there may be.
    TooMany,
}

impl Filling {
    /// Answers a question; a blank text takes the answer away. What several are chosen of stands in the list's order.
    ///
    /// # Errors
    /// Nobody answers it, or not now.
    pub fn set(&mut self, at: At, text: &str) -> Result<(), Refused> {
        let kind = self.node(at).kind;
        if self.spot(at).role != Role::Question || !kind.is_asked() {
            return Err(Refused::NotAsked);
        }
        if self.is_readonly(at) {
            return Err(Refused::Readonly);
        }
        let text = match kind {
            NodeKind::SelectMultiple => self.in_order_of_list(at, text),
            _ => text.to_owned(),
        };
        self.show(at, Some(text));
        self.settle();
        Ok(())
    }

    /// Adds an instance at the end of a repeat.
    ///
    /// # Errors
    /// It cannot be added.
    pub fn add(&mut self, repeat: At, id: RecordId) -> Result<At, Refused> {
        self.is_open_repeat(repeat)?;
        let at = self.put_instance(repeat, id).ok_or(Refused::TooMany)?;
        self.fill_instance(at);
        self.change(repeat, Aspect::Count);
        self.spread(repeat);
        self.settle();
        Ok(at)
    }

    fn fill_instance(&mut self, at: At) {
        self.grow(at, true);
        self.wait_below(at);
    }

    fn is_open_repeat(&self, repeat: At) -> Result<(), Refused> {
        if self.spot(repeat).role != Role::Repeat {
            return Err(Refused::NotAsked);
        }
        if self.node(repeat).count.is_some() {
            return Err(Refused::Counted);
        }
        if self.is_readonly(repeat) {
            return Err(Refused::Readonly);
        }
        Ok(())
    }

    /// Removes an instance; [`Self::bring_back`] undoes it.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&mut self, instance: At) -> Result<(), Refused> {
        self.put_away(instance, true)
    }

    /// Brings back an instance that was removed, with its answers, to where it was.
    ///
    /// # Errors
    /// It cannot come back.
    pub fn bring_back(&mut self, instance: At) -> Result<(), Refused> {
        self.put_away(instance, false)
    }

    fn put_away(&mut self, instance: At, gone: bool) -> Result<(), Refused> {
        if self.spot(instance).role != Role::Instance {
            return Err(Refused::NotAsked);
        }
        let repeat = self.spot(instance).parent;
        self.is_open_repeat(repeat)?;
        if self.spot_mut(instance).set(flag::GONE, gone) {
            self.ordered = false;
            if !gone {
                self.see_again(instance);
            }
            self.change(repeat, Aspect::Count);
            self.spread(repeat);
            self.settle();
        }
        Ok(())
    }

    /// While it was away, what is in an instance was not worked out.
    fn see_again(&mut self, instance: At) {
        let mut next = vec![instance];
        while let Some(at) = next.pop() {
            self.wait(at, Aspect::Relevant);
            self.inside_with_repeats(at, &mut next);
        }
        self.wait_below(instance);
    }

    /// So many instances there are; further ones stay as they are, out of sight.
    pub(super) fn count_instances(&mut self, repeat: At, count: usize) {
        for (index, at) in self
            .spot(repeat)
            .instances()
            .to_vec()
            .into_iter()
            .enumerate()
        {
            if self.spot_mut(at).set(flag::BEYOND, index >= count) {
                self.ordered = false;
                if index < count {
                    self.see_again(at);
                }
            }
        }
        while self.spot(repeat).instances().len() < count {
            let id = self.own_id(repeat);
            let Some(at) = self.put_instance(repeat, id) else {
                break;
            };
            self.fill_instance(at);
        }
        self.change(repeat, Aspect::Count);
        self.spread(repeat);
    }

    /// Changes the language of texts, by its tag, and of months and weekdays.
    pub fn set_language(&mut self, language: &str, words: Language) {
        language.clone_into(&mut self.language);
        self.surroundings.language = words;
        self.change_below(At::FORM, Aspect::Texts);
        self.spread_from(At::FORM, LANGUAGE);
        self.settle();
    }

    /// The instant is another: `now()` and `today()` with it.
    pub fn set_clock(&mut self, clock: Clock) {
        self.surroundings.now_ms = clock.now_ms;
        self.surroundings.offset_minutes = clock.offset_minutes;
        self.spread_from(At::FORM, CLOCK);
        self.settle();
    }

    /// The phone holds other records.
    pub fn set_records(&mut self, records: Records, choices: &[Choice]) {
        for (held, list) in self.held.iter_mut().zip(&self.form.lists) {
            if list.records == Some(records) {
                *held = Some(choices.to_vec());
            }
        }
        for at in self.living_below(At::FORM) {
            let list = self.form.list_of(self.node(at));
            if list.is_some_and(|list| list.records == Some(records)) {
                self.change(at, Aspect::Choices);
            }
        }
        self.wait_below(At::FORM);
        self.settle();
    }

    /// The form is finished at this instant: what asks for its end gets it.
    pub fn finish(&mut self, clock: Clock) {
        self.set_clock(clock);
        let end = written(clock.now_ms, clock.offset_minutes);
        for at in self.living_below(At::FORM) {
            if self.node(at).kind == NodeKind::End {
                self.show(at, Some(end.clone()));
            }
        }
        self.settle();
    }
}
