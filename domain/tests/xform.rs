//! Forms: what is wrong with one, and what is seen while one is filled.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used)]

#[path = "drawn/mod.rs"]
mod drawn;
#[path = "xform/edits.rs"]
mod edits;
#[path = "xform/hostile.rs"]
mod hostile;
#[path = "xform/measure.rs"]
mod measure;
#[path = "xform/play.rs"]
mod play;
#[path = "xform/sheet.rs"]
mod sheet;

use ruyuan_domain::{
    RecordId,
    xform::{Entity, Filling, SaveTo, compile},
};
use std::sync::Arc;

#[test]
fn forms_are_filled_as_the_list_says() {
    assert_eq!(play::wrong(), Vec::<String>::new());
}

#[test]
fn a_form_says_what_it_makes_of_records() {
    let (mut form, _) = sheet::form(&[
        "text firm",
        "integer staff | relevant = ${firm} != ''",
        "repeat needs",
        "  text need",
        "  text known",
    ]);
    let compiled = |at, text| Some(compile(&form, at, text).unwrap());
    let entities = vec![
        Entity {
            list: "enterprises".to_owned(),
            label: compiled(0, "${firm}"),
            create_if: compiled(0, "${staff} > 0"),
            ..Entity::default()
        },
        Entity {
            list: "needs".to_owned(),
            at: 3,
            id: compiled(3, "${known}"),
            label: compiled(3, "concat(${firm}, ': ', ${need})"),
            ..Entity::default()
        },
    ];
    form.entities = entities;
    for (node, entity, property) in [(1, 0, "name"), (2, 0, "staff"), (4, 1, "what")] {
        let property = property.to_owned();
        form.nodes[node].save_to = Some(SaveTo { entity, property });
    }
    assert_eq!(sheet::flaws(&form, &form.check()), Vec::<String>::new());
    let mut filling = Filling::begin(Arc::new(form), play::inputs()).unwrap();
    let set = |filling: &mut Filling, path: &str, text: &str| {
        let at = filling.find(path).unwrap();
        filling.set(at, text).unwrap();
    };
    set(&mut filling, "/data/needs[1]/need", "loan");
    let repeat = filling.find("/data/needs").unwrap();
    filling.add(repeat, RecordId::from_u128(1)).unwrap();
    set(&mut filling, "/data/needs[2]/known", "n-7");
    let said = |filling: &Filling| -> Vec<String> {
        let all = filling.entities().into_iter();
        all.map(|write| {
            let values: Vec<_> = write
                .values
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let act = if write.creates { "makes" } else { "changes" };
            format!(
                "{act} {} {:?} {:?} {}",
                write.list,
                write.id,
                write.label,
                values.join(",")
            )
        })
        .collect()
    };
    assert_eq!(
        said(&filling),
        [
            "makes needs \"\" \": loan\" what=loan",
            "changes needs \"n-7\" \": \" what="
        ]
    );
    set(&mut filling, "/data/firm", "甲");
    set(&mut filling, "/data/staff", "5");
    assert_eq!(
        said(&filling)[0],
        "makes enterprises \"\" \"甲\" name=甲,staff=5"
    );
}
