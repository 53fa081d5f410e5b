//! How long a keystroke takes in a large form. Times are printed, and nothing fails on them:
//! `cargo test -p ruyuan-domain --release --test xform -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use super::{play, sheet};
use ruyuan_domain::{
    RecordId,
    xform::{Answers, Filling, Form},
};
use std::{sync::Arc, time::Instant};

/// Five hundred questions: twenty groups of fifteen that hang on one another, and a repeat of ten questions with their
/// sums beside two hundred texts.
fn large() -> Form {
    let mut lines = vec!["text firm".to_owned(), "integer staff".to_owned()];
    for group in 0..20 {
        lines.push(format!("group g{group} | relevant = ${{staff}} > {group}"));
        for question in 0..15 {
            let name = format!("q{group}_{question}");
            lines.push(match question % 5 {
                0 => format!("  integer {name} | constraint = . >= 0 and . < ${{staff}} * 10 | required = ${{staff}} > 3"),
                1 => format!("  calculate {name} | calculation = ${{q{group}_{}}} * 2 + 1", question - 1),
                2 => format!("  text {name} | relevant = ${{q{group}_{}}} > 5 | label = For ${{firm}}", question - 1),
                3 => format!("  select_one counties {name} | filter = city = 'qz' or ${{staff}} > 100"),
                _ => format!("  calculate {name} | calculation = concat(${{firm}}, ' ', ${{q{group}_{}}})", question - 2),
            });
        }
    }
    for question in 0..190 {
        lines.push(format!("text free{question}"));
    }
    lines.push("repeat patents".to_owned());
    for line in [
        "text name | label = Patent ${nr}",
        "calculate nr | calculation = position(..)",
        "integer value | constraint = . > 0",
        "integer years | required = ${value} > 100",
        "calculate yearly | calculation = ${value} div ${years}",
        "calculate share | calculation = round(${value} div ${total} * 100)",
        "select_one counties county | filter = city = 'qz'",
        "text note | relevant = ${share} > 50",
        "calculate before | calculation = indexed-repeat(${value}, ${patents}, position(..) - 1)",
        "date until | constraint = . > today()",
    ] {
        lines.push(format!("  {line}"));
    }
    lines.push("calculate total | calculation = sum(${value})".to_owned());
    lines.push("calculate most | calculation = max(${yearly})".to_owned());
    lines.push("list counties".to_owned());
    for county in 0..200 {
        let city = if county % 2 == 0 { "qz" } else { "hz" };
        lines.push(format!(
            "  choice c{county} County {county} | city = {city}"
        ));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (form, mistakes) = sheet::form(&lines);
    assert_eq!(mistakes, Vec::<String>::new());
    form
}

fn timed<T>(what: &str, act: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = act();
    println!("{what}: {:.3} ms", begin.elapsed().as_secs_f64() * 1_000.0);
    done
}

#[test]
#[ignore = "prints times, for a person to read"]
fn a_keystroke_in_a_large_form() {
    let form = large();
    println!("{} nodes", form.nodes.len());
    let flaws = timed("check", || form.check());
    assert_eq!(sheet::flaws(&form, &flaws), Vec::<String>::new());
    let text = timed("write", || serde_json::to_string(&form).unwrap());
    println!("{} KB of JSON", text.len() / 1024);
    let form: Form = timed("read", || serde_json::from_str(&text).unwrap());
    let form = Arc::new(form);
    let mut filling = timed("open", || {
        Filling::begin(form.clone(), play::inputs()).unwrap()
    });
    let find = |filling: &Filling, path: &str| filling.find(&format!("/data/{path}")).unwrap();
    let patents = find(&filling, "patents");
    timed("49 instances more", || {
        for id in 0..49 {
            filling.add(patents, RecordId::from_u128(id)).unwrap();
        }
    });
    for instance in 1..=50 {
        let at = find(&filling, &format!("patents[{instance}]/value"));
        filling.set(at, "120").unwrap();
    }
    let mut set = |what: &str, path: &str, texts: [&str; 2]| {
        let at = find(&filling, path);
        let mut times = Vec::new();
        let mut most = 0;
        for text in texts.repeat(20) {
            let begin = Instant::now();
            filling.set(at, text).unwrap();
            times.push(begin.elapsed().as_secs_f64() * 1_000.0);
            most = most.max(filling.take_changes().len());
        }
        times.sort_by(f64::total_cmp);
        let (median, most_of) = (times[20], times[37]);
        println!("{what}: {median:.3} ms, p95 {most_of:.3} ms; up to {most} places changed");
    };
    set("a text that nothing reads", "free7", ["x", "y"]);
    set("a text in forty places", "firm", ["甲公司", "乙公司"]);
    set(
        "a number that twenty groups hang on, and come and go with",
        "staff",
        ["30", ""],
    );
    set("a number that twenty groups hang on", "staff", ["31", "32"]);
    set(
        "a number with a sum over 50 instances",
        "patents[25]/value",
        ["1300", "7"],
    );
    set("a number in one instance", "patents[25]/years", ["3", "4"]);
    let third = filling.contents(patents)[2];
    timed("an instance less", || filling.remove(third).unwrap());
    timed("and back", || filling.bring_back(third).unwrap());
    let saved = timed("save", || serde_json::to_string(&filling.saved()).unwrap());
    let answers: Answers = serde_json::from_str(&saved).unwrap();
    timed("open with answers", || {
        Filling::restore(form, play::inputs(), &answers).unwrap()
    });
}
