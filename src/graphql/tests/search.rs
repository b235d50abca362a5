//! What is found by its words: records, and the documents of a search index.

use serde_json::{Value as Json, json};

use super::Fixture;

const NOTE: &str = "name: note
properties:
- name: title
- name: body
- {name: tags, type: array}
- {name: points, type: integer}
";

/// Notes 1 to 3, and a page 4 that has a title too.
fn notes() -> Fixture {
    let page = "name: page\nproperties:\n- name: title\n";
    let mut fixture = Fixture::new(&[("app/schema/note.yml", NOTE), ("app/schema/page.yml", page)]);
    let records = json!([
        {"table": "note", "external_id": "first-note", "properties": {"title": "Red bicycle", "body": "Żółw and the rainbow", "points": 42}},
        {"table": "note", "properties": {"title": "Blue car", "body": "Not red, not fast", "tags": ["summer\nsale", "was"]}},
        {"table": "note", "properties": {"title": "NEAR(red) \"OR\" blue*"}},
        {"table": "page", "properties": {"title": "Redwood"}},
    ]);
    let create = "mutation ($r: [RecordsCreateInputType!]!) { records_create_rc(records: $r) { id } }";
    fixture.data(create, json!({ "r": records }));
    fixture
}

const RECORDS: &str = "query ($q: Query, $t: String) { records(per_page: 9, filter: { table: { value: $t }, fulltext: $q }) { total_entries results { id } } }";

fn found(fixture: &mut Fixture, table: Json, query: &Json) -> String {
    let found = fixture.data(RECORDS, json!({"q": query, "t": table}))["records"].clone();
    let ids = ids(&found["results"]);
    assert_eq!(found["total_entries"], found["results"].as_array().unwrap().len(), "{query}");
    ids
}

fn ids(results: &Json) -> String {
    let ids = results.as_array().unwrap().iter().map(|result| result["id"].as_str().unwrap());
    ids.collect::<Vec<_>>().join(" ")
}

#[test]
fn records_are_found_by_their_words() {
    let mut fixture = notes();
    let titles = json!([{"name": "title", "priority": 3}]);
    for (query, expected) in [
        (json!({"keyword": "red"}), "1 2 3"),
        (json!({"keyword": "RED"}), "1 2 3"),
        (json!({"keyword": "żółw"}), "1"),
        (json!({"keyword": "rain"}), ""),
        (json!({"keyword": "rain", "match_type": "STARTS_WITH"}), "1"),
        (json!({"keyword": "bow", "match_type": "ENDS_WITH"}), "1"),
        (json!({"keyword": "inb", "match_type": "CONTAINS"}), "1"),
        (json!({"keyword": "sale was"}), "2"),
        // A number is no text.
        (json!({"keyword": "42"}), ""),
        (json!({"keyword": "red blue"}), "2 3"),
        (json!({"keyword": "bicycle, car!", "operator": "OR"}), "1 2"),
        (json!({"keyword": "red", "properties": titles}), "1 3"),
        (json!({"keyword": "red blue", "properties": titles}), "3"),
        (json!({"keyword": "first", "fields": [{"name": "external_id"}]}), "1"),
        (json!({"keyword": "red", "properties": [{"name": "unknown"}]}), ""),
        (json!({"keyword": "red", "properties": []}), "1 2 3"),
    ] {
        assert_eq!(found(&mut fixture, json!("note"), &query), expected, "{query}");
    }
    let redwood = json!({"keyword": "red", "match_type": "STARTS_WITH"});
    assert_eq!(found(&mut fixture, json!(null), &redwood), "1 2 3 4", "in all tables");
}

#[test]
fn blank_keyword_is_no_condition() {
    let mut fixture = notes();
    for query in [json!(null), json!({}), json!({"keyword": null}), json!({"keyword": " \n"})] {
        assert_eq!(found(&mut fixture, json!("note"), &query), "1 2 3", "{query}");
    }
    assert_eq!(found(&mut fixture, json!("note"), &json!({"keyword": "?!"})), "");
}

#[test]
fn keyword_is_never_the_syntax_of_anything() {
    let mut fixture = notes();
    for (keyword, expected) in [
        ("NEAR(red)", "3"),
        ("\"OR\" blue*", "3"),
        ("red OR car", ""),
        ("bicyc*", ""),
        ("title:red", ""),
        ("-red", "1 2 3"),
        ("red' OR 1=1 --", ""),
        ("red\"", "1 2 3"),
        ("%", ""),
        ("\u{0}red", "1 2 3"),
    ] {
        assert_eq!(
            found(&mut fixture, json!("note"), &json!({ "keyword": keyword })),
            expected,
            "{keyword:?}"
        );
    }
}

#[test]
fn endless_keyword_is_refused() {
    let mut fixture = notes();
    assert_eq!(found(&mut fixture, json!("note"), &json!({"keyword": "red ".repeat(100)})), "1 2 3");
    let book = json!({"q": {"keyword": "red ".repeat(101)}});
    assert_eq!(fixture.errors(RECORDS, book), "a keyword may have at most 100 words");
}

const INSERT: &str = "mutation ($s: String!, $i: ID, $d: HashObject!) { documents_insert_rc(search_index: $s, id: $i, document: $d) }";

/// Documents a to d of one index, and one of another.
fn index() -> Fixture {
    let mut fixture = Fixture::new(&[("app/schema/note.yml", NOTE)]);
    for (search_index, id, document) in [
        ("goods", "a", json!({"title": "Red bicycle", "price": 120, "tags": ["used", "city"]})),
        ("goods", "b", json!({"title": "Blue car", "body": "red seats, red wheels", "price": 9000.5})),
        (
            "goods",
            "c",
            json!({"title": "Red car", "body": "red", "price": 70, "maker": {"name": "Acme"}, "old": null}),
        ),
        ("goods", "d", json!({"title": "Żółw", "tags": ["city"]})),
        ("pages", "a", json!({"title": "About red"})),
    ] {
        fixture.data(INSERT, json!({"s": search_index, "i": id, "d": document}));
    }
    fixture
}

const DOCUMENTS: &str = "query ($s: String!, $q: IndexSearchQuery, $f: [IndexSearchFilterInput!], $o: [IndexSearchSortInput!], $n: Int = 9, $p: Int = 1) { documents_rc(search_index: $s, per_page: $n, page: $p, query: $q, filter: $f, sort: $o) { total_entries results { id } } }";

fn documents(fixture: &mut Fixture, mut variables: Json) -> String {
    variables["s"] = json!("goods");
    ids(&fixture.data(DOCUMENTS, variables)["documents_rc"]["results"])
}

#[test]
fn documents_are_found_by_their_words_the_best_match_first() {
    let mut fixture = index();
    let titles = |priority: i64| json!([{"name": "title", "priority": priority}, {"name": "body"}]);
    for (query, expected) in [
        (json!({"keyword": "red"}), "c a b"),
        (json!({"keyword": "red car", "properties": titles(5)}), "c b"),
        (json!({"keyword": "red car", "operator": "OR", "properties": titles(1)}), "c b a"),
        (json!({"keyword": "red", "fields": [{"name": "title"}]}), "a c"),
        (json!({"keyword": "acme", "properties": [{"name": "maker.name"}]}), "c"),
        (json!({"keyword": "ŻÓŁ", "match_type": "STARTS_WITH"}), "d"),
        (json!({"keyword": " "}), "a b c d"),
        (json!({"keyword": "?!"}), ""),
    ] {
        assert_eq!(documents(&mut fixture, json!({ "q": query })), expected, "{query}");
    }
}

#[test]
fn documents_are_found_by_their_values() {
    let mut fixture = index();
    for (filter, expected) in [
        (json!({"name": "price", "value": "120"}), "a"),
        (json!({"name": "tags", "value": "city"}), "a d"),
        (json!({"name": "tags", "not_value": "city"}), "b c"),
        (json!({"name": "tags", "value_in": ["used", "city"]}), "a d"),
        (json!({"name": "tags", "value_in": ["used", "city"], "value_in_operator": "AND"}), "a"),
        (json!({"name": "tags", "not_value_in": ["used"]}), "b c d"),
        (json!({"name": "title", "prefix": "red"}), "a c"),
        (json!({"name": "price", "range": {"gte": "100", "lt": "10000"}}), "a b"),
        (json!({"name": "tags", "exists": true}), "a d"),
        (json!({"name": "old", "exists": false}), "a b c d"),
        (json!({"name": "maker.name", "value": "Acme"}), "c"),
        (json!({"name": "id", "value_in": ["b", "d"]}), "b d"),
        (json!([{"name": "tags", "value": "city"}, {"name": "price", "exists": true}]), "a"),
        (json!({"name": "price", "value": null}), "a b c d"),
    ] {
        assert_eq!(documents(&mut fixture, json!({ "f": filter })), expected, "{filter}");
    }
}

#[test]
fn documents_are_sorted_and_paged() {
    let mut fixture = index();
    for (variables, expected) in [
        (json!({"o": {"name": "price"}}), "c a b d"),
        (json!({"o": {"name": "price", "order": "desc"}}), "d b a c"),
        (json!({"o": [{"name": "maker.name"}, {"name": "id", "order": "DESC"}]}), "c d b a"),
        (json!({"n": 2, "p": 2}), "c d"),
        (json!({"n": 2, "p": 3}), ""),
    ] {
        assert_eq!(documents(&mut fixture, variables.clone()), expected, "{variables}");
    }
    let unknown = fixture.data(DOCUMENTS, json!({"s": "none"}));
    assert_eq!(unknown, json!({"documents_rc": {"total_entries": 0, "results": []}}));
}

#[test]
fn document_is_answered_as_it_was_put_in() {
    let mut fixture = index();
    let document = r#"{ documents_rc(search_index: "goods", per_page: 1, filter: {name: "id", value: "c"}) {
        total_pages has_next_page results {
            id title: property(name: "title") price: property_int(name: "price") maker: property_object(name: "maker")
            none: property_array(name: "none") properties
            some: properties(select: [{name: "body", attribute_type: string}])
        } } }"#;
    assert_eq!(
        fixture.data(document, json!({}))["documents_rc"],
        json!({
            "total_pages": 1, "has_next_page": false, "results": [{
                "id": "c", "title": "Red car", "price": 70, "maker": {"name": "Acme"}, "none": null,
                "properties": {"title": "Red car", "body": "red", "price": 70, "maker": {"name": "Acme"}, "old": null},
                "some": {"body": "red"},
            }],
        })
    );
}

#[test]
fn document_stands_in_place_of_the_one_with_its_id() {
    let mut fixture = index();
    let stored = fixture.data(INSERT, json!({"s": "goods", "i": 7, "d": {"title": "Green", "id": "x"}}));
    assert_eq!(stored["documents_insert_rc"], json!({"id": "7", "title": "Green"}));
    fixture.data(INSERT, json!({"s": "goods", "i": "a", "d": {"title": "Green"}}));
    assert_eq!(documents(&mut fixture, json!({})), "a b c d 7");
    assert_eq!(documents(&mut fixture, json!({"q": {"keyword": "green"}})), "a 7");
    assert_eq!(documents(&mut fixture, json!({"f": {"name": "tags", "exists": true}})), "d");
    let new = |fixture: &mut Fixture| {
        fixture.data(INSERT, json!({"s": "new", "d": {}}))["documents_insert_rc"]["id"].clone()
    };
    assert_ne!(new(&mut fixture), new(&mut fixture));
}

#[test]
fn document_that_makes_no_sense_is_refused() {
    let mut fixture = index();
    let mut deep = json!({});
    for _ in 0..200 {
        deep = json!({ "a": deep });
    }
    for (variables, message) in [
        (json!({"s": " ", "d": {}}), "Search index can't be blank"),
        (json!({"s": "goods", "d": deep}), "`document`: "),
        (json!({"s": "goods", "d": {"title": "\u{0}"}}), "`document`: "),
        (json!({"s": "goods", "d": "text"}), "`document` must be a hash"),
        (json!({"s": "goods", "d": null}), "$d"),
    ] {
        let errors = fixture.errors(INSERT, variables);
        assert!(errors.contains(message), "{errors}");
    }
    assert_eq!(documents(&mut fixture, json!({})), "a b c d");
}
