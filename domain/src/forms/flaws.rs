//! What does not go together in the answers of a visit. A person's own are checked before they are submitted; two
//! people's corrections, each right by itself, may still not fit once they are merged. That is never a reason to refuse
//! or to drop anything: it is said to whoever looks at the visit.

use super::{FormDefinition, Group, Question, check_instance, check_visit, relevant};
use crate::{FieldProblem, FieldValue, Fields};

/// One answer that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw<'a> {
    /// Its question's rule is broken.
    Wrong {
        /// The question, where the form has it.
        question: Option<&'a Question>,
        /// How.
        problem: FieldProblem,
    },
    /// Going by the other answers it was never asked.
    NotAsked {
        /// The question.
        question: &'a Question,
        /// What stands there.
        answer: FieldValue,
    },
}

/// What does not go together in a visit's answers and in those of its repeated groups, each named with its group.
pub fn flaws<'a>(
    form: &'a FormDefinition,
    answers: &Fields,
    instances: &[(String, Fields)],
    as_of: crate::Stamp,
) -> Vec<Flaw<'a>> {
    let mut errors = check_visit(form, answers, as_of);
    let mut strays = Vec::new();
    for group in &form.groups {
        let asked = relevant(group.relevant.as_ref(), answers);
        if group.repeat.is_none() {
            not_asked(group, asked, answers, &mut strays);
            continue;
        }
        let own = instances.iter().filter(|(name, _)| *name == group.name);
        for ((_, answers), position) in own.zip(1..) {
            errors.extend(check_instance(group, answers, position, as_of));
            not_asked(group, asked, answers, &mut strays);
        }
    }
    let question = |path: &str| {
        let name = path.rsplit('.').next().unwrap_or_default();
        let mut questions = form.groups.iter().flat_map(|group| &group.questions);
        questions.find(|question| question.name == name)
    };
    let wrong = errors
        .into_iter()
        // What a later version of the form asks is that version's to judge.
        .filter(|error| error.problem != FieldProblem::UnknownField)
        .map(|error| Flaw::Wrong {
            question: question(&error.path),
            problem: error.problem,
        });
    wrong.chain(strays).collect()
}

fn not_asked<'a>(group: &'a Group, asked: bool, answers: &Fields, strays: &mut Vec<Flaw<'a>>) {
    for question in &group.questions {
        if asked && relevant(question.relevant.as_ref(), answers) {
            continue;
        }
        if let Some(answer) = answers.get(&question.name) {
            let answer = answer.clone();
            strays.push(Flaw::NotAsked { question, answer });
        }
    }
}
