//! The shop of `fixtures/shop`, used as its visitors use it. Its README names these tests beside each use case.

mod manual;
mod office;
mod orders;
mod users;
mod webhook;

use serde_json::Value as Json;

use crate::harness::{Browser, Project, TestApp};

fn shop() -> TestApp {
    Project::fixture("shop").serve(&["--retry-scale", "0", "--constants", "constants.env"])
}

fn sign_up(shop: &TestApp) -> String {
    let user =
        [("user[name]", "Ann <3"), ("user[email]", "ann@example.test"), ("user[password]", "secret123")];
    submit(shop, "/sign-up", "/sign-up", &user).2
}

fn place_order(shop: &TestApp) -> String {
    submit(shop, "/", "/cart", &[("product_id", "1")]);
    submit(
        shop,
        "/checkout",
        "/orders",
        &[("customer[name]", "Ann"), ("customer[email]", "ann@example.test")],
    )
    .2
}

/// The newest message in the inbox made by `template`, as `mail show` tells it.
fn mail(shop: &TestApp, template: &str) -> Json {
    let list = shop.cli(["mail", "list", "--json", "--template", template]).run().exits(0);
    let newest = list.stdout.lines().next().unwrap_or_else(|| panic!("no {template} in the inbox"));
    let newest: Json = serde_json::from_str(newest).unwrap();
    let shown = shop.cli(["mail", "show", "--json", newest["id"].as_str().unwrap()]).run().exits(0);
    serde_json::from_str(&shown.stdout).unwrap()
}

/// Opens `form`, takes its token and posts `fields` to `action`; status, location and text of the answer.
fn submit(
    shop: &TestApp,
    form: &str,
    action: &str,
    fields: &[(&str, &str)],
) -> (u16, Option<String>, String) {
    let token = token(shop.browser(), form);
    let fields: Vec<(&str, &str)> =
        [("authenticity_token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
    let answer = shop.post(action, &fields);
    assert!(answer.status < 400, "POST {action}: {}", answer.text());
    (answer.status, answer.header("location").map(str::to_owned), answer.text())
}

fn token(browser: &Browser, page: &str) -> String {
    let text = browser.get(page).has_status(200).text();
    let (_, rest) = text.split_once("name=\"authenticity_token\" value=\"").expect("the page has a form");
    rest.split('"').next().unwrap().to_owned()
}

/// Runs what is scheduled for later, and waits for it.
fn run_now(shop: &TestApp, source_name: &str) {
    let jobs = jobs(shop, source_name);
    let ids = jobs.iter().map(|job| job["id"].as_str().unwrap());
    shop.cli(["jobs", "retry"].into_iter().chain(ids)).run().exits(0);
    shop.wait_until_idle();
}

/// The page has a table with a row of these cells; the row may have more.
fn has_row(shop: &TestApp, path: &str, cells: &[&str]) {
    let page = shop.get(path).has_status(200).text();
    let has_all = |row: &str| cells.iter().all(|cell| row.contains(&format!(">{cell}")));
    assert!(page.split("<tr>").any(has_all), "{path} has no row of {cells:?}: {page}");
}

fn jobs(shop: &TestApp, source_name: &str) -> Vec<Json> {
    let list = shop.get("/_dev/jobs?all=1").has_status(200).json();
    let jobs = list["jobs"].as_array().unwrap().iter();
    jobs.filter(|job| job["source_name"] == source_name).cloned().collect()
}

fn state_of(shop: &TestApp, source_name: &str) -> Vec<String> {
    jobs(shop, source_name).iter().map(|job| job["state"].as_str().unwrap().to_owned()).collect()
}

/// `(attempt n/m) - STATUS` of each attempt, in order.
fn attempts_of(shop: &TestApp, source_name: &str) -> Vec<String> {
    let start = format!("background job: {source_name} (attempt");
    let lines = shop.logs().into_iter().filter(|line| line.contains(&start));
    lines
        .map(|line| {
            let from = line.find("(attempt").unwrap();
            let to = line[from..].find(" (").map_or(line.len(), |at| from + at);
            line[from..to].to_owned()
        })
        .collect()
}
