//! Well-formed templates: every tag by a table of its forms, every filter by the table of filters, over a handful of
//! names, so that what one node writes another one reads.

use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop, prop_oneof};
use serde_json::{Map as JsonMap, Value as Json};

use crate::liquid::{filters, tags};

/// A template with all it needs.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) template: String,
    pub(super) partials: Vec<(&'static str, String)>,
    pub(super) data: Json,
}

const NAMES: &[&str] = &["a", "b", "c", "h", "i", "s", "items", "forloop", "tablerowloop", "context", "e"];

/// Forms of tags. `E` is a value, `F` a value with filters, `C` a condition, `N` a name, `T` a target, `B` a block, `P` a
/// partial.
const TAGS: &[&str] = &[
    "{% assign N = F %}",
    "{% assign T = F %}",
    "{% assign T << F %}",
    "{% hash_assign N['k'] = F %}",
    "{% assign N = {\"k\": F, N: F} %}",
    "{% assign N = [F, F] %}",
    "{% assign N = \"x{{ F }}y\" %}",
    "{% background N: E, source_name: 'j', delay: E %}B{% endbackground %}",
    "{% background 'j' %}B{% endbackground %}",
    "{% background N = 'P', N: E, max_attempts: E %}",
    "{% break %}",
    "{% cache E, expire: E %}B{% endcache %}",
    "{% capture N %}B{% endcapture %}",
    "{% case E %}{% when E, E %}B{% when E or E %}B{% else %}B{% endcase %}",
    "{% content_for 'c', flush: E %}B{% endcontent_for %}",
    "{% context language: E %}",
    "{% continue %}",
    "{% cycle E, E, E %}",
    "{% cycle E: E, E %}",
    "{% decrement N %}",
    "{% increment N %}",
    "{% echo F %}",
    "{% export N, N, namespace: E %}",
    "{% for N in E limit: E offset: E %}B{% else %}B{% endfor %}",
    "{% for N in E reversed %}B{% endfor %}",
    "{% for N in (1..3) offset: continue %}B{% endfor %}",
    "{% for N in (1..4) %}B{% endfor %}",
    "{% form 'f', N: E %}B{% endform %}",
    "{% graphql N = 'q', N: E %}",
    "{% graphql N, N: E %}query { a }{% endgraphql %}",
    "{% function T = 'P', N: E, N: F %}",
    "{% function_rc N = 'P' %}",
    "{% if C %}B{% elsif C %}B{% else %}B{% endif %}",
    "{% if C and C or C %}B{% endif %}",
    "{% unless C %}B{% else %}B{% endunless %}",
    "{% ifchanged %}B{% endifchanged %}",
    "{% include 'P', N: E %}",
    "{% include 'P' with E as N %}",
    "{% include 'P' for E %}",
    "{% include E %}",
    "{% log F, type: E %}",
    "{% parse_json N %}{\"k\": {{ F | json }}}{% endparse_json %}",
    "{% parse_json N %}B{% endparse_json %}",
    "{% print F %}",
    "{% redirect_to E, status: E %}",
    "{% render 'P', N: E %}",
    "{% render 'P' for E as N, N: E %}",
    "{% render 'P' with E %}",
    "{% response_headers E %}",
    "{% response_status E %}",
    "{% return F %}",
    "{% return %}",
    "{% return_rc F %}",
    "{% rollback %}",
    "{% session N = F %}",
    "{% spam_protection %}",
    "{% tablerow N in E cols: E limit: E %}B{% endtablerow %}",
    "{% theme_render_rc 'P', N: E %}",
    "{% transaction %}B{% endtransaction %}",
    "{% trigger_event 'made', N: E %}",
    "{% try %}B{% catch e %}B{{ e.message }}{% endtry %}",
    "{% try_rc %}B{% catch %}B{% endtry_rc %}",
    "{% yield 'c', default: E %}",
    "{% raw %}{{ a }}{% endraw %}",
    "{% comment %}B{% endcomment %}",
    "{% # note %}",
    "{% doc %} @param {string} a {% enddoc %}",
    "{% liquid\nassign N = F\necho N\nif C\nprint F\nendif\n%}",
    "{{ F }}",
    "{{- F -}}",
    "{%- if C -%} B {%- endif -%}",
];

/// Text between tags; without what HTML escapes.
const TEXTS: &[&str] = &["x", " ", "\n", "größe ", "😀", "- ", "%} ", "}} ", "\t\n  "];

const PARTIALS: [&str; 3] = ["p", "q", "lib/r"];

const LITERALS: &[&str] = &[
    "nil",
    "true",
    "false",
    "blank",
    "empty",
    "0",
    "1",
    "-1",
    "2",
    "3",
    "100",
    "1.5",
    "-0.0",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999",
    "1000000000",
    "''",
    "'a'",
    "'k'",
    "'<b>&\"'",
    "'1'",
    "' '",
    "'%Y'",
    "','",
    "'2024-02-30'",
    "'now'",
    "'größe'",
    "'[1, {\"a\": 2}]'",
    "'(a|b)*'",
    "'$1'",
    "'size'",
    "'UTC'",
    "'d'",
    "'sha256'",
    "(1..3)",
    "(3..1)",
    "(1..100000000000)",
    "(-2..2)",
    "'a.b'",
    "\"{{ a }}\"",
    "'&lt;&#x41;'",
];

/// Names of all filters, and of one that is none.
pub(super) fn filter_names() -> Vec<&'static str> {
    filters::names().chain(["nope"]).collect()
}

/// All forms; a tag of the table without one of its own is tried with a value.
fn forms() -> Vec<String> {
    let has_form = |name: &str| TAGS.iter().any(|form| form.contains(&format!("{{% {name} ")));
    let others = tags::names().filter(|name| !has_form(name)).map(|name| format!("{{% {name} E %}}"));
    TAGS.iter().map(|form| (*form).to_owned()).chain(others).collect()
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(NAMES).prop_map(str::to_owned)
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        Just(".a".to_owned()),
        Just(".first".to_owned()),
        Just(".size".to_owned()),
        Just("[0]".to_owned()),
        Just("[-1]".to_owned()),
        Just("['k']".to_owned()),
        name().prop_map(|name| format!("[{name}]")),
    ];
    (name(), prop::collection::vec(segment, 0..3)).prop_map(|(name, segments)| name + &segments.concat())
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![2 => path(), 1 => prop::sample::select(LITERALS).prop_map(str::to_owned)]
}

fn filter() -> impl Strategy<Value = String> {
    let named = (prop::sample::select(&["k", "a", "count", "default", "precision", "locale"][..]), value());
    let arguments = (prop::collection::vec(value(), 1..4), prop::option::weighted(0.1, named));
    (prop::sample::select(filter_names()), arguments).prop_map(|(name, (positional, named))| {
        let positional = within_arity(name, positional);
        let named = named.map(|(name, value)| format!("{name}: {value}"));
        let arguments: Vec<String> = positional.into_iter().chain(named).collect();
        let colon = if arguments.is_empty() { "" } else { ": " };
        format!(" | {name}{colon}{}", arguments.join(", "))
    })
}

/// As many of `values` as the filter takes, so that most calls get past the count.
fn within_arity(name: &str, mut values: Vec<String>) -> Vec<String> {
    if let Some(filter) = filters::find(name) {
        let (least, most) = (*filter.arity.start(), *filter.arity.end());
        values.truncate(if values.len().is_multiple_of(2) { least } else { most });
    }
    values
}

fn filtered() -> impl Strategy<Value = String> {
    (value(), prop::collection::vec(filter(), 0..3)).prop_map(|(value, filters)| value + &filters.concat())
}

fn condition() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(&["==", "!=", "<>", "<", ">", "<=", ">=", "contains"][..]);
    prop_oneof![
        value(),
        (value(), operator, value()).prop_map(|(a, operator, b)| format!("{a} {operator} {b}"))
    ]
}

/// What the holes of a form are filled with, in turn.
#[derive(Debug, Clone)]
struct Fill {
    values: Vec<String>,
    filtered: Vec<String>,
    conditions: Vec<String>,
    names: Vec<String>,
    target: String,
    blocks: Vec<String>,
    partial: &'static str,
}

fn fill(block: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Fill> {
    let lists = (
        prop::collection::vec(value(), 3),
        prop::collection::vec(filtered(), 2),
        prop::collection::vec(condition(), 2),
        prop::collection::vec(name(), 2),
        path(),
        prop::collection::vec(block, 2),
        prop::sample::select(&PARTIALS[..]),
    );
    lists.prop_map(|(values, filtered, conditions, names, target, blocks, partial)| Fill {
        values,
        filtered,
        conditions,
        names,
        target,
        blocks,
        partial,
    })
}

impl Fill {
    /// A hole is a capital letter that stands alone.
    fn form(&self, form: &str) -> String {
        let mut text = String::new();
        let mut used = [0; 6];
        let mut last = ' ';
        let mut characters = form.chars().peekable();
        while let Some(c) = characters.next() {
            let alone =
                !last.is_alphanumeric() && !characters.peek().is_some_and(|next| next.is_ascii_uppercase());
            let hole = if alone { self.hole(c, &mut used) } else { None };
            match hole {
                Some(hole) => text.push_str(hole),
                None => text.push(c),
            }
            last = c;
        }
        text
    }

    fn hole<'f>(&'f self, hole: char, used: &mut [usize; 6]) -> Option<&'f str> {
        let mut next = |kind: usize, list: &'f [String]| {
            let at = used.get_mut(kind)?;
            *at += 1;
            list.get((*at - 1) % list.len().max(1)).map(String::as_str)
        };
        match hole {
            'E' => next(0, &self.values),
            'F' => next(1, &self.filtered),
            'C' => next(2, &self.conditions),
            'N' => next(3, &self.names),
            'B' => next(4, &self.blocks),
            'T' => Some(&self.target),
            'P' => Some(self.partial),
            _ => None,
        }
    }
}

/// Nodes within nodes, by the forms given.
fn block(forms: Vec<String>) -> BoxedStrategy<String> {
    let text = prop::sample::select(TEXTS).prop_map(str::to_owned);
    let leaf = prop_oneof![text, filtered().prop_map(|filtered| format!("{{{{ {filtered} }}}}"))];
    let leaf = prop::collection::vec(leaf, 0..3).prop_map(|nodes| nodes.concat());
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let form = (prop::sample::select(forms.clone()), prop::bool::weighted(0.3));
        let node = (form, fill(inner)).prop_map(|((form, tries), fill)| {
            let node = fill.form(&form);
            // An error ends the render; caught, it lets the nodes behind it have their turn.
            if tries { format!("{{% try %}}{node}{{% endtry %}}") } else { node }
        });
        prop::collection::vec(node, 1..4).prop_map(|nodes| nodes.concat())
    })
    .boxed()
}

/// One file.
pub(super) fn template() -> impl Strategy<Value = String> {
    block(forms())
}

fn data() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3..9_i64).prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[a-c<&'\" 0-9]{0,6}".prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    let value = scalar.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((prop::sample::select(&["a", "b", "k", "size", "ä"][..]), inner), 0..4)
                .prop_map(|entries| Json::Object(
                    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
                )),
        ]
    });
    prop::collection::vec((prop::sample::select(&["a", "b", "h", "s", "items"][..]), value), 0..5).prop_map(
        |entries| {
            let variables: JsonMap<String, Json> =
                entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Json::Object(variables)
        },
    )
}

/// Any template, with partials of any kind.
pub(super) fn case() -> impl Strategy<Value = Case> {
    let partials = prop::collection::vec(template(), PARTIALS.len());
    (template(), partials, data()).prop_map(|(template, partials, data)| {
        let partials = PARTIALS.into_iter().zip(partials).collect();
        Case { template, partials, data }
    })
}

/// Values, conditions and loops alone: what they print depends on nothing that was printed before.
pub(super) fn simple_case() -> impl Strategy<Value = Case> {
    const FORMS: [&str; 4] = [
        "{{ E }}",
        "{% if C %}B{% else %}B{% endif %}",
        "{% for N in E limit: 3 %}B{% endfor %}",
        "{% unless C %}B{% endunless %}",
    ];
    let leaf = prop_oneof![
        prop::sample::select(&["x", " ", "\n", "größe "][..]).prop_map(str::to_owned),
        value().prop_map(|value| format!("{{{{ {value} }}}}")),
    ];
    let block = leaf.prop_recursive(3, 24, 4, |inner| {
        let node = (prop::sample::select(&FORMS[..]), fill(inner)).prop_map(|(form, fill)| fill.form(form));
        prop::collection::vec(node, 1..4).prop_map(|nodes| nodes.concat())
    });
    (block, data()).prop_map(|(template, data)| Case { template, partials: Vec::new(), data })
}
