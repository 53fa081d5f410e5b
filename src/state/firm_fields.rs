//! The fields of a firm as a person knows them: what each is called, and as a question.

use ruyuan_domain::{
    Language,
    catalogue::EnterpriseField,
    consts::field,
    forms::{Localised, Question},
};
use ruyuan_texts::Text;

/// A firm's field as a question.
pub fn question_of(rule: &EnterpriseField) -> Question {
    let label = field_name(rule.name).map(|text| {
        let languages = [Language::Chinese, Language::English];
        languages.map(|language| (language.tag().to_owned(), text.get(language).to_owned()))
    });
    Question {
        name: rule.name.to_owned(),
        label: Localised(label.into_iter().flatten().collect()),
        hint: None,
        kind: rule.kind.clone(),
        required: rule.required,
        relevant: None,
        prefill: None,
    }
}

/// What a firm's field is called; a field of a later version by its own name.
pub fn field_label(language: Language, name: &str) -> String {
    field_name(name).map_or_else(|| name.to_owned(), |text| text.get(language).to_owned())
}

fn field_name(name: &str) -> Option<Text> {
    use ruyuan_texts::text::field as text;
    Some(match name {
        field::NAME => text::name,
        field::CREDIT_CODE => text::credit_code,
        "legal_representative" => text::legal_representative,
        "established_on" => text::established_on,
        "registered_capital" => text::registered_capital,
        "address" => text::address,
        "industry" => text::industry,
        "industry_chain" => text::industry_chain,
        "size_class" => text::size_class,
        "qualifications" => text::qualifications,
        "contact_name" => text::contact_name,
        "contact_title" => text::contact_title,
        "contact_mobile" => text::contact_mobile,
        _ => return None,
    })
}
