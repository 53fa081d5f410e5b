//! 问题台账: what firms have difficulties with, where each of them stands, and the meetings that go through them.

use crate::{
    FieldError, FieldProblem, FieldValue, Fields, Language, RecordId, RecordKind,
    catalogue::{RecordField, date, optional, required, text, text_of_lines},
    consts::field,
    forms::{Choice, Localised, QuestionKind, Unit},
};

/// A fixed list: each entry with its name on the wire and what it is called.
macro_rules! fixed_list {
    ($(#[$doc:meta])* $list:ident { $($(#[$entry_doc:meta])* $entry:ident = $name:literal, $zh:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $list { $($(#[$entry_doc])* $entry,)+ }

        impl $list {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$entry,)+];

            /// Name, Chinese and English.
            const fn words(self) -> [&'static str; 3] {
                match self { $(Self::$entry => [$name, $zh, $en],)+ }
            }

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                let [name, ..] = self.words();
                name
            }

            /// What it is called.
            pub const fn label(self, language: Language) -> &'static str {
                let [_, zh, en] = self.words();
                match language {
                    Language::Chinese => zh,
                    Language::English => en,
                }
            }

            /// The one of this name.
            pub fn of(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|entry| entry.as_str() == name)
            }

            /// All of them as the choices of a question.
            pub fn choices() -> Vec<Choice> {
                Self::ALL.iter().map(|entry| choice(entry.words())).collect()
            }
        }
    };
}

fixed_list! {
    /// 痛点: what kind of difficulty it is. The words are those of the visit form where it asks for the same.
    PainPoint {
        /// Nobody says what the right is worth, or only at a price.
        Valuation = "valuation", "评估难", "Valuation hard";
        /// The bank offers less than is needed.
        Limit = "limit", "额度低", "Limit too low";
        /// Interest, fees and premiums.
        Cost = "cost", "融资成本高", "Costs too high";
        /// Papers and procedures.
        Papers = "papers", "材料手续繁", "Too many papers";
        /// How long it takes.
        Time = "time", "办理慢", "Takes too long";
        /// No right that could be pledged, or too little security.
        Collateral = "collateral", "质押物或担保不足", "Too little security";
        /// A policy that is not known, or whose money does not come.
        Policy = "policy", "政策不了解或难兑现", "Policy unknown or unpaid";
        /// No bank found, or none that answers.
        Bank = "bank", "银行对接", "Finding a bank";
        /// Ownership, infringement, a right that runs out.
        Rights = "rights", "确权维权", "Ownership and enforcement";
        /// Anything else.
        Other = "other", "其他", "Other";
    }
}

fixed_list! {
    /// Where an issue stands.
    IssueStatus {
        /// Nobody is responsible yet.
        Reported = "reported", "待交办", "Not assigned";
        /// Somebody is, and has not begun.
        Assigned = "assigned", "已交办", "Assigned";
        /// They work on it.
        Handling = "handling", "办理中", "In progress";
        /// The firm has an answer.
        Answered = "answered", "已反馈", "Answered";
        /// 销号: it is over, with a reason.
        Closed = "closed", "已销号", "Closed";
    }
}

fixed_list! {
    /// What somebody did about an issue.
    Step {
        /// 提出: it was written down.
        Reported = "reported", "提出问题", "Raised";
        /// 交办: somebody was made responsible, by a date.
        Assigned = "assigned", "交办", "Assigned";
        /// 办理: they began.
        Handling = "handling", "办理", "In progress";
        /// 反馈: the firm was answered.
        Answered = "answered", "反馈", "Answered";
        /// 销号: it was closed.
        Closed = "closed", "销号", "Closed";
        /// A remark that leaves it where it is.
        Note = "note", "记录进展", "Remark";
        /// It was closed too early.
        Reopened = "reopened", "重新办理", "Reopened";
    }
}

impl PainPoint {
    /// The kind that a visit's answer to 遇到的问题 comes nearest to.
    pub fn of_answer(choice: &str) -> Self {
        match choice {
            "guarantee" => Self::Collateral,
            "interest_rate" => Self::Cost,
            "procedure" => Self::Papers,
            "policy_unknown" => Self::Policy,
            name => Self::of(name).unwrap_or(Self::Other),
        }
    }
}

impl IssueStatus {
    /// Where a record stands. What a later version brought is open and nobody's yet.
    pub fn of_record(fields: &Fields) -> Self {
        let name = fields.get(field::STATUS).and_then(FieldValue::as_text);
        name.and_then(Self::of).unwrap_or(Self::Reported)
    }

    /// What may be done next, the likeliest first: 交办, 办理, 反馈, 销号 in this order, a remark at any time, back to
    /// 交办 where it went to the wrong desk, and 销号 from anywhere.
    ///
    /// This is what a screen offers. Two people without a network may each have taken another step, so what arrives
    /// is never refused for its order: it merges.
    pub const fn next(self) -> &'static [Step] {
        match self {
            Self::Reported => &[Step::Assigned, Step::Note, Step::Closed],
            Self::Assigned => &[Step::Handling, Step::Assigned, Step::Note, Step::Closed],
            Self::Handling => &[Step::Answered, Step::Assigned, Step::Note, Step::Closed],
            Self::Answered => &[Step::Closed, Step::Assigned, Step::Note],
            Self::Closed => &[Step::Reopened],
        }
    }
}

impl Step {
    /// Where an issue stands afterwards; none where it stays. One that is opened again goes back to who was
    /// responsible, or waits for somebody to be.
    pub const fn leads_to(self, has_responsible: bool) -> Option<IssueStatus> {
        Some(match self {
            Self::Reported => IssueStatus::Reported,
            Self::Assigned => IssueStatus::Assigned,
            Self::Handling => IssueStatus::Handling,
            Self::Answered => IssueStatus::Answered,
            Self::Closed => IssueStatus::Closed,
            Self::Note => return None,
            Self::Reopened if has_responsible => IssueStatus::Assigned,
            Self::Reopened => IssueStatus::Reported,
        })
    }

    /// The fields that a person is asked for, each with whether it is needed: 交办 names a person and a date, an
    /// answer and an end have their words.
    pub const fn asks(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Reported => &[],
            Self::Assigned => &[
                (field::RESPONSIBLE_NAME, true),
                (field::RESPONSIBLE_UNIT, false),
                (field::DUE_ON, true),
                (field::NOTE, false),
            ],
            Self::Handling => &[(field::NOTE, false)],
            Self::Answered | Self::Closed | Self::Note | Self::Reopened => &[(field::NOTE, true)],
        }
    }
}

fn choice([name, zh, en]: [&str; 3]) -> Choice {
    let of = |language: Language, text: &str| (language.tag().to_owned(), text.to_owned());
    let label = [of(Language::Chinese, zh), of(Language::English, en)];
    Choice {
        name: name.to_owned(),
        label: Localised(label.into()),
    }
}

/// The fields of an issue.
pub static ISSUE_FIELDS: [RecordField; 14] = [
    required(field::TITLE, text(120)),
    optional(field::DETAILS, text_of_lines(2000)),
    required(field::CATEGORY, text(20)),
    optional(field::ENTERPRISE, text(36)),
    optional(field::VISIT, text(36)),
    required(field::RAISED_ON, date(true)),
    required(field::RAISED_BY, text(36)),
    required(field::OFFICER, text(60)),
    required(field::STATUS, text(20)),
    optional(field::RESPONSIBLE_NAME, text(60)),
    optional(field::RESPONSIBLE_UNIT, text(120)),
    optional(field::RESPONSIBLE, text(36)),
    optional(field::DUE_ON, date(false)),
    optional(field::CLOSED_ON, date(false)),
];

/// The fields of a step. It is never edited once it is written: the history says what was said then.
pub static ISSUE_STEP_FIELDS: [RecordField; 7] = [
    required(field::STEP, text(20)),
    optional(field::NOTE, text_of_lines(2000)),
    required(field::OFFICER, text(60)),
    required(
        field::STEPPED_AT,
        QuestionKind::DateTime {
            not_in_future: false,
        },
    ),
    optional(field::RESPONSIBLE_NAME, text(60)),
    optional(field::RESPONSIBLE_UNIT, text(120)),
    optional(field::DUE_ON, date(false)),
];

/// The fields of a meeting.
pub static MEETING_FIELDS: [RecordField; 6] = [
    required(field::TITLE, text(120)),
    required(field::HELD_ON, date(false)),
    optional(field::PLACE, text(120)),
    optional(field::ATTENDEES, text_of_lines(1000)),
    optional(field::MINUTES, text_of_lines(10_000)),
    required(field::OFFICER, text(60)),
];

/// The fields of an item of a meeting's agenda.
pub static MEETING_ITEM_FIELDS: [RecordField; 3] = [
    required(field::ISSUE, text(36)),
    required(
        field::POSITION,
        QuestionKind::Number {
            unit: Unit::Items,
            min: Some(1),
            max: None,
        },
    ),
    optional(field::CONCLUSION, text_of_lines(2000)),
];

/// The fields of a kind of the ledger; none of another kind.
pub fn fields_of(kind: &RecordKind) -> Option<&'static [RecordField]> {
    Some(match kind {
        RecordKind::Issue => &ISSUE_FIELDS,
        RecordKind::IssueStep => &ISSUE_STEP_FIELDS,
        RecordKind::Meeting => &MEETING_FIELDS,
        RecordKind::MeetingItem => &MEETING_ITEM_FIELDS,
        _ => return None,
    })
}

/// What may stand in a field that takes one of a fixed list.
pub fn choices_of(name: &str) -> Option<Vec<Choice>> {
    Some(match name {
        field::CATEGORY => PainPoint::choices(),
        field::STATUS => IssueStatus::choices(),
        field::STEP => Step::choices(),
        _ => return None,
    })
}

/// What the fields' kinds alone do not say: fixed lists, ids, and what each step needs.
pub(crate) fn errors_beyond_kinds(fields: &Fields) -> Vec<FieldError> {
    let text = |name: &str| fields.get(name).and_then(FieldValue::as_text);
    let mut errors = Vec::new();
    for (name, is_known) in [
        (
            field::CATEGORY,
            (|name| PainPoint::of(name).is_some()) as fn(&str) -> bool,
        ),
        (field::STATUS, |name| IssueStatus::of(name).is_some()),
        (field::STEP, |name| Step::of(name).is_some()),
    ] {
        if let Some(value) = text(name).filter(|value| !is_known(value)) {
            let value = value.to_owned();
            errors.push(FieldError::new(name, FieldProblem::NotAChoice { value }));
        }
    }
    for name in [
        field::ENTERPRISE,
        field::VISIT,
        field::ISSUE,
        field::RAISED_BY,
        field::RESPONSIBLE,
    ] {
        if text(name).is_some_and(|id| id.parse::<RecordId>().is_err()) {
            errors.push(FieldError::new(name, FieldProblem::UnknownRecord));
        }
    }
    let step = text(field::STEP).and_then(Step::of);
    for (name, needed) in step.map_or(&[][..], Step::asks) {
        if *needed && text(name).is_none_or(|value| value.trim().is_empty()) {
            errors.push(FieldError::new(*name, FieldProblem::Required));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Stamp, validate::check_record};

    const ID: &str = "0190f3a0-0000-7000-8000-000000000001";

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()));
        owned.collect()
    }

    fn paths(kind: &RecordKind, fields: &Fields) -> Vec<String> {
        let now = Stamp::parse("2026-11-23T12:00:00+08:00").unwrap();
        let errors = check_record(kind, fields, None, now);
        errors.into_iter().map(|error| error.path).collect()
    }

    fn issue() -> Fields {
        fields(&[
            ("title", "专利评估收费高"),
            ("category", "valuation"),
            ("enterprise", ID),
            ("raised_on", "2026-11-23"),
            ("raised_by", ID),
            ("officer_name", "李敏"),
            ("status", "reported"),
        ])
    }

    #[test]
    fn an_issue_needs_a_title_a_kind_and_who_raised_it_when() {
        assert_eq!(paths(&RecordKind::Issue, &issue()), [""; 0]);
        let expected = [
            "title",
            "category",
            "raised_on",
            "raised_by",
            "officer_name",
            "status",
        ];
        assert_eq!(paths(&RecordKind::Issue, &Fields::new()), expected);
    }

    #[test]
    fn what_an_issue_cannot_say_is_named_by_its_field() {
        for (name, value) in [
            ("title", "长".repeat(121)),
            ("details", "长".repeat(2001)),
            ("category", "weather".to_owned()),
            ("status", "forgotten".to_owned()),
            ("enterprise", "甲".to_owned()),
            ("visit", "乙".to_owned()),
            ("responsible", "丙".to_owned()),
            ("raised_on", "2026-11-24".to_owned()),
            ("due_on", "2026-11-31".to_owned()),
            ("priority", "high".to_owned()),
        ] {
            let mut wrong = issue();
            wrong.insert(name.to_owned(), value.into());
            assert_eq!(paths(&RecordKind::Issue, &wrong), [name]);
        }
    }

    #[test]
    fn every_step_says_what_it_must() {
        let at = "2026-11-23T11:00:00+08:00";
        for (step, needed) in [
            ("reported", &[][..]),
            ("assigned", &["responsible_name", "due_on"]),
            ("handling", &[]),
            ("answered", &["note"]),
            ("closed", &["note"]),
            ("note", &["note"]),
            ("reopened", &["note"]),
        ] {
            let mut said = fields(&[("step", step), ("officer_name", "李敏"), ("stepped_at", at)]);
            assert_eq!(paths(&RecordKind::IssueStep, &said), needed, "{step}");
            said.insert("note".to_owned(), " ".into());
            said.insert("responsible_name".to_owned(), "王强".into());
            said.insert("due_on".to_owned(), "2026-12-01".into());
            let words: Vec<_> = needed.iter().filter(|name| **name == "note").collect();
            assert_eq!(
                paths(&RecordKind::IssueStep, &said).len(),
                words.len(),
                "{step}"
            );
        }
        let unknown = fields(&[
            ("step", "danced"),
            ("officer_name", "李敏"),
            ("stepped_at", at),
        ]);
        assert_eq!(paths(&RecordKind::IssueStep, &unknown), ["step"]);
    }

    #[test]
    fn a_meeting_and_its_items_are_checked_too() {
        let meeting = fields(&[("held_on", "2026-11-31"), ("weather", "雨")]);
        let expected = ["title", "held_on", "officer_name", "weather"];
        assert_eq!(paths(&RecordKind::Meeting, &meeting), expected);
        let mut item = fields(&[("issue", "甲")]);
        item.insert("position".to_owned(), 0.into());
        assert_eq!(
            paths(&RecordKind::MeetingItem, &item),
            ["position", "issue"]
        );
    }

    #[test]
    fn an_issue_goes_from_hand_to_hand_and_ends_from_anywhere() {
        let mut status = IssueStatus::Reported;
        for expected in ["assigned", "handling", "answered", "closed"] {
            let step = status.next()[0];
            status = step.leads_to(true).unwrap();
            assert_eq!((step.as_str(), status.as_str()), (expected, expected));
        }
        assert_eq!(status.next(), [Step::Reopened]);
        assert_eq!(Step::Reopened.leads_to(true), Some(IssueStatus::Assigned));
        assert_eq!(Step::Reopened.leads_to(false), Some(IssueStatus::Reported));
        let open = IssueStatus::ALL
            .iter()
            .filter(|status| **status != IssueStatus::Closed);
        for status in open {
            assert!(status.next().contains(&Step::Closed), "{status:?}");
            assert!(status.next().contains(&Step::Note), "{status:?}");
        }
        assert_eq!(Step::Note.leads_to(true), None);
    }

    #[test]
    fn names_on_the_wire_are_read_back() {
        for kind in PainPoint::ALL {
            assert_eq!(PainPoint::of(kind.as_str()), Some(*kind));
        }
        for step in Step::ALL {
            assert_eq!(Step::of(step.as_str()), Some(*step));
        }
        assert_eq!(PainPoint::of_answer("interest_rate"), PainPoint::Cost);
        assert_eq!(PainPoint::of_answer("rights"), PainPoint::Rights);
        assert_eq!(PainPoint::of_answer("of a later form"), PainPoint::Other);
    }
}
