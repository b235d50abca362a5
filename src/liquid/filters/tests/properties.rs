//! No filter panics or hangs, whatever is piped into it and whatever it is called with.

use std::rc::Rc;

use jiff::civil::Date;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

use super::call_with;
use crate::liquid::filters::{Arguments, find, names};
use crate::liquid::value::Value;

/// Texts that mean something to one filter or another, and some that mean nothing.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+]?[0-9]{0,25}(\\.[0-9]{0,5})?",
        "[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[a-z+-]{0,4}[0-9]{0,4})?)?",
        "(in|next|last|a)? ?[0-9]{0,12} ?(days?|weeks|months|years|monday) ?(ago|from now)?",
        "(%[-_0^#:]{0,2}[0-9]{0,3}[a-zA-Z%+]|[a-z ]){0,6}",
        "(<[/a-z!-]{0,6}|[a-z]+=[\"'a-z:]*|>|&[a-z#0-9]{0,6};?|[a-zéż ]|\\{\\{|%\\}){0,12}",
        "(\\(|\\)|\\[|\\]|[a-z*+?.|^$]|\\\\[a-zA-Z0-9]){0,10}",
        "(\\{[+#./;?&]?[a-z]{0,2}[:*]?[0-9]{0,2}[,}]|[a-z/?&=]){0,8}",
        "([a-z0-9]{0,3}[\",;\r\n]{1,2}){0,6}",
        "[\\[{\"a-z0-9:,\\]}]{0,12}",
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-20..20_i64).prop_map(Value::Int),
        prop::sample::select(vec![i64::MIN, i64::MAX, i64::MIN + 1]).prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e-308, 1e308])
            .prop_map(Value::Float),
        (any::<i64>(), any::<i64>())
            .prop_map(|(a, b)| Value::big(num_bigint::BigInt::from(a) * num_bigint::BigInt::from(b))),
        text().prop_map(Value::str),
        text().prop_map(Value::str),
        (any::<i64>(), any::<i64>()).prop_map(|(a, b)| Value::Range(a, b)),
        (-5..5_i64, -5..50_i64).prop_map(|(a, b)| Value::Range(a, b)),
        prop::sample::select(vec![Date::MIN, Date::MAX, Date::ZERO]).prop_map(Value::Date),
        prop::sample::select(vec![jiff::Timestamp::MIN, jiff::Timestamp::MAX, jiff::Timestamp::UNIX_EPOCH])
            .prop_map(|time| Value::Time(Rc::new(time.to_zoned_datetime(jiff::tz::TimeZone::UTC)))),
        Just(Value::Empty),
        Just(Value::Blank),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::array),
            prop::collection::vec(("[a-z]{1,2}", inner), 0..5).prop_map(|entries| {
                Value::hash(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_call_of_any_filter_ends_without_panic(
        name in prop::sample::select(names().collect::<Vec<_>>()),
        input in value(),
        positional in prop::collection::vec(value(), 0..4),
        named in prop::collection::vec(("[a-z]{1,2}|count|default|precision|col_sep", value()), 0..3),
    ) {
        let named = named.into_iter().map(|(key, value)| (key.into(), value)).collect();
        let filter = find(name).expect("the name was in the table");
        let mut arguments = Arguments { positional, named };
        // Cut to what the filter takes, so that most calls get past the count.
        arguments.positional.truncate(*filter.arity.end());
        if arguments.count() > *filter.arity.end() {
            arguments.named.clear();
        }
        let _ = call_with(&input, name, &arguments);
    }
}
