//! What is asked often is answered by an index, and a list costs as many statements as it has levels.

use super::*;
use crate::records::rows::{explain, explain_related};

fn is(field: Attribute, value: &str) -> Filter {
    Filter::OneOf(field, vec![text(value)])
}

/// How a page of tasks is found.
fn plan(data: &Data, filter: Filter) -> String {
    let criteria = Criteria::of_table("task").with(filter);
    data.read(|connection| explain(connection, &criteria, &[])).unwrap()
}

#[test]
fn rarest_value_finds_the_records_and_the_others_are_looked_up_in_these() {
    let mut data = tasks();
    for number in 0..20 {
        create(
            &mut data,
            "task",
            json!({"status": "new", "region": format!("r{}", number % 5), "points": number}),
        );
    }
    let rare = is(property("region"), "r1");
    let often = is(property("status"), "new");
    let range = Filter::Range(property("points"), vec![(Bound::Above, Operand::Integer(0))]);
    let by_value = "SEARCH record_values USING PRIMARY KEY (table_name=? AND name=? AND part=? AND value=?)";
    let equal = "SEARCH own EXISTS USING COVERING INDEX record_values_by_record (record_id=? AND table_name=? AND name=? AND part=? AND value=?)";
    let within = equal.replace("value=?", "value>?");
    for tests in [
        [rare.clone(), often.clone(), range.clone()],
        [range.clone(), often.clone(), rare.clone()],
        [often.clone(), Filter::All(vec![range, rare]), Filter::All(Vec::new())],
    ] {
        let filter = Filter::All(tests.to_vec());
        let plan = plan(&data, filter.clone());
        for step in [by_value, equal, &within] {
            assert_eq!(plan.matches(step).count(), 1, "{step}\n{plan}");
        }
        assert_eq!(found(&data, &Criteria::of_table("task").with(filter), &[]), [6, 11, 16, 21]);
    }
}

#[test]
fn filters_and_relations_use_indexes() {
    let data = tasks();
    let of = |filter| Criteria::of_table("task").with(filter);
    let users = |column, value: &str| Criteria {
        entity: Entity::User,
        table: None,
        liveness: Liveness::Live,
        filter: is(Attribute::Column(column), value),
    };
    let id = Filter::OneOf(Attribute::Column(Column::Id), vec![Operand::Integer(3)]);
    for (criteria, index) in [
        (of(Filter::All(Vec::new())), "records_by_table"),
        (of(is(property("title"), "Ship")), "record_values"),
        (of(Filter::Range(property("points"), vec![(Bound::Above, Operand::Integer(5))])), "record_values"),
        (of(Filter::Array(property("tags"), ArrayTest::Contains(vec!["a".into()]))), "record_values"),
        (of(id.clone()), "INTEGER PRIMARY KEY"),
        (Criteria { table: None, ..of(id) }, "INTEGER PRIMARY KEY"),
        (users(Column::Email, "a@x.test"), "users_by_email"),
        (users(Column::Slug, "a"), "users_by_slug"),
        (Criteria { entity: Entity::Profile, ..users(Column::Table, "driver") }, "user_profiles_by_type"),
    ] {
        let plan = data.read(|connection| explain(connection, &criteria, &[])).unwrap();
        assert!(plan.contains(index), "{:?}\n{plan}", criteria.filter);
        assert!(!plan.contains("SCAN r\n"), "{:?}\n{plan}", criteria.filter);
    }
    for (theirs, index) in
        [(property("owner_id"), "record_values"), (Attribute::Column(Column::Id), "INTEGER PRIMARY KEY")]
    {
        let relation = Relation {
            criteria: Criteria::of_table("task"),
            theirs,
            sorts: Vec::new(),
            share: Share::First(1),
        };
        let plan = data.read(|connection| explain_related(connection, &relation, &["1".into()])).unwrap();
        assert!(plan.contains(index), "{:?}\n{plan}", relation.theirs);
        assert!(!plan.contains("SCAN r\n"), "{:?}\n{plan}", relation.theirs);
    }
}

#[test]
fn list_in_the_order_of_an_index_is_not_sorted_again() {
    let data = tasks();
    let criteria = Criteria::of_table("task");
    for (column, direction, index) in [
        (Column::Id, Direction::Ascending, "records_by_table"),
        (Column::Id, Direction::Descending, "records_by_table"),
        (Column::CreatedAt, Direction::Ascending, "records_by_age"),
        (Column::CreatedAt, Direction::Descending, "records_by_age"),
    ] {
        let sorts = [Sort { key: SortKey::Column(column), direction }];
        let plan = data.read(|connection| explain(connection, &criteria, &sorts)).unwrap();
        assert!(plan.contains(index), "{column:?} {direction:?}\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{column:?} {direction:?}\n{plan}");
    }
}

#[test]
fn rows_that_are_equal_follow_in_the_direction_of_the_sort() {
    let data = tasks();
    for (direction, expected) in [(Direction::Ascending, [2, 3, 4]), (Direction::Descending, [4, 3, 2])] {
        let sorts = [Sort { key: SortKey::Column(Column::CreatedAt), direction }];
        assert_eq!(found(&data, &Criteria::of_table("task"), &sorts), expected);
    }
}
