//! What this device knows of a firm that is worth knowing before a visit to it.

use super::{plan::visits_of, store::Store};
use ruyuan_domain::{
    Record, RecordId, RecordKind, Stamp,
    consts::{ANSWER, field},
    order::sorted_by_key,
    validate::is_supplement_due,
};
use ruyuan_sync::{attachment::BlobHead, engine::State};
use std::{cmp::Reverse, rc::Rc};

/// A right that runs out within so many days is said to.
const SOON_DAYS: i64 = 365;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// When a right runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expires {
    /// It has.
    Past,
    /// Within a year.
    Soon,
    /// Later, or nobody has written down when.
    Later,
}

/// A right that was named at a visit.
#[derive(Clone, Debug)]
pub struct Right {
    /// As it was written down last.
    pub record: Rc<Record>,
    /// When it runs out.
    pub expires: Expires,
    /// Whether its annual fee is overdue.
    pub fee_overdue: bool,
}

/// What is known of a firm.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The firm.
    pub firm: Option<Rc<Record>>,
    /// The visits to it, newest first.
    pub visits: Vec<Rc<Record>>,
    /// Those after which something was promised that no later visit has taken up, or that are to be completed.
    pub promises: Vec<Rc<Record>>,
    /// Those with a need that is not closed.
    pub needs: Vec<Rc<Record>>,
    /// Its rights, those that somebody should look at first.
    pub rights: Vec<Right>,
    /// How many photos and documents of its visits are here.
    pub attachments_here: usize,
    /// How many are not.
    pub attachments_absent: usize,
}

/// What is known of a firm.
pub fn of_firm(store: Store, firm: RecordId) -> Known {
    let today = store.now();
    store.read(|state| known(state, firm, today))
}

fn known(state: &State, firm: RecordId, today: Stamp) -> Known {
    let visits: Vec<Rc<Record>> = visits_of(state, firm).cloned().collect();
    let visits = sorted_by_key(visits, |visit: &Rc<Record>| {
        Reverse(Stamp::parse(visit.text(field::STARTED_AT)).map(Stamp::unix_ms))
    });
    let mut known = Known {
        firm: state.view().get(firm).cloned(),
        ..Known::default()
    };
    for (visit, at) in visits.iter().zip(0..) {
        // What came of an earlier promise is what the next visit says.
        let promised = at == 0 && !["", "none"].contains(&answer(visit, "next_step"));
        if promised || is_supplement_due(&visit.fields) {
            known.promises.push(Rc::clone(visit));
        }
        let closed = ["closed", "no_referral"].contains(&answer(visit, "referral_status"));
        if answer(visit, "has_financing_need") == "yes" && !closed {
            known.needs.push(Rc::clone(visit));
        }
        for child in state.view().children(visit.id) {
            match child.kind {
                RecordKind::RepeatInstance => take_right(&mut known.rights, child, today),
                RecordKind::Attachment if state.blob(child.id).is_some_and(BlobHead::is_here) => {
                    known.attachments_here += 1;
                }
                RecordKind::Attachment => known.attachments_absent += 1,
                _ => {}
            }
        }
    }
    known.rights = sorted_by_key(std::mem::take(&mut known.rights), |right: &Right| {
        (right.expires == Expires::Later) && !right.fee_overdue
    });
    known.visits = visits;
    known
}

/// Visits come newest first: a right that is named again is as it was written down last.
fn take_right(rights: &mut Vec<Right>, record: &Rc<Record>, today: Stamp) {
    let name = answer(record, "right_name");
    let number = |record: &Record| {
        let patent = answer(record, "patent_number").to_owned();
        format!("{patent}{}", answer(record, "registration_number"))
    };
    let same = |known: &Right| {
        answer(&known.record, "right_name") == name && number(&known.record) == number(record)
    };
    if name.is_empty() || rights.iter().any(same) {
        return;
    }
    let end = Stamp::parse(&format!("{}T23:59:59+08:00", answer(record, "expires_on")));
    let left = end.map(|end| end.unix_ms() - today.unix_ms());
    rights.push(Right {
        record: Rc::clone(record),
        expires: match left {
            Some(..0) => Expires::Past,
            Some(left) if left <= SOON_DAYS * DAY_MS => Expires::Soon,
            _ => Expires::Later,
        },
        fee_overdue: answer(record, "annual_fee_status") == "overdue",
    });
}

fn answer<'a>(record: &'a Record, question: &str) -> &'a str {
    record.text(&format!("{ANSWER}{question}"))
}
