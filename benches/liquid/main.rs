//! How fast templates parse and render, beside the stock `liquid` crate, minijinja and liquidjs in the same run.
//!
//! ```text
//! cargo bench --bench liquid             every case; ends with the ratios
//! cargo bench --bench liquid products    one case
//! cargo bench --bench liquid -- --quick  rougher, in a quarter of the time
//! cargo bench --bench liquid -- --test   each once, without measuring
//! ```
//! Before anything is measured every engine renders every case once, and must print the same bytes as ours. A render
//! goes from JSON to text: turning the data into the engine's own values is part of it, but for liquidjs, whose values
//! are JSON's. `minijinja-ready` is minijinja without that part. liquidjs runs in a process of its own, which measures
//! itself; it comes from npm into the target folder, and is left out where node or npm is missing.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod case;
mod engines;
mod liquidjs;
#[path = "../ratios.rs"]
mod ratios;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion};

use case::Case;
use liquidjs::{LiquidJs, Work};

/// One render by one engine.
type Render<'c> = Box<dyn Fn() -> String + 'c>;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let started = ratios::Start::now();
    let liquidjs = liquidjs::install();
    if let Err(reason) = &liquidjs {
        println!("without liquidjs: {reason}");
    }
    let liquidjs = liquidjs.ok();

    parse(&mut criterion, liquidjs.as_deref());
    for case in case::all() {
        render(&mut criterion, &case, liquidjs.as_deref());
    }
    criterion.final_summary();
    ratios::print(&started);
}

/// The page with its partial, from source to what can be rendered.
fn parse(criterion: &mut Criterion, liquidjs: Option<&Path>) {
    let case = case::products();
    let mut group = criterion.benchmark_group("parse");
    group.bench_function("ours", |bencher| bencher.iter(|| engines::parse_ours(&case)));
    let (stock, sources) = (engines::stock_parser(), engines::sources_for_stock(&case));
    group.bench_function("stock", |bencher| bencher.iter(|| engines::parse_stock(&stock, &sources)));
    let minijinja = engines::minijinja_environment(&case);
    group.bench_function("minijinja", |bencher| bencher.iter(|| engines::parse_minijinja(&minijinja, &case)));
    if let Some(package) = liquidjs {
        measure_liquidjs(&mut group, &case, package, Work::Parse, None);
    }
    group.finish();
}

fn render(criterion: &mut Criterion, case: &Case, liquidjs: Option<&Path>) {
    let ours = engines::ours(case);
    let expected = ours();
    let mut group = criterion.benchmark_group(case.name);
    measure(&mut group, "ours", &expected, &ours);
    if let Some(stock) = engines::stock(case) {
        measure(&mut group, "stock", &expected, &stock);
    }
    if let Some(minijinja) = engines::minijinja(case) {
        measure(&mut group, "minijinja", &expected, &minijinja);
    }
    if let Some(minijinja) = engines::minijinja_ready(case) {
        measure(&mut group, "minijinja-ready", &expected, &minijinja);
    }
    if let Some(package) = liquidjs.filter(|_| case.for_peers.is_some()) {
        measure_liquidjs(&mut group, case, package, Work::Render, Some(&expected));
    }
    group.finish();
}

type Group<'a> = BenchmarkGroup<'a, criterion::measurement::WallTime>;

fn measure(group: &mut Group<'_>, name: &str, expected: &str, render: &Render<'_>) {
    check(name, &render(), expected);
    group.bench_function(name, |bencher| bencher.iter(|| black_box(render()).len()));
}

fn measure_liquidjs(group: &mut Group<'_>, case: &Case, package: &Path, work: Work, expected: Option<&str>) {
    let mut liquidjs = LiquidJs::start(package, case);
    if let Some(expected) = expected {
        check("liquidjs", &liquidjs.output(), expected);
    }
    group.bench_function("liquidjs", |bencher| bencher.iter_custom(|times| liquidjs.time(work, times)));
}

/// An engine that prints something else does something else.
fn check(name: &str, printed: &str, expected: &str) {
    let mut lines = expected.lines().zip(printed.lines());
    if let Some((wanted, found)) = lines.find(|(wanted, found)| wanted != found) {
        panic!("{name} prints `{found}` instead of `{wanted}`");
    }
    assert_eq!(printed.len(), expected.len(), "{name} prints more or less");
}
