//! The data: an app with two tables, 1,000 customers and 100,000 orders, created through mutations as an app would.

use std::fs;
use std::path::{Path, PathBuf};

use pos_cli::StandaloneData;
use serde_json::{Map, Value as Json, json};

pub(crate) const ORDERS: u64 = 100_000;
const CUSTOMERS: u64 = 1_000;
const STATUSES: [&str; 5] = ["new", "paid", "packed", "sent", "returned"];
const REGIONS: u64 = 50;

/// Written last: the data of a run that was interrupted is made again.
const DONE: &str = "done";

/// What is asked of the orders.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    pub(crate) status: &'static str,
    pub(crate) region: &'static str,
    pub(crate) above: u64,
}

/// From the usual to the worst: a page of a list in which every filter narrows; one whose text filters are met by one
/// order in five.
pub(crate) const QUESTIONS: [(&str, Question); 2] = [
    ("three-filters", Question { status: "paid", region: "region-7", above: 5_000 }),
    ("broad-filters", Question { status: "paid", region: "everywhere", above: 5_000 }),
];

/// The database, in `folder` with its app.
pub(crate) fn prepare(folder: &Path) -> PathBuf {
    let database = folder.join("data.sqlite3");
    if folder.join(DONE).exists() {
        return database;
    }
    if folder.exists() {
        fs::remove_dir_all(folder).expect("an unfinished folder can be removed");
    }
    let schema = folder.join("app/schema");
    fs::create_dir_all(&schema).expect("the target folder is writable");
    for (name, text) in [
        ("customer.yml", "name: customer\nproperties:\n- name: name\n"),
        (
            "order.yml",
            "name: order\nproperties:\n- name: status\n- name: region\n- {name: total, type: integer}\n- name: customer_id\n- name: note\n",
        ),
    ] {
        fs::write(schema.join(name), text).expect("the target folder is writable");
    }
    let data = StandaloneData::open(folder, &database).expect("the folder holds an app");
    create(
        &data,
        (1..=CUSTOMERS)
            .map(|number| json!({"table": "customer", "properties": {"name": format!("Customer {number}")}})),
    );
    create(&data, (0..ORDERS).map(order));
    fs::write(folder.join(DONE), "").expect("the target folder is writable");
    database
}

/// Spread by a multiplier, so that no property follows another. Every fourth order goes everywhere.
fn order(number: u64) -> Json {
    let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let status = STATUSES.get((spread >> 33) as usize % STATUSES.len()).copied();
    let region = match (spread >> 41) % 4 {
        0 => "everywhere".to_owned(),
        _ => format!("region-{}", (spread >> 47) % REGIONS),
    };
    json!({"table": "order", "properties": {
        "status": status,
        "region": region,
        "total": (spread >> 20) % 10_000,
        "customer_id": (1 + (spread >> 11) % CUSTOMERS).to_string(),
        "note": "leave it at the door if nobody answers, and ring twice",
    }})
}

fn create(data: &StandaloneData, records: impl Iterator<Item = Json>) {
    let document = "mutation ($r: [RecordsCreateInputType!]!) { records_create_rc(records: $r) { id } }";
    let mut records = records.peekable();
    while records.peek().is_some() {
        let some: Vec<Json> = records.by_ref().take(5_000).collect();
        let mut variables = Map::new();
        variables.insert("r".to_owned(), Json::from(some));
        let answer = data.execute(document, variables);
        assert!(answer.get("errors").is_none(), "{answer}");
    }
}
