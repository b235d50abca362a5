//! Files in and out of a store in memory.

use std::io::{Cursor, Write as _};

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::records::{Activity, Constants, Criteria, Feed, Filter, Liveness, Page, Record, Records, User};
use crate::store::{Database, Store};

fn data() -> Data {
    let store = Store::memory(Database::Data).unwrap();
    Records::new(store.clone(), Constants::new(store)).data(None)
}

fn now() -> Timestamp {
    "2024-06-01T00:00:00Z".parse().unwrap()
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn all<T: crate::records::Stored>(data: &Data) -> Vec<T> {
    let criteria = Criteria {
        entity: T::ENTITY,
        table: None,
        liveness: Liveness::Either,
        filter: Filter::All(Vec::new()),
    };
    data.page(&criteria, &[], Page { number: 1, size: 100_000 }).unwrap()
}

fn import(data: &mut Data, files: &[(&str, &str)]) -> Result<Imported, String> {
    data.import_archive(&archive(files), now()).map_err(|error| error.to_string())
}

const USERS: &str = "id,email,first_name,slug,encrypted_password,properties\n7,ann@x.test,Ann,ann,$2a$04$x,\"{\"\"a\"\": 1}\"\n";

#[test]
fn rows_are_written_over_those_of_their_ids() {
    let mut data = data();
    let first = "id,properties,model_schema,created_at\n10,\"{\"\"n\"\": \"\"5\"\"}\",item,2024-01-01 00:00:00.000000\n11,\"{\"\"n\"\": 6}\",item,\n";
    let second = "properties,id,model_schema,deleted_at\n\"{\"\"m\"\": 1}\",10,other,2024-02-01 00:00:00\n";
    import(&mut data, &[("records.csv", first), ("users.csv", USERS)]).unwrap();
    let imported = import(&mut data, &[("x/records.0.csv", second), ("notes.txt", "")]).unwrap();
    let records: Vec<Record> = all(&data);

    assert_eq!((imported.records, imported.warnings.len()), (1, 1), "{imported:?}");
    let shown: Vec<Json> =
        records.iter().map(|record| json!([record.id.0, &*record.table, record.properties])).collect();
    assert_eq!(shown, [json!([10, "other", {"m": 1}]), json!([11, "item", {"n": 6}])]);
    assert_eq!(records[0].created_at.to_string(), "2024-01-01T00:00:00Z");
    assert_eq!(records[0].deleted_at.unwrap().to_string(), "2024-02-01T00:00:00Z");
    assert!(records[1].external_id.is_some());
    assert_eq!(all::<User>(&data)[0].id.0, 7);
    let next = "properties,model_schema\n{},item\n";
    import(&mut data, &[("records.csv", next)]).unwrap();
    assert_eq!(all::<Record>(&data)[2].id.0, 12);
}

#[test]
fn owner_stays_unless_the_file_says_something_of_it() {
    let csv = |head: &str, row: &str| archive(&[("records.csv", &format!("{head}\n{row}\n"))]);
    let json = |user: Json| json!({"models": [{"id": 10, "type_name": "item", "user_id": user}]});
    for (file, expected) in [
        (Ok(csv("id,model_schema", "10,item")), Some(7)),
        (Ok(csv("id,model_schema,user_id", "10,item,")), None),
        (Ok(csv("id,model_schema,user_id", "10,item,8")), Some(8)),
        (Err(json!({"models": [{"id": 10, "type_name": "item"}]})), Some(7)),
        (Err(json(Json::Null)), None),
        (Err(json(json!(8))), Some(8)),
    ] {
        let mut data = data();
        import(&mut data, &[("records.csv", "id,model_schema,user_id\n10,item,7\n")]).unwrap();
        match &file {
            Ok(zip) => data.import_archive(zip, now()).unwrap(),
            Err(json) => data.import_json(json, Ids::Raw, &References::default(), now()).unwrap(),
        };
        assert_eq!(all::<Record>(&data)[0].user_id, expected, "{:?}", file.err());
    }
}

#[test]
fn activity_keeps_its_feeds_and_its_uuid_says_which_it_is() {
    let mut data = data();
    let file = |rows: &str| archive(&[("activity_streams.csv", &format!("id,uuid,payload\n{rows}"))]);
    data.import_archive(&file("1,u-1,{}\n2,u-2,{}\n"), now()).unwrap();
    data.publish_activity("u-1", "News", &["7".to_owned()], now()).unwrap();
    for (rows, expected) in [
        ("1,u-1,\"{\"\"n\"\": 1}\"\n", [("u-1", json!({"n": 1})), ("u-2", json!({}))]),
        ("2,u-1,\"{\"\"n\"\": 2}\"\n", [("u-1", json!({"n": 2})), ("u-2", json!({}))]),
        ("9,u-1,\"{\"\"n\"\": 9}\"\n", [("u-1", json!({"n": 9})), ("u-2", json!({}))]),
        ("2,u-3,\"{\"\"n\"\": 3}\"\n", [("u-1", json!({"n": 9})), ("u-3", json!({"n": 3}))]),
    ] {
        data.import_archive(&file(rows), now()).unwrap();
        let known: Vec<Activity> = all(&data);
        let known: Vec<_> = known.into_iter().map(|known| (known.uuid, known.payload)).collect();
        assert_eq!(known, expected.map(|(uuid, payload)| (uuid.to_owned(), payload)), "{rows}");
    }
    let feed = Feed { kind: "News".to_owned(), id: "7".to_owned() };
    assert_eq!(data.feed_counts(&feed).unwrap().all, 1);
}

#[test]
fn one_mistake_is_named_by_its_line_and_leaves_nothing() {
    let many = "id,properties,model_schema\n".to_owned() + &"1,{},item\n".repeat(698);
    let broken = many.clone() + "2,{,item\n";
    for (files, expected) in [
        (
            &[("users.csv", USERS), ("records.csv", broken.as_str())][..],
            "records.csv:700: properties is not JSON: ",
        ),
        (&[("records.csv", "id,model_schema\nx,item\n")], "records.csv:2: id `x` is not an id"),
        (
            &[("records.csv", "id,model_schema\n9223372036854775807,item\n")],
            "records.csv:2: id `9223372036854775807` is",
        ),
        (&[("records.csv", "id,model_schema\n1\n")], "records.csv:2: 1 fields, but the head names 2 columns"),
        (&[("records.csv", "id\n1\n")], "records.csv:2: model_schema names no table"),
        (
            &[("records.csv", "model_schema,created_at\nitem,soon\n")],
            "records.csv:2: created_at `soon` is not a time",
        ),
        (&[("users.csv", "id,email\n1,a@x\n2,A@X\n")], "users.csv:3: Email has already been taken"),
        (&[("users.csv", "id,email\n1,\n")], "users.csv:2: Email can't be blank"),
        (&[("records.csv", ""), ("a/records.csv", "")], "records.csv is in the archive twice"),
        (&[("notes.txt", "")], "the archive holds no records.csv"),
    ] {
        let mut data = data();
        let error = import(&mut data, files).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
        assert_eq!((all::<Record>(&data).len(), all::<User>(&data).len()), (0, 0), "{expected}");
    }
    assert!(data().import_archive(b"PK nonsense", now()).is_err());
}

#[test]
fn archive_that_unpacks_to_too_much_is_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("records.csv", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"id,model_schema,properties\n").unwrap();
    let zeros = vec![b'\n'; 1 << 20];
    for _ in 0..513 {
        zip.write_all(&zeros).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    let error = data().import_archive(&bomb, now()).unwrap_err();
    assert_eq!(error.to_string(), "records.csv: the archive unpacks to more than 512 MB");
}

fn sample() -> Json {
    json!({
        "users": [{ "id": 1000, "email": "tom@example.test", "first_name": "Tom", "slug": "tom", "properties": {}, "profiles": [] }],
        "models": [{ "id": 1, "user_id": 1000, "type_name": "house", "properties": { "color": "red", "next": 2, "owner": "1000" } },
                   { "id": 2, "type_name": "house", "properties": { "next": "1", "other": "1" } }],
    })
}

#[test]
fn profiles_come_and_go_with_their_users() {
    let user = |profiles: Json| json!({ "users": [{ "id": 5, "email": "tom@example.test", "slug": "tom", "profiles": profiles }] });
    let mut data = data();
    let file = user(json!([{ "id": 9, "type_name": "driver", "properties": { "seats": 4 } }]));
    data.import_json(&file, Ids::Raw, &references(), now()).unwrap();

    let exported = data.export_json(Ids::Raw, &references()).unwrap();
    let profiles = json!([{ "id": 9, "type_name": "driver", "properties": { "seats": 4 } }]);
    assert_eq!(exported["users"]["results"][0]["profiles"], profiles);

    for (profiles, said) in [
        (json!({}), "users[0].profiles: is not a list"),
        (json!([{}]), "users[0].profiles[0]: `type_name` names no user profile"),
        (json!([{ "id": 9, "type_name": "rider" }]), "users[0].profiles[0]: `id` is that of another profile"),
    ] {
        let error = data.import_json(&user(profiles), Ids::Raw, &references(), now()).unwrap_err();
        assert_eq!(error.to_string(), said);
    }
    data.clean(Cleaned::Rows).unwrap();
    data.import_json(&user(json!([])), Ids::Raw, &references(), now()).unwrap();
    let exported = data.export_json(Ids::Raw, &references()).unwrap();
    assert_eq!(exported["users"]["results"][0]["profiles"], json!([]));
}

fn references() -> References {
    [("house", "next", "house"), ("house", "owner", "user")].into_iter().collect()
}

#[test]
fn ids_of_another_installation_become_external_ids() {
    let mut data = data();
    import(&mut data, &[("users.csv", USERS), ("records.csv", "id,model_schema\n40,house\n")]).unwrap();
    for color in ["red", "blue"] {
        let mut file = sample();
        file["models"][0]["properties"]["color"] = json!(color);
        let imported = data.import_json(&file, Ids::External, &references(), now()).unwrap();
        assert_eq!((imported.users, imported.records, imported.warnings.len()), (1, 2, 0));
    }
    let (users, records): (Vec<User>, Vec<Record>) = (all(&data), all(&data));

    assert_eq!(users.iter().map(|user| user.id.0).collect::<Vec<_>>(), [7, 8]);
    assert_eq!(records.iter().map(|record| record.id.0).collect::<Vec<_>>(), [40, 41, 42]);
    assert_eq!((records[1].user_id, records[1].external_id.as_deref()), (Some(8), Some("1")));
    assert_eq!(users[1].external_id.as_deref(), Some("1000"));
    assert_eq!(Json::from(records[1].properties.clone()), json!({"color": "blue", "next": 42, "owner": "8"}));
    assert_eq!(Json::from(records[2].properties.clone()), json!({"next": "41", "other": "1"}));
}

#[test]
fn reference_that_is_right_already_is_left_alone() {
    let mut data = data();
    let item = |id: u8, properties: Json| json!({"id": id, "type_name": "house", "properties": properties});
    let first = json!({"models": [item(2, json!({})), item(3, json!({})), item(4, json!({"next": "3"}))]});
    let second = json!({"models": [item(2, json!({})), item(4, json!({"color": "red"}))]});
    let third = json!({"models": [item(4, json!({"next": 2}))]});
    for (file, expected) in [(first, json!("2")), (second, json!("2")), (third, json!(1))] {
        data.import_json(&file, Ids::External, &references(), now()).unwrap();
        assert_eq!(all::<Record>(&data)[2].properties["next"], expected, "{file}");
    }
}

#[test]
fn external_id_names_one_row_of_each_table() {
    let mut data = data();
    let file = json!({"models": [
        {"id": "same", "type_name": "person", "properties": {"drives": "same", "likes": "same"}},
        {"id": "same", "type_name": "car", "properties": {}},
    ]});
    let references = [("person", "drives", "car"), ("person", "likes", "person")].into_iter().collect();
    data.import_json(&file, Ids::External, &references, now()).unwrap();
    let person = all::<Record>(&data).remove(0);
    assert_eq!(Json::from(person.properties), json!({"drives": "2", "likes": "1"}));
}

#[test]
fn times_of_the_file_are_those_of_the_records() {
    let mut data = data();
    let mut file = sample();
    for index in 0..2 {
        file["models"][index]["updated_at"] = json!("2020-01-01T00:00:00Z");
    }
    data.import_json(&file, Ids::External, &references(), now()).unwrap();
    for record in all::<Record>(&data) {
        assert_eq!(record.updated_at.to_string(), "2020-01-01T00:00:00Z", "{record:?}");
    }
}

#[test]
fn raw_ids_are_kept() {
    let mut data = data();
    data.import_json(&sample(), Ids::Raw, &references(), now()).unwrap();
    data.import_json(&sample(), Ids::Raw, &references(), now()).unwrap();
    let (users, records): (Vec<User>, Vec<Record>) = (all(&data), all(&data));

    assert_eq!((users.len(), users[0].id.0), (1, 1000));
    assert_eq!(records.iter().map(|record| record.id.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((records[0].user_id, &records[0].properties["next"]), (Some(1000), &json!(2)));
}

#[test]
fn items_that_make_no_sense_are_named_and_leave_nothing() {
    let user = json!({"id": 1, "email": "a@x"});
    for (file, expected) in [
        (json!([]), "the file is no JSON object with `users` and `models`"),
        (json!({"a": 1}), "the file is no JSON object with `users` and `models`"),
        (json!({"users": 1}), "users: is not a list"),
        (json!({"users": [user, 1]}), "users[1]: is not an object"),
        (json!({"users": [user], "models": [{"id": 1}]}), "models[0]: `type_name` names no table"),
        (
            json!({"users": [user], "records": [{"type_name": "a", "properties": 1}]}),
            "records[0]: `properties` is not",
        ),
        (
            json!({"users": [user], "models": [{"type_name": "a", "user_id": 9}]}),
            "models[0]: user_id `9` is no user",
        ),
        (json!({"users": [user, {"id": 2, "email": "A@X"}]}), "users[1]: Email has already been taken"),
    ] {
        let mut data = data();
        let error = data.import_json(&file, Ids::External, &references(), now()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        assert!(all::<User>(&data).is_empty(), "{file}");
    }
}

#[test]
fn exports_are_imported_as_what_they_were() {
    let mut data = data();
    let rows: String =
        (1..=10_001).map(|id| format!("{id},item,\"{{\"\"n\"\": \"\"a,\\n{id}\"\"}}\"\n")).collect();
    let rows = format!("id,model_schema,properties\n{rows}");
    let activity = "uuid,payload\nu-1,\"{\"\"a\"\": 1}\"\n";
    import(&mut data, &[("records.csv", &rows), ("users.csv", USERS), ("activity_streams.csv", activity)])
        .unwrap();
    let zip = data.export_archive().unwrap();
    let names: Vec<String> = zip::ZipArchive::new(Cursor::new(&zip))
        .unwrap()
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(names, ["records.0.csv", "records.1.csv", "users.csv", "activity_steams.csv"]);

    let mut copy = self::data();
    let imported = copy.import_archive(&zip, now()).unwrap();
    assert_eq!((imported.records, imported.users, imported.activities), (10_001, 1, 1));
    assert_eq!(all::<Record>(&copy), all::<Record>(&data));
    assert_eq!(all::<User>(&copy), all::<User>(&data));
    let activities = |data: &Data| all::<Activity>(data);
    assert_eq!(activities(&copy), activities(&data));
}

#[test]
fn json_of_an_installation_finds_its_rows_again() {
    let mut data = data();
    data.import_json(&sample(), Ids::Raw, &references(), now()).unwrap();
    let (before, users): (Vec<Record>, Vec<User>) = (all(&data), all(&data));
    let file = data.export_json(Ids::External, &references()).unwrap();
    assert_eq!(file["models"]["results"][0]["user_id"], file["users"]["results"][0]["id"]);
    let imported = data.import_json(&file, Ids::External, &references(), now()).unwrap();

    assert_eq!((imported.records, imported.warnings.len()), (2, 0));
    let after: Vec<Record> = all(&data);
    assert_eq!(after.len(), before.len());
    assert_eq!(after[0].user_id, before[0].user_id);
    assert_eq!(after[1].properties, before[1].properties);
    assert_eq!(all::<User>(&data).len(), users.len());
    let raw = data.export_json(Ids::Raw, &references()).unwrap();
    let first = &raw["models"]["results"][0];
    assert_eq!((&first["id"], &first["properties"]["owner"]), (&json!(1), &json!("1000")));
}

#[test]
fn json_of_another_installation_links_to_its_own_rows() {
    let mut data = data();
    data.import_json(&sample(), Ids::Raw, &references(), now()).unwrap();
    let file = data.export_json(Ids::External, &references()).unwrap();
    let mut other = self::data();
    let strangers = "id,model_schema\n1,house\n2,house\n";
    import(&mut other, &[("users.csv", USERS), ("records.csv", strangers)]).unwrap();
    other.import_json(&file, Ids::External, &references(), now()).unwrap();
    let records: Vec<Record> = all(&other);

    assert_eq!(Json::from(records[2].properties.clone()), json!({"color": "red", "next": "4", "owner": "8"}));
    assert_eq!(Json::from(records[3].properties.clone()), json!({"next": "3", "other": "1"}));
}

#[test]
fn reference_to_a_row_that_is_gone_is_not_exported() {
    let mut data = data();
    data.import_json(&sample(), Ids::Raw, &references(), now()).unwrap();
    import(&mut data, &[("records.csv", "id,model_schema,deleted_at\n1,house,2024-01-01\n")]).unwrap();
    let file = data.export_json(Ids::External, &references()).unwrap();
    assert_eq!(file["models"]["results"][0]["properties"], json!({"other": "1"}));
}

#[test]
fn clean_takes_everything_but_constants_and_ids() {
    let mut data = data();
    data.set_constant("K", "v", now()).unwrap();
    data.import_json(&sample(), Ids::Raw, &References::default(), now()).unwrap();
    data.create_embedding(None, now(), |_| Ok::<_, ()>(())).unwrap().unwrap();
    data.insert_document("goods", None, Map::new()).unwrap();
    data.clean(Cleaned::Rows).unwrap();
    assert!(all::<Record>(&data).is_empty() && all::<User>(&data).is_empty());
    assert!(data.embeddings().unwrap().is_empty() && data.documents("goods").unwrap().is_empty());
    assert_eq!(data.all_constants().unwrap()["K"].value, "v");

    data.import_json(&json!({"models": [{"type_name": "a"}]}), Ids::Raw, &References::default(), now())
        .unwrap();
    assert_eq!(all::<Record>(&data)[0].id.0, 3);
}
