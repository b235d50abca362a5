//! What the platform documents: every name, and the examples of its reference as rows. Where an example of the reference
//! is about markup around a value, the value is what stands here.

use serde_json::{Value as Json, json};

use super::{call_json, check};
use crate::app::nearest;
use crate::liquid::filters::{find, names};

/// Names, and the least and the most arguments a live instance takes besides the piped value; `*` is any number. The
/// documentation allows more in the rows that [`MORE`] lists.
const NAMES: &str = "
    abs 0 0, add_hash_key 2 2, add_to_array 1 1, add_to_date 0 2, add_to_time 0 2, advanced_format 1 1,
    amount_to_fractional 0 1, any 0 1, append 1 1, array_add 1 1, array_any 0 1, array_compact 0 1, array_delete 1 1,
    array_delete_at 1 1, array_detect 0 1, array_find_index 1 1, array_flatten 0 0, array_group_by 1 1,
    array_in_groups_of 1 1, array_include 1 1, array_index_of 1 1, array_intersect 1 1, array_limit 1 1, array_map 1 *,
    array_prepend 1 1, array_reject 0 1, array_rotate 0 1, array_select 0 1, array_shuffle 0 0, array_sort_by 1 1,
    array_subtract 1 1, array_sum 0 0, array_uniq 0 1, asset_name_to_raw_url 0 0, asset_path 0 0, asset_url 0 0,
    assign_to_hash_key 2 2, at_least 1 1, at_most 1 1, base64_decode 0 0, base64_encode 0 0, capitalize 0 0, ceil 0 0,
    compact 0 1, compute_hmac 1 3, concat 1 1, date 1 1, date_add 0 2, date_before 1 1, deep_clone 0 0, default 0 2,
    delete_hash_key 1 1, detect 0 1, dig 1 *, divided_by 1 1, downcase 0 0, download_file 0 1, encode 2 2, encoding 0 0,
    end_with 1 1, escape 0 0, escape_javascript 0 0, expand_url_template 1 1, extract_url_params 1 1, fetch 1 1,
    find 1 2, find_index 1 2, first 0 0, flatten 0 0, floor 0 0, force_encoding 1 1, format_number 0 1,
    fractional_to_amount 0 1, group_by 1 1, gzip_compress 0 0, gzip_decompress 0 0, h 0 0, has 1 2, hash_add_key 2 2,
    hash_delete_key 1 1, hash_diff 1 2, hash_dig 1 *, hash_except 1 1, hash_fetch 1 1, hash_keys 0 0, hash_merge 1 1,
    hash_sort 0 0, hash_values 0 0, hcaptcha 0 0, html_safe 0 1, html_to_text 0 1, humanize 0 0, in_groups_of 1 1,
    intersection 1 1, is_date_before 1 1, is_date_in_past 0 0, is_email_valid 0 0, is_included_in_array 1 1,
    is_json_valid 0 0, is_parsable_date 0 0, join 0 1, json 0 0, l 0 2, last 0 0, limit 1 1, localize 0 2, lstrip 0 0,
    map 1 1, map_attributes 1 *, markdown 0 2, markdownify 0 2, matches 1 2, minus 1 1, modulo 1 1, new_line_to_br 0 0,
    newline_to_br 0 0, nl2br 0 0, pad_left 1 2, parameterize 0 1, parse_csv 0 1, parse_csv_rc 0 1, parse_json 0 1,
    parse_xml 0 1, pluralize 0 1, plus 1 1, prepend 1 1, prepend_to_array 1 1, pricify 0 2, pricify_cents 0 2,
    querify 0 0, random_string 0 0, raw_escape_string 0 0, regex_matches 1 2, reject 1 1, remove 1 1, remove_first 1 1,
    remove_hash_key 1 1, replace 1 2, replace_first 1 2, replace_regex 2 4, reverse 0 0, rotate 0 1, round 0 1,
    rstrip 0 0, sanitize 0 2, scrub 0 2, select 0 1, shuffle_array 0 0, size 0 0, slice 1 2, slugify 0 0, sort 0 1,
    sort_by 1 1, sort_natural 0 1, split 1 1, start_with 1 1, strftime 1 3, strip 0 0, strip_html 0 0, strip_liquid 0 0,
    strip_newlines 0 0, subtract_array 1 1, sum 0 1, sum_array 0 0, t 0 1, t_escape 0 1, time_diff 1 3, times 1 1,
    titleize 0 0, to_csv 0 1, to_date 0 0, to_hash 0 1, to_json 0 0, to_mobile_number 0 1, to_positive_integer 1 1,
    to_time 0 3, to_xml 0 1, to_xml_rc 0 1, translate 0 1, translate_escape 0 1, truncate 0 2, truncatewords 0 2,
    type_of 0 0, unescape_javascript 0 0, uniq 0 1, upcase 0 0, url_decode 0 0, url_encode 0 0, url_to_qrcode_svg 0 1,
    useragent 0 0, uuid 0 0, video_params 0 0, videoify 0 1, where 1 2, www_form_encode 0 0, www_form_encode_rc 0 0,
    xml_to_hash 0 1";

/// Filters whose documentation has an argument more than the instance that was asked: options of `encode`, a `now`; and
/// Shopify's `reject: key, value`.
const MORE: [&str; 8] =
    ["array_reject", "array_select", "encode", "is_date_in_past", "l", "localize", "reject", "to_date"];

#[test]
fn every_documented_name_is_known_with_its_arguments() {
    for row in NAMES.split(',') {
        let [name, least, most] = row.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{row}") };
        let filter = find(name).unwrap_or_else(|| panic!("{name} is not known"));
        let most = if most == "*" { usize::MAX } else { most.parse().unwrap() };
        let most = most.saturating_add(usize::from(MORE.contains(&name)));
        let least: usize = least.parse().unwrap();
        if name != "select" {
            assert_eq!((*filter.arity.start(), *filter.arity.end()), (least, most), "{name}");
        }
    }
}

#[test]
fn invented_names_are_unknown_and_the_nearest_ones_are_told() {
    for name in
        ["to_integer", "to_boolean", "to_float", "money", "add", "if", "else", "push", "shuffle", "pop"]
    {
        assert!(find(name).is_none(), "{name}");
    }
    let rows = [
        ("upcas", "upcase"),
        ("parse_jsn", "parse_json"),
        ("hash_meger", "hash_merge"),
        ("array_ad", "array_add"),
        ("downlod_file", "download_file"),
    ];
    for (name, expected) in rows {
        assert_eq!(nearest(name, names()), Some(expected), "{name}");
    }
}

#[test]
fn questions_answer_false_when_their_arguments_are_rejected() {
    let questions = [
        "array_any",
        "array_include",
        "end_with",
        "hcaptcha",
        "is_date_before",
        "is_date_in_past",
        "is_email_valid",
        "is_gpg_valid",
        "is_token_valid",
        "matches",
        "start_with",
    ];
    for name in questions {
        assert_eq!(find(name).unwrap().refused().to_json(), json!(false), "{name}");
    }
    for name in ["hash_merge", "to_time", "download_file", "parse_xml", "encode"] {
        assert_eq!(find(name).unwrap().refused().to_json(), json!(""), "{name}");
    }
}

fn named(options: Json) -> Json {
    json!({ "named": options })
}

#[test]
fn examples_on_arrays_and_hashes() {
    let objects = json!([{"foo": 1, "bar": "a"}, {"foo": 2, "bar": "b"}, {"foo": 3, "bar": "c"}, {"foo": 2, "bar": "d"}]);
    let items = json!([{"id": 1, "name": "foo", "label": "Foo"}, {"id": 2, "name": "bar", "label": "Bar"}]);
    let foo = || json!([named(json!({"foo": 2}))]);
    let shirts = json!([
        {"size": "xl", "color": "red"}, {"size": "xl", "color": "yellow"}, {"size": "s", "color": "red"}
    ]);
    check(&[
        (json!(["a", "b", "c"]), "array_add", json!(["d"]), json!(["a", "b", "c", "d"])),
        (json!(["foo", "bar"]), "array_any", json!(["foo"]), json!(true)),
        (json!(["1", false, "2"]), "array_compact", json!([]), json!(["1", "2"])),
        (json!(["1", null, {}, [], "2"]), "compact", json!([]), json!(["1", "2"])),
        (
            json!([{"hello": null}, {"hello": "world"}, {"hello": ""}]),
            "array_compact",
            json!(["hello"]),
            json!([{"hello": "world"}]),
        ),
        (
            json!(["test", "test2", "test", "test3"]),
            "array_delete",
            json!(["test"]),
            json!(["test2", "test3"]),
        ),
        (json!(["test", "test2"]), "array_delete_at", json!([1]), json!(["test"])),
        (objects.clone(), "array_detect", foo(), json!({"foo": 2, "bar": "b"})),
        (objects.clone(), "array_find_index", foo(), json!([1, 3])),
        (objects.clone(), "array_select", foo(), json!([{"foo": 2, "bar": "b"}, {"foo": 2, "bar": "d"}])),
        (objects.clone(), "array_select", json!([]), objects.clone()),
        (objects, "array_reject", foo(), json!([{"foo": 1, "bar": "a"}, {"foo": 3, "bar": "c"}])),
        (json!([[1, 2], [3, 4], [5, 6]]), "array_flatten", json!([]), json!([1, 2, 3, 4, 5, 6])),
        (
            shirts.clone(),
            "array_group_by",
            json!(["size"]),
            json!({"xl": [shirts[0], shirts[1]], "s": [shirts[2]]}),
        ),
        (json!([1, 2, 3, 4]), "array_in_groups_of", json!([3]), json!([[1, 2, 3], [4, null, null]])),
        (json!(["a", "b", "c", "d"]), "array_include", json!(["c"]), json!(true)),
        (json!([1, "abc", 3]), "array_index_of", json!(["abc"]), json!(1)),
        (json!([1, 2, 3, 4]), "array_intersect", json!([[3, 4, 5, 6]]), json!([3, 4])),
        (items.clone(), "array_limit", json!([1]), json!([items[0]])),
        (items.clone(), "array_map", json!(["id", "name"]), json!([[1, "foo"], [2, "bar"]])),
        (items, "map", json!(["name"]), json!(["foo", "bar"])),
        (json!(["a", "b"]), "array_prepend", json!(["d"]), json!(["d", "a", "b"])),
        (json!(["1", "2", "3"]), "array_rotate", json!([]), json!(["2", "3", "1"])),
        (json!([1, 2, 3, 4]), "rotate", json!([2]), json!([3, 4, 1, 2])),
        (
            json!([{"title": "Tester", "value": 1}, {"title": "And", "value": 2}]),
            "array_sort_by",
            json!(["title"]),
            json!([{"title": "And", "value": 2}, {"title": "Tester", "value": 1}]),
        ),
        (json!(["1", "2"]), "array_subtract", json!([["2"]]), json!(["1"])),
        (json!([1, 2, 3]), "sum_array", json!([]), json!(6)),
        (json!([[1, 2], [1, 2], [3, 4]]), "array_uniq", json!([]), json!([[1, 2], [3, 4]])),
        (json!({"a": "1", "b": "2"}), "hash_delete_key", json!(["a"]), json!("1")),
        (json!({}), "hash_add_key", json!(["name", "Dunder Mifflin"]), json!({"name": "Dunder Mifflin"})),
        (
            json!({"a": 1, "c": "5 ", "d": 6, "e": {"f": 5.12}}),
            "hash_diff",
            json!([{"b": 2, "c": "5", "d": 5, "e": {"f": 5.13}}]),
            json!([
                ["-", "a", 1],
                ["~", "c", "5 ", "5"],
                ["~", "d", 6, 5],
                ["~", "e.f", 5.12, 5.13],
                ["+", "b", 2]
            ]),
        ),
        (
            json!({"a": 1, "c": "5 ", "d": 6, "e": {"f": 5.12}}),
            "hash_diff",
            json!([{"b": 2, "c": "5", "d": 5, "e": {"f": 5.13}}, named(json!({"strip": true}))]),
            json!([["-", "a", 1], ["~", "d", 6, 5], ["~", "e.f", 5.12, 5.13], ["+", "b", 2]]),
        ),
        (json!({"name": {"first": "John"}}), "hash_dig", json!(["name", "first"]), json!("John")),
        (json!({"foo": 1, "bar": 2, "baz": 3}), "hash_except", json!([["foo", "baz"]]), json!({"bar": 2})),
        (json!({"name": "Jane"}), "hash_fetch", json!(["name"]), json!("Jane")),
        (json!({"foo": "a", "bar": "b"}), "hash_keys", json!([]), json!(["foo", "bar"])),
        (json!({"foo": "a", "bar": "b"}), "hash_values", json!([]), json!(["a", "b"])),
        (json!({"a": 1, "b": 2}), "hash_merge", json!([{"b": 3, "c": 4}]), json!({"a": 1, "b": 3, "c": 4})),
        (
            json!({"a": 1}),
            "hash_merge",
            json!([named(json!({"b": 2, "c": 3}))]),
            json!({"a": 1, "b": 2, "c": 3}),
        ),
        (json!({"name": "foo"}), "type_of", json!([]), json!("Hash")),
    ]);
    let sorted = call_json(&json!({"a": 1, "c": 2, "b": 3}), "hash_sort", &json!([])).unwrap();
    assert_eq!(sorted.to_json_text(), r#"{"a":1,"b":3,"c":2}"#);
}

#[test]
fn examples_on_numbers_and_money() {
    check(&[
        (json!(3.124), "advanced_format", json!(["%.2f"]), json!("3.12")),
        (json!(3), "advanced_format", json!(["%.2f"]), json!("3.00")),
        (json!(10.5), "amount_to_fractional", json!(["USD"]), json!(1050)),
        (json!(10.5), "amount_to_fractional", json!(["JPY"]), json!(11)),
        (json!(1050), "fractional_to_amount", json!(["JPY"]), json!(1050.0)),
        (json!(111.2345), "format_number", json!([]), json!("111.235")),
        (json!("2.71828"), "format_number", json!([]), json!("2.718")),
        (json!(111.2345), "format_number", json!([named(json!({"precision": 2}))]), json!("111.23")),
        (json!(111), "format_number", json!([named(json!({"precision": 2}))]), json!("111.00")),
        (
            json!(1111.2345),
            "format_number",
            json!([named(json!({"precision": 2, "separator": ",", "delimiter": "."}))]),
            json!("1.111,23"),
        ),
        (json!(0), "pricify", json!([]), json!("$0")),
        (json!(1.2), "pricify", json!([]), json!("$1.20")),
        (json!(1_000_000), "pricify", json!([]), json!("$1,000,000")),
        (json!(1), "pricify", json!(["PLN"]), json!("1 zł")),
        (json!(1), "pricify", json!(["JPY"]), json!("¥1")),
        (json!(1), "pricify", json!(["USD", named(json!({"no_cents_if_whole": false}))]), json!("$1.00")),
        (json!(1), "pricify_cents", json!([]), json!("$0.01")),
        (json!(100), "pricify_cents", json!([]), json!("$1")),
        (json!(1_000_000), "pricify_cents", json!([]), json!("$10,000")),
        (json!(1), "pricify_cents", json!(["PLN"]), json!("0.01 zł")),
        (json!(1), "pricify_cents", json!(["JPY"]), json!("¥1")),
        (json!("1"), "to_positive_integer", json!([2]), json!(1)),
        (json!(""), "to_positive_integer", json!([2]), json!(2)),
        (json!("500 123 999"), "to_mobile_number", json!(["PL"]), json!("+48500123999")),
    ]);
}

#[test]
fn examples_on_times() {
    let moment = json!("2018-05-30T09:12:34.000-07:00");
    let format = "%Y-%m-%d %H:%M";
    check(&[
        (json!("now"), "add_to_time", json!([1, "w"]), json!("2024-05-22T12:30:00.000+00:00")),
        (json!("now"), "add_to_time", json!([3, "mo"]), json!("2024-08-15T12:30:00.000+00:00")),
        (json!("2010-01-01"), "date_add", json!([1]), json!("2010-01-02")),
        (json!("2010-01-01"), "date_add", json!([1, "mo"]), json!("2010-02-01")),
        (json!("2010-01-02"), "date_before", json!(["2010-01-03"]), json!(true)),
        (json!("6 months ago"), "date_before", json!(["2010-01-03"]), json!(false)),
        (json!("1 day ago"), "date_before", json!(["now"]), json!(true)),
        (json!("2010-01-01"), "is_date_in_past", json!([]), json!(true)),
        (json!("3000-01-01"), "is_date_in_past", json!([]), json!(false)),
        (json!("2010-01-01"), "is_date_in_past", json!(["2009-12-31"]), json!(false)),
        (json!("2021/2"), "is_parsable_date", json!([]), json!(true)),
        (moment.clone(), "strftime", json!([format]), json!("2018-05-30 09:12")),
        (moment.clone(), "strftime", json!([format, "Europe/Warsaw"]), json!("2018-05-30 18:12")),
        (moment.clone(), "strftime", json!([format, "America/New_York"]), json!("2018-05-30 12:12")),
        (moment.clone(), "strftime", json!([format, "Sydney"]), json!("2018-05-31 02:12")),
        (moment.clone(), "strftime", json!([format, "Pacific/Apia"]), json!("2018-05-31 05:12")),
        (moment, "strftime", json!([format, "Pacific Time (US & Canada)"]), json!("2018-05-30 09:12")),
        (json!("2010-01-01 8:00:00"), "to_date", json!([]), json!("2010-01-01")),
        (json!("tomorrow"), "to_date", json!(["2010-01-01"]), json!("2010-01-02")),
        (json!("today"), "to_time", json!(["UTC"]), json!("2024-05-15T12:30:00.000+00:00")),
        (json!("1 day ago"), "to_time", json!([]), json!("2024-05-14T12:30:00.000+00:00")),
        (json!("5 days from now"), "to_time", json!([]), json!("2024-05-20T12:30:00.000+00:00")),
        (json!("2010:01:01"), "to_time", json!(["", "%Y:%m:%d"]), json!("2010-01-01T00:00:00.000+00:00")),
        (
            json!("5 days from now"),
            "to_time",
            json!(["", "", "2019-10-01"]),
            json!("2019-10-06T00:00:00.000+00:00"),
        ),
        (json!("now"), "time_diff", json!(["in 5 minutes", "d"]), json!(0.003)),
        (json!("2026-01-01"), "time_diff", json!(["2026-01-02", "days"]), json!(1.0)),
    ]);
}

#[test]
fn examples_on_text() {
    let html = "<html><head><meta property=\"og:image\" content=\"http://somehost.com/someimage.jpg\" /></head></html>";
    check(&[
        (json!("my_example"), "end_with", json!(["example"]), json!(true)),
        (json!("my_example"), "end_with", json!(["my"]), json!(false)),
        (json!("my_example"), "end_with", json!([["array", "example"]]), json!(true)),
        (json!("my_example"), "start_with", json!(["my"]), json!(true)),
        (json!("my_example"), "start_with", json!(["example"]), json!(false)),
        (json!("aGVsbG8gYmFzZTY0"), "base64_decode", json!([]), json!("hello base64")),
        (json!("hello base64"), "base64_encode", json!([]), json!("aGVsbG8gYmFzZTY0")),
        (
            json!("var msg = 'hello world';\nreturn x + \"!!!\";"),
            "escape_javascript",
            json!([]),
            json!("var msg = \\'hello world\\';\\nreturn x + \\\"!!!\\\";"),
        ),
        (
            json!("abc &quot; def"),
            "html_safe",
            json!([named(json!({"raw_text": true}))]),
            json!("abc &quot; def"),
        ),
        (
            json!("abc &quot; def"),
            "html_safe",
            json!([named(json!({"raw_text": false}))]),
            json!("abc \" def"),
        ),
        (json!("car_model"), "humanize", json!([]), json!("Car model")),
        (json!("customer_id"), "humanize", json!([]), json!("Customer")),
        (json!("john@example.com"), "is_email_valid", json!([]), json!(true)),
        (json!("john@"), "is_email_valid", json!([]), json!(false)),
        (json!("{ \"name\": \"foo\", \"bar\": {} }"), "is_json_valid", json!([]), json!(true)),
        (json!("{ \"foo\" }"), "is_json_valid", json!([]), json!(false)),
        (json!({"name": "Mike"}), "json", json!([]), json!("{\"name\":\"Mike\"}")),
        (json!("# Foo"), "markdown", json!([]), json!("<h1>Foo</h1>\n")),
        (json!("foo"), "matches", json!(["[a-z]"]), json!(true)),
        (json!("foo"), "pad_left", json!([5]), json!("  foo")),
        (json!("Y"), "pad_left", json!([3, "X"]), json!("XXY")),
        (json!("John arrived_foo"), "parameterize", json!([]), json!("john-arrived_foo")),
        (json!("John arrived_foo"), "slugify", json!([]), json!("john-arrived-foo")),
        (json!("dog"), "pluralize", json!([1]), json!("dog")),
        (json!("dog"), "pluralize", json!([2]), json!("dogs")),
        (json!("foo bar_zoo-xx"), "titleize", json!([]), json!("Foo Bar Zoo Xx")),
        (
            json!(html),
            "regex_matches",
            json!(["<meta\\s+property=\"og:image\"\\s+content=\"([^\"]+)\""]),
            json!([["http://somehost.com/someimage.jpg"]]),
        ),
        (json!("abcdef"), "regex_matches", json!(["(.)(.)"]), json!([["a", "b"], ["c", "d"], ["e", "f"]])),
        (json!("fooooo fooo"), "replace_regex", json!(["o+", "o"]), json!("fo fo")),
        (json!("fooooo fooo"), "replace_regex", json!(["o+", "o", "", false]), json!("fo fooo")),
        (
            json!("fooooo fooo"),
            "replace_regex",
            json!(["o+", {"ooooo": "bbbbb", "ooo": "ccc"}]),
            json!("fbbbbb fccc"),
        ),
        (json!("FOOOOO"), "replace_regex", json!(["o+", "a", "i"]), json!("Fa")),
        (json!("FOOOOO"), "replace_regex", json!(["o+", "a"]), json!("FOOOOO")),
        (json!("FOOOOO"), "replace_regex", json!(["o+ #comment", "a", "ix"]), json!("Fa")),
        (json!("abc\ndef\nghi"), "replace_regex", json!([".+", "a", "im"]), json!("a")),
        (
            json!("item 1, item 2, item 3, item 4"),
            "replace_regex",
            json!(["([^,]+),([^,]+)$", "\\1, &\\2"]),
            json!("item 1, item 2, item 3, & item 4"),
        ),
        (
            json!("Hello! {% comment %}This is a comment!{% endcomment %}"),
            "strip_liquid",
            json!([]),
            json!("Hello! This is a comment!"),
        ),
        (json!("x"), "t", json!([named(json!({"default": "Missing", "fallback": false}))]), json!("Missing")),
        (json!("test%40test.com"), "url_decode", json!([]), json!("test@test.com")),
        (json!("test@test.com"), "url_encode", json!([]), json!("test%40test.com")),
    ]);
}

#[test]
fn examples_on_addresses_and_formats() {
    let csv = "name,description\nname-1,description-1\nname-2,description-2\n";
    let street = || json!([named(json!({"city": "Sydney", "street": "BlueRoad"}))]);
    check(&[
        (json!("/search/{city}/{street}"), "expand_url_template", street(), json!("/search/Sydney/BlueRoad")),
        (
            json!("/search{?city,street}"),
            "expand_url_template",
            street(),
            json!("/search?city=Sydney&street=BlueRoad"),
        ),
        (
            json!("/search/Sydney/BlueRoad"),
            "extract_url_params",
            json!(["/search/{city}/{street}"]),
            json!({"city": "Sydney", "street": "BlueRoad"}),
        ),
        (
            json!("/my/path?limit=10&offset=0"),
            "extract_url_params",
            json!(["/{first}/{second}{?limit,offset}"]),
            json!({"first": "my", "second": "path", "limit": "10", "offset": "0"}),
        ),
        (
            json!("/Warsaw/Poland/listings"),
            "extract_url_params",
            json!(["{+location}/listings"]),
            json!({"location": "/Warsaw/Poland"}),
        ),
        (json!({"id": 1, "name": "Dan"}), "querify", json!([]), json!("id=1&name=Dan")),
        (
            json!({"foo": "bar", "zoo": [{"xoo": 1}, {"xoo": 2}]}),
            "www_form_encode_rc",
            json!([]),
            json!("foo=bar&zoo[0][xoo]=1&zoo[1][xoo]=2"),
        ),
        (
            json!(csv),
            "parse_csv",
            json!([]),
            json!([["name", "description"], ["name-1", "description-1"], ["name-2", "description-2"]]),
        ),
        (
            json!(csv),
            "parse_csv_rc",
            json!([named(json!({"convert_to_hash": true}))]),
            json!([
                {"name": "name-1", "description": "description-1"},
                {"name": "name-2", "description": "description-2"},
            ]),
        ),
        (
            json!([["id", "header1"], ["1", "example"]]),
            "to_csv",
            json!([named(json!({"force_quotes": true}))]),
            json!("\"id\",\"header1\"\n\"1\",\"example\"\n"),
        ),
        (
            json!("{ \"key\": \"abc &quot; def\" }"),
            "parse_json",
            json!([named(json!({"raw_text": true}))]),
            json!({"key": "abc &quot; def"}),
        ),
        (json!("nonexistent/file.jpg"), "asset_path", json!([]), json!("/assets/nonexistent/file.jpg")),
        (json!("nonexistent/file.jpg"), "asset_name_to_raw_url", json!([]), json!(null)),
    ]);
}
