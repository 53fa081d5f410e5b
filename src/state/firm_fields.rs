//! The fields of a firm as a person knows them: what each is called, and as a question.

use ruyuan_domain::{
    Language,
    catalogue::RecordField,
    consts::field,
    forms::{Localised, Question},
};
use ruyuan_texts::Text;

/// A firm's field as a question.
pub fn question_of(rule: &RecordField) -> Question {
    Question {
        name: rule.name.to_owned(),
        label: field_name(rule.name).map(localised).unwrap_or_default(),
        hint: None,
        kind: rule.kind.clone(),
        required: rule.required,
        relevant: None,
        prefill: None,
    }
}

/// A text of the app as the label of a question.
pub fn localised(text: Text) -> Localised {
    let languages = [Language::Chinese, Language::English];
    let words =
        languages.map(|language| (language.tag().to_owned(), text.get(language).to_owned()));
    Localised(words.into())
}

/// What a field of a firm or of its pledges is called; a field of a later version by its own name.
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
        field::RIGHT_KIND => text::right_kind,
        "registered_on" => text::registered_on,
        "registration_number" => text::registration_number,
        "right_numbers" => text::right_numbers,
        "right_count" => text::right_count,
        "pledgee" => text::pledgee,
        "valuation" => text::valuation,
        "secured_claim" => text::secured_claim,
        "credit_granted" => text::credit_granted,
        "loan_paid" => text::loan_paid,
        "ends_on" => text::ends_on,
        "released_on" => text::released_on,
        _ => return None,
    })
}
