//! What the shop does in the background: mail, reminders, the CRM, reports, counts.

use std::fs;

use mail_parser::MessageParser;
use serde_json::{Value as Json, json};

use super::{attempts_of, has_row, jobs, mail, place_order, run_now, shop, sign_up, state_of, submit};
use crate::harness::{Peer, Project, Reply, Response, TestApp, response};

#[test]
fn welcome_email_is_sent_behind_the_page() {
    let shop = shop();
    let page = sign_up(&shop);
    assert!(page.contains("Response returned to user immediately"), "{page}");
    assert!(page.contains("Thank you, Ann &lt;3"), "{page}");
    assert!(!page.contains("welcome e-mail"), "{page}");
    shop.wait_for_log("background job: send_welcome_email (attempt 1/1) - SUCCESS");
    shop.wait_until_idle();

    let message = mail(&shop, "welcome");
    assert_eq!(
        (&message["state"], &message["to"], &message["subject"]),
        (&json!("captured"), &json!(["ann@example.test"]), &json!("Welcome, Ann <3")),
        "{message:#}"
    );
    let html = message["html"].as_str().unwrap();
    assert!(html.contains("<h1>Welcome, Ann &lt;3</h1>") && html.contains("Corner Shop"), "{html}");
    let file = fs::read(message["eml"].as_str().unwrap()).unwrap();
    let eml = MessageParser::default().parse(&file).unwrap();
    assert_eq!(eml.subject(), Some("Welcome, Ann <3"));
    assert_eq!(eml.to().unwrap().first().unwrap().address(), Some("ann@example.test"));
    assert_eq!(eml.body_html(0).unwrap().replace("\r\n", "\n"), html);
}

#[test]
fn reminder_waits_thirty_minutes() {
    let shop = shop();
    sign_up(&shop);
    submit(&shop, "/account", "/reminders", &[]);
    shop.wait_for_log("background job: send_reminder - QUEUED (default, in 30m)");
    shop.wait_until_idle();
    assert_eq!(state_of(&shop, "send_reminder"), ["scheduled"]);
    assert!(!shop.get("/account").text().contains("expires in 30 minutes"));

    run_now(&shop, "send_reminder");
    let account = shop.get("/account").text();
    assert!(account.contains("<li>Your session expires in 30 minutes</li>"), "{account}");
    let message = mail(&shop, "reminder");
    assert_eq!(message["to"], json!(["ann@example.test"]));
    assert!(
        message["text"].as_str().unwrap().starts_with("Your session expires in 30 minutes"),
        "{message:#}"
    );
}

#[test]
fn crm_sync_succeeds_at_the_third_attempt() {
    let shop = shop();
    let contact = [("contact[data][name]", "Ann"), ("contact[data][company]", "Candles & Co")];
    submit(&shop, "/contacts", "/contacts", &contact);
    shop.wait_for_log("background job: sync_to_crm (attempt 3/3)");
    let attempts = attempts_of(&shop, "sync_to_crm");
    assert_eq!(attempts, ["(attempt 1/3) - FAILED", "(attempt 2/3) - FAILED", "(attempt 3/3) - SUCCESS"]);
    shop.wait_for_log("info: crm: create Ann of Candles & Co: created");
    has_row(&shop, "/contacts", &["Ann", "Candles &amp; Co", "synced"]);
}

#[test]
fn crm_is_called_until_it_answers() {
    let crm = Peer::start(|before, _| {
        if before < 2 {
            Reply::Bytes(response(503, &[("Content-Type", "text/html")], b"<h1>Down</h1>"))
        } else {
            Reply::Bytes(response(201, &[], br#"{"status": "created"}"#))
        }
    });
    let project = Project::fixture("shop");
    project.write("crm.env", format!("CRM_URL={}\nCRM_TOKEN=s3cret\n", crm.url("")));
    let shop = project.serve(&["--retry-scale", "0", "--api-calls", "live", "--constants", "crm.env"]);
    submit(&shop, "/contacts", "/contacts", &[("contact[data][name]", "Ann \"A\"")]);
    shop.wait_for_log("background job: sync_to_crm (attempt 3/3) - SUCCESS");
    assert_eq!(attempts_of(&shop, "sync_to_crm")[..2], ["(attempt 1/3) - FAILED", "(attempt 2/3) - FAILED"]);
    has_row(&shop, "/contacts", &["Ann &quot;A&quot;", "", "synced"]);

    let calls = crm.received();
    let [.., call] = &*calls else { panic!("nobody called") };
    assert_eq!(calls.len(), 3);
    assert!(call.line.starts_with("PUT /contacts/"), "{call:?}");
    assert_eq!(call.header("authorization"), Some("Bearer s3cret"));
    let body: Json = serde_json::from_str(&call.text()).unwrap();
    assert_eq!((&body["action"], &body["name"]), (&json!("create"), &json!("Ann \"A\"")), "{body}");
    assert!(!shop.logs().iter().any(|line| line.contains("s3cret")), "{:?}", shop.logs());
}

#[test]
fn contact_is_saved_while_the_crm_is_down() {
    let shop = Project::fixture("shop").serve(&["--no-jobs"]);
    submit(&shop, "/contacts", "/contacts", &[("contact[data][name]", "Ann")]);
    has_row(&shop, "/contacts", &["Ann", "", "new"]);
}

#[test]
fn pdf_report_gets_its_arguments() {
    let shop = shop();
    place_order(&shop);
    submit(&shop, "/reports", "/reports/pdf", &[("data[id]", "orders")]);
    shop.wait_for_log("info: report Orders as pdf, with charts, 1 rows");
    shop.wait_for_log("background job: generate_pdf_report (attempt 1/1) - SUCCESS");
    has_row(&shop, "/reports", &["Orders as pdf, with charts", "rows: 1"]);
    let document = newest_file(&shop);
    assert_eq!(document.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(document.text().contains("<td>Ann</td>") && document.text().contains("width: 100%"));
}

#[test]
fn report_of_nothing_known_is_not_made() {
    let shop = shop();
    submit(&shop, "/reports", "/reports/pdf", &[("data[id]", "secrets")]);
    shop.wait_for_log("error: there is no report of secrets");
    shop.wait_until_idle();
    assert!(!shop.get("/reports").text().contains("Made so far"));
}

#[test]
fn monthly_report_is_low_and_a_minute_late() {
    let shop = shop();
    place_order(&shop);
    let now = jiff::Timestamp::now().strftime("%-m %Y").to_string();
    let (month, year) = now.split_once(' ').unwrap();
    submit(&shop, "/reports", "/reports/monthly", &[("account[id]", "1"), ("month", month), ("year", year)]);
    submit(&shop, "/reports", "/reports/monthly", &[("account[id]", "1"), ("month", "1"), ("year", "1999")]);
    shop.wait_for_log("background job: monthly_report - QUEUED (low, in 1m)");
    let job = jobs(&shop, "monthly_report").pop().unwrap();
    assert_eq!((job["state"].as_str(), job["max_attempts"].as_u64()), (Some("scheduled"), Some(1)));
    let shown = shop.cli(["jobs", "show", job["id"].as_str().unwrap(), "--json"]).run().exits(0);
    let arguments = &serde_json::from_str::<Json>(&shown.stdout).unwrap()["arguments"];
    assert_eq!(arguments["account"], json!({"id": "1"}), "{arguments}");
    assert_eq!((&arguments["month"], &arguments["year"]), (&json!(month), &json!(year)), "{arguments}");

    run_now(&shop, "monthly_report");
    let title = |month, year| format!("Monthly analytics of account 1 for {month}/{year}");
    has_row(&shop, "/reports", &[&title(month, year), "orders: 1, revenue: 650, visits: 1"]);
    has_row(&shop, "/reports", &[&title("1", "1999"), "orders: 0, revenue: 0, visits: 0"]);
}

#[test]
fn monthly_report_is_a_csv_that_no_name_turns_into_a_formula() {
    let shop = shop();
    submit(&shop, "/", "/cart", &[("product_id", "1")]);
    let customer = [("customer[name]", "=1+1, \"A\""), ("customer[email]", "ann@example.test")];
    submit(&shop, "/checkout", "/orders", &customer);
    let now = jiff::Timestamp::now().strftime("%-m %Y").to_string();
    let (month, year) = now.split_once(' ').unwrap();
    submit(&shop, "/reports", "/reports/monthly", &[("account[id]", "1"), ("month", month), ("year", year)]);
    run_now(&shop, "monthly_report");

    let csv = newest_file(&shop);
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"orders.csv\""));
    let text = csv.text();
    let (head, order) = text.split_once('\n').unwrap();
    assert_eq!(head, "order,placed,customer,cents");
    assert!(order.ends_with(",\"'=1+1, \"\"A\"\"\",650\n"), "{order}");
}

#[test]
fn each_item_is_its_own_job() {
    let shop = shop();
    let counts = [("counts[1]", "10"), ("counts[2]", "20"), ("counts[3]", "30")];
    submit(&shop, "/batch", "/batch", &counts);
    shop.wait_until_idle();
    for line in ["info: item 1: 10 in stock", "info: item 2: 20 in stock", "info: item 3: 30 in stock"] {
        shop.wait_for_log(line);
    }
    shop.wait_for("three attempts", || attempts_of(&shop, "process_item").len() == 3);
    assert_eq!(attempts_of(&shop, "process_item"), ["(attempt 1/1) - SUCCESS"; 3]);
    has_row(&shop, "/batch", &["Linen tea towel", "20"]);
    has_row(&shop, "/batch", &["Oak bread board", "not counted"]);

    submit(&shop, "/batch", "/batch", &[("counts[2]", "7"), ("counts[3]", "all of them")]);
    shop.wait_until_idle();
    has_row(&shop, "/batch", &["Linen tea towel", "7"]);
    has_row(&shop, "/batch", &["Enamel mug", "0"]);
}

#[test]
fn consumer_triggers_the_next_event() {
    let shop = shop();
    sign_up(&shop);
    shop.wait_until_idle();
    shop.wait_for_log("info: welcome sequence begun for 2");
    shop.wait_for_log("info: welcome e-mail to Ann <3 <ann@example.test>, user 2");
    assert!(shop.get("/account").text().contains("<li>Welcome to the shop.</li>"));
}

/// What the first link to a file at `/reports` leads to, for whoever has the link.
fn newest_file(shop: &TestApp) -> Response {
    let page = shop.get("/reports").has_status(200).text();
    let (_, rest) =
        page.split_once(&format!("href=\"{}/_uploads/", shop.url())).expect("a report has a file");
    let path = rest.split('"').next().unwrap().replace("&amp;", "&");
    shop.new_browser().get(&format!("/_uploads/{path}")).has_status(200)
}
