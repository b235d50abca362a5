//! Filters and sorting against a naive model: each record is asked by itself, in memory.

use std::cmp::Ordering;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const NAMES: [&str; 3] = ["a", "b/c.d", "\"\\\u{0}é"];

/// Texts that look like other things.
const TEXTS: [&str; 12] = ["", "x", "X", "Żółw", "żÓŁw", "5", "05", "7.5", "true", "null", "%_", "'\"\\"];

fn any_text() -> impl Strategy<Value = String> {
    select(TEXTS.to_vec()).prop_map(str::to_owned)
}

fn any_value() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-20_i64..20).prop_map(Json::from),
        (-40_i32..40).prop_map(|quarters| json!(f64::from(quarters) / 4.0)),
        any_text().prop_map(Json::from),
    ];
    let point = any_place()
        .prop_map(|(longitude, latitude)| json!({"type": "Point", "coordinates": [longitude, latitude]}));
    prop_oneof![4 => scalar.clone(), 1 => vec(scalar, 0..4).prop_map(Json::from), 1 => point]
}

/// Whole degrees around the meeting of equator and meridian.
fn any_place() -> impl Strategy<Value = (i32, i32)> {
    (-2..3, -2..3)
}

fn any_nearness() -> impl Strategy<Value = Nearness> {
    let kilometers = (0..300).prop_map(|kilometers| Radius::Kilometers(f64::from(kilometers)));
    let radius =
        prop_oneof![kilometers, select(NAMES.to_vec()).prop_map(|name| Radius::Property(name.into()))];
    (any_place(), radius).prop_map(|((longitude, latitude), radius)| {
        let point = GeoPoint::new(f64::from(longitude), f64::from(latitude)).unwrap();
        Nearness { point, radius }
    })
}

fn any_field() -> impl Strategy<Value = Attribute> {
    select(NAMES.to_vec()).prop_map(property)
}

fn any_operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        any_text().prop_map(Operand::Text),
        (-20_i64..20).prop_map(Operand::Integer),
        (-40_i32..40).prop_map(|quarters| Operand::Float(f64::from(quarters) / 4.0)),
    ]
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let bound = select(vec![Bound::Above, Bound::AtLeast, Bound::Below, Bound::AtMost]);
    let part = select(vec![TextPart::Anywhere, TextPart::Start, TextPart::End]);
    let word_part = select(vec![WordPart::Whole, WordPart::Start, WordPart::End, WordPart::Anywhere]);
    let case = select(vec![Case::Sensitive, Case::Insensitive]);
    let text_test = (part, any_text(), case).prop_map(|(part, text, case)| TextTest { part, text, case });
    let array_test = (0..4, vec(any_text(), 0..3)).prop_map(|(kind, elements)| match kind {
        0 => ArrayTest::Contains(elements),
        1 => ArrayTest::Overlaps(elements),
        2 => ArrayTest::Within(elements),
        _ => ArrayTest::Equals(elements),
    });
    let test = prop_oneof![
        any_field().prop_map(Filter::Exists),
        (any_field(), vec(any_operand(), 0..3)).prop_map(|(field, operands)| Filter::OneOf(field, operands)),
        (any_field(), vec((bound, any_operand()), 0..3))
            .prop_map(|(field, bounds)| Filter::Range(field, bounds)),
        (any_field(), text_test).prop_map(|(field, test)| Filter::Text(field, test)),
        (any_field(), word_part, any_text()).prop_map(|(field, part, text)| {
            let tests = words(&text).map(|word| Filter::Word(field.clone(), WordTest { part, word }));
            Filter::Any(tests.collect())
        }),
        (any_field(), array_test).prop_map(|(field, test)| Filter::Array(field, test)),
        (any_field(), any_nearness()).prop_map(|(field, nearness)| Filter::Near(field, nearness)),
    ];
    test.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Filter::not),
            vec(inner.clone(), 0..3).prop_map(Filter::All),
            vec(inner, 0..3).prop_map(Filter::Any),
        ]
    })
}

fn stored(values: Vec<Vec<Json>>) -> (Data, Vec<(i64, Json)>) {
    let mut data = data();
    let mut records = Vec::new();
    for values in values {
        let properties: Json =
            Json::Object(NAMES.iter().map(|name| (*name).to_owned()).zip(values).collect());
        records.push((create(&mut data, "task", properties.clone()).0, properties));
    }
    (data, records)
}

fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn filter_finds_in_the_store_what_it_finds_in_memory(
        values in vec(vec(any_value(), 0..=3), 1..6),
        filter in any_filter(),
    ) {
        let (data, records) = stored(values);
        let value = |properties: &Json, field: &Attribute| match field {
            Attribute::Property(name) => properties.get(&**name).cloned().unwrap_or_default(),
            Attribute::Column(_) => Json::Null,
        };
        let expected: Vec<i64> = records
            .iter()
            .filter(|(_, properties)| filter.holds(&|field| value(properties, field)))
            .map(|(id, _)| *id)
            .collect();
        let indexed = Criteria::of_table("task").with(filter);
        let unindexed = Criteria { table: None, ..indexed.clone() };
        prop_assert_eq!(found(&data, &indexed, &[]), expected.clone(), "indexed");
        prop_assert_eq!(found(&data, &unindexed, &[]), expected, "unindexed");
    }

    #[test]
    fn rows_are_sorted_as_in_memory(
        values in vec(vec(any_value(), 0..=3), 0..8),
        keys in vec((select(NAMES.to_vec()), any::<bool>(), any::<bool>()), 0..3),
    ) {
        let (data, mut records) = stored(values);
        let number = |value: Option<&Json>| {
            value.and_then(|value| match value {
                Json::Number(number) => number.as_f64(),
                Json::String(text) => text.trim().parse().ok(),
                _ => None,
            })
        };
        records.sort_by(|(a_id, a), (b_id, b)| {
            let order = keys.iter().map(|(name, is_number, descends)| {
                let (a, b) = (a.get(*name), b.get(*name));
                let order = if *is_number {
                    missing_last(number(a), number(b), |a, b| a.total_cmp(b))
                } else {
                    missing_last(a.and_then(text_of), b.and_then(text_of), Ord::cmp)
                };
                if *descends { order.reverse() } else { order }
            });
            let ids = if keys.last().is_some_and(|(_, _, descends)| *descends) { b_id.cmp(a_id) } else { a_id.cmp(b_id) };
            order.fold(Ordering::Equal, Ordering::then).then(ids)
        });
        let sorts: Vec<Sort> = keys
            .iter()
            .map(|(name, is_number, descends)| Sort {
                key: if *is_number { SortKey::Number((*name).into()) } else { SortKey::Text((*name).into()) },
                direction: if *descends { Direction::Descending } else { Direction::Ascending },
            })
            .collect();
        let expected: Vec<i64> = records.iter().map(|(id, _)| *id).collect();
        prop_assert_eq!(found(&data, &Criteria::of_table("task"), &sorts), expected);
    }
}

fn missing_last<T>(a: Option<T>, b: Option<T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => compare(&a, &b),
    }
}
