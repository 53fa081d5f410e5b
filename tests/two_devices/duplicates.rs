//! Two officers add one firm without a network; a manager merges the two, and takes it back.

use super::{OTHER_PARK, PARK, Phone, server};
use ruyuan_domain::{
    FieldChange, FieldValue, Map, Operation, Record, RecordId, RecordKind, ScopeId,
    alias::{merged_into, survivor},
    consts::field,
    wire::Role,
};
use ruyuan_server::store::Grant;
use ruyuan_sync::{
    draft::{Draft, DraftInstance},
    duplicates,
    engine::{Act, Edit},
    environment::Environment,
};

const NAME: &str = "双胞特种纸有限公司";

/// A firm of this name in a park, with a visit and a right named at it.
async fn firm_with_visit(phone: &Phone<'_>, park: &str, name: &str) -> (RecordId, RecordId) {
    let firm = RecordId::new(phone.environment.id_seed());
    let new = Some(FieldValue::from(name));
    let mut fields = Map::new();
    fields.insert(field::NAME.to_owned(), FieldChange { old: None, new });
    let edits = vec![Edit {
        record: firm,
        root: None,
        kind: RecordKind::Enterprise,
        scope: ScopeId::park(park),
        op: Operation::Create,
        base: 0,
        fields,
        mends: None,
    }];
    let submits = None;
    phone.engine.act(Act { edits, submits }).await.unwrap();
    (firm, visited(phone, firm).await)
}

async fn visited(phone: &Phone<'_>, firm: RecordId) -> RecordId {
    let form = phone.form();
    let visit = RecordId::new(phone.environment.id_seed());
    let record = phone.record(firm).unwrap();
    let mut draft = Draft::start(visit, &form, &record, "李敏", phone.environment.now());
    super::fill_everything(&mut draft, &form, || {
        RecordId::new(phone.environment.id_seed())
    });
    assert!(
        draft
            .instances
            .values()
            .flatten()
            .any(|_: &DraftInstance| true)
    );
    phone.engine.save_draft(draft.clone()).await.unwrap();
    let act = draft.submission(&form, &phone.submission());
    phone.engine.act(act).await.unwrap();
    visit
}

/// The visits of a firm as its phone shows them, and how many rights they name.
fn visits_of(phone: &Phone<'_>, firm: RecordId) -> (Vec<RecordId>, usize) {
    let state = phone.engine.state();
    let view = state.view();
    let stands = |id| survivor(id, |id| merged_into(&view.get(id)?.fields));
    let firm = stands(firm);
    let about = |visit: &&std::rc::Rc<Record>| {
        stands(visit.text(field::ENTERPRISE).parse().unwrap()) == firm
    };
    let visits = view.of_kind(&RecordKind::Visit).filter(about);
    let mut ids: Vec<RecordId> = visits.map(|visit| visit.id).collect();
    ids.sort_unstable();
    let rights = ids.iter().flat_map(|id| view.children(*id)).count();
    (ids, rights)
}

#[tokio::test]
async fn two_records_of_one_firm_are_merged_without_losing_a_visit_and_parted_again() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let zhao = server.officer("zhaolei", OTHER_PARK).await;
    let grants = [Grant::open(Role::Manager, ScopeId::county("330802"))];
    let chen = server.person("chen", "陈主任", &grants).await;
    let first = Phone::new(&server, &li, 1).await;
    let second = Phone::new(&server, &zhao, 2).await;
    let desk = Phone::new(&server, &chen, 3).await;
    for phone in [&first, &second] {
        phone.sync().await;
    }
    let (one, visit_one) = firm_with_visit(&first, PARK, NAME).await;
    let (other, visit_two) = firm_with_visit(&second, OTHER_PARK, "双胞纸业").await;
    for phone in [&first, &second, &desk] {
        phone.sync().await;
    }
    let rights = visits_of(&desk, one).1;
    assert!(rights > 0);

    // The manager merges; before they hear of it, Zhao visits the firm that went once more.
    let (stays, goes) = (desk.record(one).unwrap(), desk.record(other).unwrap());
    let edits = duplicates::merge(&stays, &goes, &[]);
    let submits = None;
    desk.engine.act(Act { edits, submits }).await.unwrap();
    let late = visited(&second, other).await;
    let (before, _) = visits_of(&second, other);
    assert_eq!(before, [visit_two, late]);
    for phone in [&desk, &second, &first, &desk] {
        phone.sync().await;
    }
    // All of it is in the one park now; who may see only the other has none of it any more, but what is theirs alone.
    let (all, named) = visits_of(&first, one);
    assert_eq!(all, [visit_one, visit_two]);
    assert_eq!(named, 2 * rights);
    assert_eq!(visits_of(&first, other).0, all);
    assert_eq!(first.record(other).unwrap().scope, ScopeId::park(PARK));
    assert!(second.record(other).is_none());
    // A visit by who may not write where the firm went stays with who made it, and the manager sees it with the others.
    assert_eq!(
        second.record(late).unwrap().scope,
        ScopeId::park(OTHER_PARK)
    );
    assert_eq!(visits_of(&desk, one).0, [visit_one, visit_two, late]);

    // Where the firm goes, what was merged into it goes with it; and back.
    for (from, to) in [(PARK, OTHER_PARK), (OTHER_PARK, PARK)] {
        let stays = desk.record(one).unwrap();
        assert_eq!(stays.scope, ScopeId::park(from));
        let mut fields = Map::new();
        let scope = |code| Some(FieldValue::from(ScopeId::park(code).as_str()));
        let (old, new) = (scope(from), scope(to));
        fields.insert(field::SCOPE.to_owned(), FieldChange { old, new });
        let moved = Edit {
            record: one,
            root: None,
            kind: RecordKind::Enterprise,
            scope: stays.scope,
            op: Operation::Move,
            base: stays.version,
            fields,
            mends: None,
        };
        let edits = vec![moved];
        desk.engine.act(Act { edits, submits }).await.unwrap();
        for phone in [&desk, &second, &first, &desk] {
            phone.sync().await;
        }
        let there = if to == PARK { &first } else { &second };
        assert_eq!(visits_of(there, one).0, [visit_one, visit_two, late]);
        assert_eq!(there.record(other).unwrap().scope, ScopeId::park(to));
    }

    let (merged, stays) = (desk.record(other).unwrap(), desk.record(one).unwrap());
    let edits = duplicates::part(&merged, Some(&stays));
    desk.engine.act(Act { edits, submits }).await.unwrap();
    for phone in [&desk, &second, &first, &desk] {
        phone.sync().await;
    }
    assert_eq!(visits_of(&first, one).0, [visit_one]);
    assert_eq!(visits_of(&second, other).0, [visit_two, late]);
    assert_eq!(desk.record(one).unwrap().fields, stays_before(&stays));
    for phone in [&first, &second, &desk] {
        assert!(phone.open_conflicts().is_empty());
        assert!(phone.queued().is_empty());
    }
}

/// What the firm that stayed said before it took anything over: here it took over nothing but what it lacked.
fn stays_before(after: &Record) -> ruyuan_domain::Fields {
    let mut fields = ruyuan_domain::Fields::new();
    fields.insert(
        field::NAME.to_owned(),
        after.fields.get(field::NAME).cloned().unwrap(),
    );
    fields
}
