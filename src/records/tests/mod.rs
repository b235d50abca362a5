//! Records as queries see them.

mod model;
mod plans;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::*;
use crate::store::{Database, Store};

fn data() -> Data {
    let store = Store::memory(Database::Data).unwrap();
    Data::new(store.clone(), Constants::new(store), None)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn create(data: &mut Data, table: &str, properties: Json) -> RecordId {
    let Json::Object(properties) = properties else { panic!("properties are an object") };
    let new = NewRecord { table: table.into(), properties, ..NewRecord::default() };
    data.create_record(new, now()).unwrap().id
}

fn found(data: &Data, criteria: &Criteria, sorts: &[Sort]) -> Vec<i64> {
    let page = Page { number: 1, size: 1000 };
    let records: Vec<Record> = data.page(criteria, sorts, page).unwrap();
    assert_eq!(data.count(criteria).unwrap(), records.len() as u64);
    records.iter().map(|record| record.id.0).collect()
}

fn property(name: &str) -> Attribute {
    Attribute::Property(name.into())
}

fn text(text: &str) -> Operand {
    Operand::Text(text.into())
}

fn tasks() -> Data {
    let mut data = data();
    create(&mut data, "person", json!({"name": "Ada"}));
    create(
        &mut data,
        "task",
        json!({"title": "Write spec", "points": 5, "done": false, "tags": ["a", "b"], "owner_id": "1"}),
    );
    create(&mut data, "task", json!({"title": "Ship ŻÓŁW", "points": 12, "done": true, "tags": ["b"]}));
    create(&mut data, "task", json!({"title": "x".repeat(300), "points": "7.5"}));
    data
}

#[test]
fn each_test_finds_its_rows_with_and_without_an_index() {
    let data = tasks();
    let anywhere = |text: &str, case| TextTest { part: TextPart::Anywhere, text: text.into(), case };
    let strings = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let cases = [
        (Filter::All(vec![]), vec![2, 3, 4]),
        (Filter::Any(vec![]), vec![]),
        (Filter::OneOf(property("points"), vec![text("12"), Operand::Integer(5)]), vec![2, 3]),
        (Filter::OneOf(property("done"), vec![text("true")]), vec![3]),
        (Filter::OneOf(property("done"), vec![text("true")]).not(), vec![2, 4]),
        (Filter::OneOf(property("title"), vec![text(&"x".repeat(300))]), vec![4]),
        (Filter::OneOf(property("title"), vec![text(&"x".repeat(301))]), vec![]),
        (Filter::OneOf(property("tags"), vec![text(r#"["b"]"#)]), vec![3]),
        (
            Filter::OneOf(Attribute::Column(Column::Id), vec![Operand::Integer(3), Operand::Integer(9)]),
            vec![3],
        ),
        (Filter::Exists(property("tags")), vec![2, 3]),
        (Filter::Exists(property("tags")).not(), vec![4]),
        (Filter::Range(property("points"), vec![(Bound::Above, Operand::Integer(5))]), vec![3, 4]),
        (
            Filter::Range(
                property("points"),
                vec![(Bound::AtLeast, Operand::Integer(5)), (Bound::Below, Operand::Float(7.6))],
            ),
            vec![2, 4],
        ),
        (Filter::Range(property("title"), vec![(Bound::Above, text("T"))]), vec![2, 4]),
        (Filter::Text(property("title"), anywhere("żółw", Case::Insensitive)), vec![3]),
        (Filter::Text(property("title"), anywhere("żółw", Case::Sensitive)), vec![]),
        (
            Filter::Text(
                property("title"),
                TextTest { part: TextPart::Start, ..anywhere("write", Case::Insensitive) },
            ),
            vec![2],
        ),
        (
            Filter::Text(
                property("title"),
                TextTest { part: TextPart::End, ..anywhere("x", Case::Sensitive) },
            ),
            vec![4],
        ),
        (Filter::Array(property("tags"), ArrayTest::Contains(strings(&["b", "a"]))), vec![2]),
        (Filter::Array(property("tags"), ArrayTest::Overlaps(strings(&["a", "z"]))), vec![2]),
        (Filter::Array(property("tags"), ArrayTest::Within(strings(&["b", "c"]))), vec![3]),
        (Filter::Array(property("tags"), ArrayTest::Equals(strings(&["a", "b"]))), vec![2]),
    ];
    for (filter, expected) in cases {
        let with_index = Criteria::of_table("task").with(filter.clone());
        let table = Filter::OneOf(Attribute::Column(Column::Table), vec![text("task")]);
        let filter = Filter::All(vec![table, filter]);
        let without = Criteria { table: None, filter, ..with_index.clone() };
        assert_eq!(found(&data, &with_index, &[]), expected, "{:?}", with_index.filter);
        assert_eq!(found(&data, &without, &[]), expected, "{:?}", without.filter);
    }
}

#[test]
fn related_rows_come_with_the_key_they_belong_to() {
    let data = tasks();
    let relation = Relation {
        criteria: Criteria::of_table("task"),
        theirs: property("owner_id"),
        sorts: Vec::new(),
        share: Share::First(1),
    };
    let related: Vec<(String, Record)> = data.related(&relation, &["1".into(), "7".into()]).unwrap();
    assert_eq!(
        related.iter().map(|(key, record)| (key.as_str(), record.id.0)).collect::<Vec<_>>(),
        [("1", 2)]
    );

    let last = Relation { theirs: Attribute::Column(Column::Table), share: Share::Last, ..relation.clone() };
    let related: Vec<(String, Record)> = data.related(&last, &["task".into(), "none".into()]).unwrap();
    assert_eq!(related.iter().map(|(_, record)| record.id.0).collect::<Vec<_>>(), [4]);
    let points = Sort { key: SortKey::Number("points".into()), direction: Direction::Ascending };
    let most = Relation { sorts: vec![points], ..last };
    let related: Vec<(String, Record)> = data.related(&most, &["task".into()]).unwrap();
    assert_eq!(related.iter().map(|(_, record)| record.id.0).collect::<Vec<_>>(), [3]);

    let long = "x".repeat(300);
    let similar = format!("{long}y");
    let by_title = Relation { theirs: property("title"), ..relation };
    let keys = [long.clone(), similar, "Write spec".to_owned()];
    let mut related: Vec<(String, Record)> = data.related(&by_title, &keys).unwrap();
    related.sort_by_key(|(_, record)| record.id);
    let related: Vec<(String, i64)> = related.into_iter().map(|(key, record)| (key, record.id.0)).collect();
    assert_eq!(related, [("Write spec".to_owned(), 2), (long, 4)]);
    let others: Vec<(String, Record)> = data.related(&by_title, &["x".repeat(301)]).unwrap();
    assert_eq!(others, []);

    let owned = Filter::Related {
        ours: Attribute::Column(Column::Id),
        theirs: property("owner_id"),
        criteria: Box::new(Criteria::of_table("task")),
    };
    assert_eq!(found(&data, &Criteria::of_table("person").with(owned), &[]), [1]);
}

#[test]
fn missing_values_come_last_ascending_and_first_descending() {
    let data = tasks();
    let criteria = Criteria::of_table("task");
    let by = |key: SortKey, direction| found(&data, &criteria, &[Sort { key, direction }]);
    assert_eq!(by(SortKey::Number("points".into()), Direction::Descending), [3, 4, 2]);
    assert_eq!(by(SortKey::Text("owner_id".into()), Direction::Ascending), [2, 3, 4]);
    assert_eq!(by(SortKey::Text("owner_id".into()), Direction::Descending), [4, 3, 2]);
    let listed = SortKey::Listed(Column::Id, vec!["4".into(), "2".into()]);
    assert_eq!(by(listed, Direction::Ascending), [4, 2, 3]);
}

#[test]
fn what_is_rolled_back_was_never_there() {
    let mut data = tasks();
    data.begin(Duration::ZERO).unwrap();
    data.begin(Duration::ZERO).unwrap();
    create(&mut data, "task", json!({}));
    data.commit().unwrap();
    data.rollback().unwrap();
    assert_eq!(found(&data, &Criteria::of_table("task"), &[]), [2, 3, 4]);
    assert!(matches!(data.commit(), Err(DataError::NotOpen)));
    assert!(matches!(data.rollback(), Err(DataError::NotOpen)));
}

#[test]
fn inner_transaction_is_rolled_back_by_itself() {
    let mut data = tasks();
    data.begin(Duration::ZERO).unwrap();
    let kept = create(&mut data, "note", json!({}));
    data.begin(Duration::ZERO).unwrap();
    create(&mut data, "note", json!({}));
    data.rollback().unwrap();
    data.begin(Duration::ZERO).unwrap();
    let last = create(&mut data, "note", json!({}));
    data.commit().unwrap();
    data.commit().unwrap();
    assert_eq!(found(&data, &Criteria::of_table("note"), &[]), [kept.0, last.0]);
}

#[test]
fn nothing_waits_longer_than_its_request_may_take() {
    let store = Store::memory(Database::Data).unwrap();
    let records = Records::new(store.clone(), Constants::new(store));
    let mut holder = records.data(None);
    holder.begin(Duration::ZERO).unwrap();

    let hurried = || records.data(Some(Instant::now() + Duration::from_millis(20)));
    let busy = |result| matches!(result, Err(DataError::Store(crate::store::Error::Busy { .. })));
    assert!(busy(hurried().begin(Duration::from_secs(60))));
    assert!(busy(hurried().create_record(NewRecord::default(), now()).map(drop)));
    let late = records.data(Some(Instant::now())).create_record(NewRecord::default(), now());
    assert!(matches!(late, Err(DataError::Store(crate::store::Error::Interrupted))), "{late:?}");
}
