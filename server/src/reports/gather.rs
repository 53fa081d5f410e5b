//! What a report is about, read from the store a page at a time; of each row only what is shown stays in memory.

use super::{
    MOST_LINES, Report,
    days::{Day, Days},
    firms::Firms,
    issues::Issue,
    places::Chosen,
    plain,
};
use crate::{
    auth::Access,
    forms::Forms,
    store::{ReadTx, StoreError, StoreResult},
};
use ruyuan_domain::{
    Language, Record, RecordId, RecordKind, ScopeId, Seq, Stamp,
    consts::{ANSWER, field},
    forms::{FormDefinition, QuestionKind},
    validate::is_supplement_due,
};
use std::{collections::BTreeMap, sync::Arc};

/// Rows of a page.
const PAGE: u32 = 2_000;

/// Most rounds in which survivors of survivors are fetched.
const MOST_ROUNDS: usize = 8;

/// Choice of a question that says there is nothing to say.
const NONE: &str = "none";

/// Why nothing was gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// More rows than a report has.
    #[error("more than {MOST_LINES} rows")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything that a report is made from.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Where it is about.
    pub places: Chosen,
    /// Every firm of there.
    pub firms: Firms,
    /// The visits that were submitted in the days, in the order in which they were made.
    pub visits: Vec<Visit>,
    /// The issues that were raised in the days or still open at their end, in the order in which they were raised.
    pub issues: Vec<Issue>,
    /// The visits planned for the week after, in order of their days.
    pub plans: Vec<Plan>,
}

/// A visit, as far as reports show it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Its record.
    pub id: RecordId,
    /// The firm that it is counted for.
    pub firm: Option<RecordId>,
    /// The firm's name as the form says it, for a firm that is not here.
    pub name: String,
    /// The firm's code as the form says it.
    pub code: String,
    /// Where.
    pub scope: ScopeId,
    /// When it was made.
    pub at: Stamp,
    /// Who made it.
    pub officer: String,
    /// 走访方式; empty on a form that does not ask.
    pub method: String,
    /// Whether there is a need; `None` where that is not answered.
    pub has_need: Option<bool>,
    /// What the firm needs, if it needs anything.
    pub need: Need,
    /// Kinds of problems.
    pub problems: Vec<String>,
    /// The problem in words.
    pub remark: String,
    /// 下一步.
    pub next_step: String,
    /// Whether it was submitted with the rest to come.
    pub due: bool,
}

/// What a firm needs.
#[derive(Clone, Debug, Default)]
pub struct Need {
    /// How much it asks for, in 分. Not what is granted or paid out.
    pub amount: Option<i64>,
    /// For how many months.
    pub months: Option<i64>,
    /// What for.
    pub purposes: Vec<String>,
    /// What else for.
    pub other_purpose: String,
    /// When.
    pub needed_on: Option<Day>,
    /// Banks in mind.
    pub banks: String,
    /// Product types in mind.
    pub products: Vec<String>,
}

/// A visit that somebody means to make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plan {
    /// When.
    pub on: Day,
    /// The firm that it is counted for.
    pub firm: RecordId,
}

impl Gathered {
    /// The name of a firm; what the form says for one that is not here.
    pub fn firm_name<'a>(&'a self, firm: Option<RecordId>, said: &'a str) -> &'a str {
        let known = firm.and_then(|firm| self.firms.get(firm));
        match known.map_or("", |firm| firm.name.as_str()) {
            "" => said,
            name => name,
        }
    }

    /// The code of a firm.
    pub fn firm_code<'a>(&'a self, firm: Option<RecordId>, said: &'a str) -> &'a str {
        let known = firm.and_then(|firm| self.firms.get(firm));
        match known.map_or("", |firm| firm.code.as_str()) {
            "" => said,
            code => code,
        }
    }

    /// What a place is called.
    pub fn place<'a>(&'a self, scope: &'a ScopeId) -> &'a str {
        let name = self.places.names.get(scope);
        name.map_or(scope.as_str(), String::as_str)
    }

    fn counted(&mut self) {
        let firms = &self.firms;
        let survivor = |firm: &mut Option<RecordId>| *firm = firm.map(|id| firms.survivor(id));
        self.visits
            .iter_mut()
            .for_each(|visit| survivor(&mut visit.firm));
        self.issues
            .iter_mut()
            .for_each(|issue| survivor(&mut issue.firm));
        self.plans
            .iter_mut()
            .for_each(|plan| plan.firm = firms.survivor(plan.firm));
        self.visits
            .sort_by_key(|visit| (visit.at.unix_ms(), visit.id));
        self.issues.sort_by_key(|issue| (issue.raised_on, issue.id));
        self.plans.sort_unstable();
        self.plans.dedup();
    }
}

/// Reads what a report is about.
///
/// # Errors
/// More rows than a report has, or the database failed.
pub async fn gather(
    tx: &mut dyn ReadTx,
    forms: &Forms,
    access: &Access,
    places: Chosen,
    report: Report,
    days: Days,
) -> Result<Gathered, GatherError> {
    let mut gatherer = Gatherer {
        forms,
        known: BTreeMap::new(),
        report,
        days,
        gathered: Gathered::default(),
    };
    for scope in &places.scopes {
        let mut after = Seq(0);
        loop {
            let page = tx.rows_after(scope, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            for record in &page {
                gatherer.take(tx, record).await?;
            }
        }
    }
    let mut gathered = gatherer.gathered;
    gathered.places = places;
    complete(tx, access, &mut gathered.firms).await?;
    gathered.counted();
    Ok(gathered)
}

/// Fetches the survivors that stand in another place, as far as the person may see it.
async fn complete(tx: &mut dyn ReadTx, access: &Access, firms: &mut Firms) -> StoreResult<()> {
    for _ in 0..MOST_ROUNDS {
        let mut more = false;
        for id in firms.missing() {
            let record = tx.record(id).await?;
            let firm = record.filter(|record| access.scopes.contains(&record.scope));
            if let Some(firm) = firm.filter(|firm| firm.kind == RecordKind::Enterprise) {
                firms.take(&firm);
                more = true;
            }
        }
        if !more {
            break;
        }
    }
    Ok(())
}

struct Gatherer<'a> {
    forms: &'a Forms,
    known: BTreeMap<(String, i64), Option<Arc<FormDefinition>>>,
    report: Report,
    days: Days,
    gathered: Gathered,
}

impl Gatherer<'_> {
    async fn take(&mut self, tx: &mut dyn ReadTx, record: &Record) -> Result<(), GatherError> {
        if record.kind == RecordKind::Enterprise {
            self.gathered.firms.take(record);
        }
        if record.deleted {
            return Ok(());
        }
        match (&record.kind, self.report) {
            (RecordKind::Visit, Report::Visits | Report::Needs | Report::Summary) => {
                let submitted = Stamp::parse(record.text(field::SUBMITTED_AT)).map(Day::of);
                if submitted.is_some_and(|day| self.days.hold(day)) {
                    let form = self.form(tx, record).await?;
                    self.gathered.visits.push(visit(record, form.as_deref()));
                }
            }
            (RecordKind::PlannedVisit, Report::Summary) => {
                let next = self.days.to.monday().after(7);
                let week = Days {
                    from: next,
                    to: next.after(6),
                };
                let on = Day::parse(record.text(field::PLANNED_ON));
                let on = on.filter(|on| week.hold(*on));
                let firm = record.text(field::ENTERPRISE).parse().ok();
                let plan = on.zip(firm).map(|(on, firm)| Plan { on, firm });
                self.gathered.plans.extend(plan);
            }
            (RecordKind::Issue, Report::Issues | Report::Summary) => {
                let issue = Issue::of(record).filter(|issue| issue.is_of(self.days));
                self.gathered.issues.extend(issue);
            }
            _ => {}
        }
        match self.gathered.visits.len().max(self.gathered.issues.len()) > MOST_LINES {
            true => Err(GatherError::TooMany),
            false => Ok(()),
        }
    }

    /// The form that a visit was filled with.
    async fn form(
        &mut self,
        tx: &mut dyn ReadTx,
        visit: &Record,
    ) -> StoreResult<Option<Arc<FormDefinition>>> {
        let version = visit.integer(field::FORM_VERSION).unwrap_or_default();
        let key = (visit.text(field::FORM).to_owned(), version);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let form = self.forms.get(tx, &key.0, version).await?;
        self.known.insert(key, form.clone());
        Ok(form)
    }
}

fn visit(record: &Record, form: Option<&FormDefinition>) -> Visit {
    let field_of = |question: &str| format!("{ANSWER}{question}");
    let text = |question: &str| plain(record.text(&field_of(question)));
    let labels = |question: &str| labels(form, question, record.text(&field_of(question)));
    let started = || Stamp::parse(record.text(field::STARTED_AT));
    let at = Stamp::parse(record.text(&field_of("visited_at"))).or_else(started);
    let has_need = match record.text(&field_of("has_financing_need")) {
        "" => None,
        answer => Some(answer == "yes"),
    };
    let number = |question: &str| record.integer(&field_of(question));
    let need = || Need {
        amount: number("financing_amount"),
        months: number("financing_term"),
        purposes: labels("financing_purpose"),
        other_purpose: text("financing_purpose_other"),
        needed_on: Day::parse(record.text(&field_of("funds_needed_on"))),
        banks: text("intended_banks"),
        products: labels("intended_product_types"),
    };
    Visit {
        id: record.id,
        firm: record.text(field::ENTERPRISE).parse().ok(),
        name: text("enterprise_name"),
        code: text("credit_code"),
        scope: record.scope.clone(),
        at: at.unwrap_or(record.at),
        officer: plain(record.text(field::OFFICER)),
        method: labels("visit_method").join("、"),
        has_need,
        // Two corrections that met may have left an amount beside a no.
        need: (has_need == Some(true)).then(need).unwrap_or_default(),
        problems: match record.text(&field_of("issue_kinds")) {
            NONE => Vec::new(),
            _ => labels("issue_kinds"),
        },
        remark: text("issue_description"),
        next_step: labels("next_step").join("、"),
        due: is_supplement_due(&record.fields),
    }
}

/// What a person reads for an answer of choices: their labels in the form that was filled, else what is stored.
fn labels(form: Option<&FormDefinition>, question: &str, answer: &str) -> Vec<String> {
    let questions = form.iter().flat_map(|form| &form.groups);
    let mut questions = questions.flat_map(|group| &group.questions);
    let asked = questions.find(|asked| asked.name == question);
    let choices = match asked.map(|asked| &asked.kind) {
        Some(QuestionKind::SelectOne { choices } | QuestionKind::SelectMultiple { choices }) => {
            choices.as_slice()
        }
        _ => &[],
    };
    let chosen = answer.split(' ').filter(|name| !name.is_empty());
    let label = |name: &str| {
        let choice = choices.iter().find(|choice| choice.name == name);
        choice.map_or_else(
            || plain(name),
            |choice| choice.label.get(Language::Chinese).to_owned(),
        )
    };
    chosen.map(label).collect()
}
