//! How fast a query of 100,000 records is: a page of twenty with its count, three filters on properties, a sort, and one
//! relation, from a parsed document to JSON. Beside it, in the same run and of the same rows:
//!
//! - `scan`: the same question put to the table of records alone, every property taken out of every row by
//!   `json_extract`: what it costs without an index of values.
//! - `columns`: a table of the same orders with a column for each property, the index that this very question wants, and
//!   statements written by hand: what a schema made for it would cost.
//!
//! ```text
//! cargo bench --bench records             every case; ends with the ratios
//! cargo bench --bench records -- --quick  rougher, in a quarter of the time
//! cargo bench --bench records -- --test   each once, without measuring
//! ```
//! All three must answer the same before anything is measured. The data is made once and kept in the target folder.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod orders;
mod peers;
#[path = "../ratios.rs"]
mod ratios;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::Criterion;
use pos_cli::StandaloneData;
use serde_json::{Map, Value as Json, json};

use orders::Question;

/// A page of orders with their customers.
const DOCUMENT: &str = r#"query ($status: String, $region: String, $above: String) {
  records(
    per_page: 20
    filter: {
      table: { value: "order" }
      properties: [
        { name: "status", value: $status }
        { name: "region", value: $region }
        { name: "total", range: { gt: $above } }
      ]
    }
    sort: [{ properties: [{ name: "total", order: DESC }] }]
  ) {
    total_entries
    results {
      id
      total: property_int(name: "total")
      customer: related_record(table: "customer", join_on_property: "customer_id") { name: property(name: "name") }
    }
  }
}"#;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records-bench");
    let database = orders::prepare(&folder);
    let started = ratios::Start::now();
    let ours = StandaloneData::open(&folder, &database).expect("the app and its data were just made");
    let peers = peers::Peers::open(&database);

    for (name, question) in orders::QUESTIONS {
        let answer = answer_of_ours(&ours, &question);
        assert_eq!(peers.scan(&question), answer, "{name}: the scan answers something else");
        assert_eq!(peers.columns(&question), answer, "{name}: the columns answer something else");
        let mut group = criterion.benchmark_group(name);
        group.bench_function("ours", |bencher| bencher.iter(|| black_box(answer_of_ours(&ours, &question))));
        group.bench_function("columns", |bencher| bencher.iter(|| black_box(peers.columns(&question))));
        group.sample_size(10);
        group.bench_function("scan", |bencher| bencher.iter(|| black_box(peers.scan(&question))));
        group.finish();
        println!("{name}: {} of {} orders", answer["total_entries"], orders::ORDERS);
    }
    criterion.final_summary();
    ratios::print(&started);
}

fn answer_of_ours(data: &StandaloneData, question: &Question) -> Json {
    let variables =
        json!({"status": question.status, "region": question.region, "above": question.above.to_string()});
    let variables = variables.as_object().map_or_else(Map::new, Clone::clone);
    let answer = data.execute(DOCUMENT, variables);
    assert!(answer.get("errors").is_none(), "{answer}");
    answer.pointer("/data/records").cloned().unwrap_or_default()
}
