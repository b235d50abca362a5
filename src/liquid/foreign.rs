//! Tags and filters of other dialects of Liquid, and names that other languages have for ours. Somebody who writes one
//! has not mistyped it, so the nearest name would be a bad guess; what to write instead is known.

/// What to do instead of the tag `name`.
pub(super) fn instead_of_tag(name: &str) -> Option<&'static str> {
    Some(match name {
        "layout" => "name the layout in the front matter: layout: name",
        "extends" | "block" => {
            "a layout prints the page with {{ content_for_layout }}, and parts with {% yield 'name' %}"
        }
        "section" | "snippet" | "partial" | "component" => "call a partial: {% render 'path', name: value %}",
        "paginate" => "queries have pages: pass page and per_page to the query",
        "style" | "stylesheet" => "write <style>, or link a file with {{ 'name.css' | asset_url }}",
        "javascript" => "write <script>, or link a file with {{ 'name.js' | asset_url }}",
        "schema" => "tables are declared in app/schema/<name>.yml",
        "api_call" | "email" | "sms" => "send it with {% graphql %} and the mutation for it",
        "set" | "let" | "var" => "write {% assign name = value %}",
        "elif" => "write {% elsif %}",
        "foreach" | "each" => "write {% for item in items %}",
        "while" => "write {% for %} over a range, and {% break %}",
        "import" | "require" => "call a partial: {% render 'path' %} or {% function x = 'path' %}",
        "switch" => "write {% case value %}",
        _ => return None,
    })
}

/// What to use instead of the filter `name`.
pub(super) fn instead_of_filter(name: &str) -> Option<&'static str> {
    Some(match name {
        "to_integer" | "to_i" | "to_int" => "add nothing to it: plus: 0",
        "to_float" | "to_f" | "to_number" => "multiply it: times: 1.0",
        "to_string" | "to_s" => "append nothing to it: append: ''",
        "to_boolean" | "to_bool" => "compare it: == true or == 'true'",
        "money" | "money_with_currency" | "money_without_currency" | "currency" => "use pricify_cents: 'USD'",
        "add" => "use plus for numbers, array_add for arrays",
        "subtract" => "use minus for numbers, array_subtract for arrays",
        "multiply" => "use times",
        "push" => "use array_add, or {% assign list << item %}",
        "length" | "count" => "use size",
        "lower" | "lowercase" => "use downcase",
        "upper" | "uppercase" => "use upcase",
        "trim" => "use strip",
        "substring" | "substr" => "use slice",
        "filter" | "where_exp" => "use array_select: key: value",
        "keys" => "use hash_keys",
        "values" => "use hash_values",
        "merge" => "use hash_merge",
        "if" | "else" | "unless" => "conditions are tags: {% if %}",
        "img_tag" | "script_tag" | "stylesheet_tag" | "image_url" => {
            "write the element with {{ 'name' | asset_url }}"
        }
        "safe" => "use html_safe, or {% print %}",
        "raw" => "use {% print %}",
        "dump" | "inspect" => "use json",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liquid::{filters, tags};

    #[test]
    fn what_is_suggested_exists_and_what_is_foreign_does_not() {
        for name in [
            "money",
            "add",
            "length",
            "lower",
            "trim",
            "substring",
            "filter",
            "keys",
            "merge",
            "dump",
            "safe",
        ] {
            assert!(filters::find(name).is_none(), "{name}");
            let hint = instead_of_filter(name).expect("a hint");
            let words = hint.split(|c: char| !c.is_alphanumeric() && c != '_');
            assert!(words.into_iter().any(|word| filters::find(word).is_some()), "{hint}");
        }
        for name in ["layout", "section", "paginate", "set", "elif", "foreach", "switch", "import"] {
            assert!(tags::find(name).is_none(), "{name}");
            assert!(instead_of_tag(name).is_some(), "{name}");
        }
        assert_eq!((instead_of_tag("asign"), instead_of_filter("upcas")), (None, None));
    }
}
