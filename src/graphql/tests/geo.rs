//! Records by where they are.

use serde_json::{Value as Json, json};

use super::Fixture;

const SCHEMA: &str = "name: shop
properties:
- {name: place, type: geojson}
- {name: delivers, type: float}
- name: town
";

fn point(longitude: f64, latitude: f64) -> Json {
    json!({"type": "Point", "coordinates": [longitude, latitude]})
}

/// Shops 1 to 4: Warsaw, Cracow, Berlin, and one that is nowhere. The second delivers 300 km far, the third 400.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new(&[("app/schema/shop.yml", SCHEMA)]);
    let feature = json!({"type": "Feature", "geometry": point(13.405, 52.52), "properties": {}});
    for (town, place, delivers) in [
        ("Warsaw", json!({"value_json": point(21.0122, 52.2297)}), json!(null)),
        ("Cracow", json!({"value": point(19.945, 50.0647).to_string()}), json!(300)),
        ("Berlin", json!({ "value_json": feature }), json!(400)),
        ("Nowhere", json!({"value_json": {"type": "Polygon", "coordinates": []}}), json!(20_000)),
    ] {
        let mut place = place;
        place["name"] = json!("place");
        let create = "mutation ($p: [PropertyInputType]) { record_create(record: { table: \"shop\", properties: $p }) { id } }";
        let properties =
            json!([{"name": "town", "value": town}, place, {"name": "delivers", "value_float": delivers}]);
        fixture.data(create, json!({ "p": properties }));
    }
    fixture
}

const LIST: &str = "query ($f: [PropertyFilterInput!], $t: String, $s: [RecordsSortInput!]) { records(per_page: 9, filter: { table: { value: $t }, properties: $f }, sort: $s) { total_entries results { id } } }";

fn ids(fixture: &mut Fixture, variables: Json) -> String {
    let found = fixture.data(LIST, variables)["records"].clone();
    let results = found["results"].as_array().unwrap();
    assert_eq!(found["total_entries"], results.len());
    results.iter().map(|shop| shop["id"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn records_are_found_within_a_distance_the_nearest_first() {
    let mut fixture = fixture();
    let sphere = |sphere: Json| json!([{"name": "place", "distance_sphere": sphere}]);
    let lodz = point(19.456, 51.759);
    for (filter, sort, expected) in [
        (sphere(json!({"center": lodz, "distance_in_km": 200})), json!(null), "1 2"),
        (sphere(json!({"center": lodz, "distance_in_km": 120})), json!(null), "1"),
        (sphere(json!({"center": lodz, "distance_in_km": 1000, "sort": "DESC"})), json!(null), "3 2 1"),
        (sphere(json!({"center": lodz.to_string(), "distance_in_km": 1000.5})), json!(null), "1 2 3"),
        (
            sphere(json!({"center": lodz, "distance_in_km": 1000, "sort": "NONE"})),
            json!([{"id": {"order": "DESC"}}]),
            "3 2 1",
        ),
        (
            sphere(json!({"center": point(13.4, 52.5), "distance_in_km": 1000})),
            json!([{"id": {"order": "ASC"}}]),
            "3 1 2",
        ),
        (sphere(json!({"center": lodz, "distance_in_km": -1})), json!(null), ""),
        // Not how far, but in which order.
        (sphere(json!({"center": point(13.4, 52.5)})), json!(null), "3 1 2 4"),
        (sphere(json!({"center": null, "distance_in_km": 5})), json!(null), "1 2 3 4"),
        (
            json!([{"name": "town", "distance_sphere": {"center": lodz, "distance_in_km": 9e9}}]),
            json!(null),
            "",
        ),
    ] {
        for table in [json!("shop"), json!(null)] {
            let found = ids(&mut fixture, json!({"f": filter, "s": sort, "t": table}));
            assert_eq!(found, expected, "{filter} {sort} {table}");
        }
    }
}

#[test]
fn records_are_found_whose_own_radius_reaches_a_point() {
    let mut fixture = fixture();
    let (warsaw, berlin) = (point(21.0122, 52.2297), point(13.405, 52.52));
    for (operator, input, expected) in [
        ("within_radius", json!({"point": warsaw, "radius_in_km_from_property": "delivers"}), "2"),
        ("not_within_radius", json!({"point": warsaw, "radius_in_km_from_property": "delivers"}), "1 3 4"),
        ("within_radius", json!({"point": berlin, "radius_in_km_from_property": "delivers"}), "3"),
        ("within_radius", json!({"point": berlin, "radius_in_km_from_property": "town"}), ""),
        ("within_radius", json!({"point": berlin, "radius_in_km_from_property": ""}), "1 2 3 4"),
        ("within_radius", json!({"point": null, "radius_in_km_from_property": "delivers"}), "1 2 3 4"),
        ("not_within_radius", json!({"radius_in_km_from_property": "delivers"}), "1 2 3 4"),
    ] {
        let filter = json!([{ "name": "place", operator: input }]);
        let found = ids(&mut fixture, json!({"f": filter, "t": "shop"}));
        assert_eq!(found, expected, "{filter}");
    }
}

#[test]
fn branches_and_relations_may_ask_for_a_distance() {
    let mut fixture = fixture();
    let query = r#"query ($c: GeometryJSON) { records(per_page: 9, filter: { table: { value: "shop" }, or: [
        { properties: [{ name: "place", distance_sphere: { center: $c, distance_in_km: 50 } }] },
        { properties: [{ name: "town", value: "Nowhere" }] }
    ] }) { results { id near: related_records(table: "shop", join_on_property: "town", foreign_property: "town",
        filter: { properties: [{ name: "place", distance_sphere: { center: $c, distance_in_km: 50 } }] }) { id } } } }"#;
    assert_eq!(
        fixture.data(query, json!({"c": point(21.0, 52.2)}))["records"]["results"],
        json!([{"id": "1", "near": [{"id": "1"}]}, {"id": "4", "near": []}])
    );
}

#[test]
fn what_is_no_point_is_refused() {
    let mut fixture = fixture();
    for (filter, expected) in [
        (
            json!({"name": "place", "distance_sphere": {"center": {"type": "Polygon"}, "distance_in_km": 1}}),
            "center: `{\"type\":\"Polygon\"}` is no GeoJSON point; write { type: \"Point\", coordinates: [longitude, latitude] }",
        ),
        (
            json!({"name": "place", "distance_sphere": {"center": point(0.0, 95.0)}}),
            "center: `{\"type\":\"Point\",\"coordinates\":[0.0,95.0]}` is no GeoJSON point",
        ),
        (
            json!({"name": "place", "within_radius": {"point": "here", "radius_in_km_from_property": "delivers"}}),
            "point: `here` is no GeoJSON point",
        ),
    ] {
        let errors = fixture.errors(LIST, json!({"f": [filter]}));
        assert!(errors.contains(expected), "{errors}");
    }
}
