//! The shop of `fixtures/shop`, used as its visitors use it. Its README names these tests beside each use case.

use serde_json::{Value as Json, json};

use crate::harness::{Browser, Project, TestApp};

/// The tags as a reader of the manual copies them; the shop's pages hold them to the letter.
const MANUAL: [(&str, &str); 13] = [
    (
        "app/views/pages/sign_up/create.html.liquid",
        "{% background source_name: 'send_welcome_email' %}
  {% include 'emails/welcome',
    user_id: user.id,
    email: user.email,
    name: user.name %}
{% endbackground %}

Response returned to user immediately",
    ),
    (
        "app/views/pages/reminders/create.html.liquid",
        "{% background delay: 30, source_name: 'send_reminder' %}
  {% include 'notifications/reminder',
    user_id: user.id,
    message: 'Your session expires in 30 minutes' %}
{% endbackground %}",
    ),
    (
        "app/views/pages/contacts/create.html.liquid",
        "{% background max_attempts: 3, priority: 'default', source_name: 'sync_to_crm' %}
  {% include 'integrations/crm-sync',
    contact_id: contact.id,
    action: 'create',
    data: contact.data %}
{% endbackground %}",
    ),
    (
        "app/views/pages/reports/pdf.html.liquid",
        "{% background source_name: 'generate_pdf_report' %}
  {% include 'reports/pdf-generator',
    data_id: data.id,
    format: 'pdf',
    include_charts: true %}
{% endbackground %}",
    ),
    (
        "app/views/pages/reports/monthly.html.liquid",
        "{% background delay: 1, priority: 'low', max_attempts: 1, source_name: 'monthly_report' %}
  {% include 'reports/monthly-analytics',
    account_id: account.id,
    period: 'monthly',
    month: month,
    year: year %}
{% endbackground %}",
    ),
    (
        "app/views/pages/batch/create.html.liquid",
        "{% for item in items %}
  {% background source_name: 'process_item' %}
    {% include 'processors/item-processor',
      item_id: item.id,
      item_data: item %}
  {% endbackground %}
{% endfor %}",
    ),
    (
        "app/views/pages/webhooks/payments.json.liquid",
        "{% background max_attempts: 2, source_name: 'webhook_handler' %}
  {% include 'webhooks/process',
    event_type: webhook.event_type,
    payload: webhook.data,
    timestamp: webhook.timestamp %}
{% endbackground %}",
    ),
    ("app/views/pages/sign_up/create.html.liquid", "{% trigger_event 'user.created', user_id: user.id %}"),
    (
        "app/lib/consumers/user_created/greet.liquid",
        "{% trigger_event event: 'email.send_welcome', resource_id: user.id %}",
    ),
    (
        "app/views/pages/orders/create.html.liquid",
        "{% assign order = order %}

{% trigger_event 'order.created', order_id: order.id %}

{% background delay: 5, source_name: 'send_confirmation_email' %}
  {% include 'emails/order-confirmation', order_id: order.id %}
{% endbackground %}",
    ),
    (
        "app/views/pages/checkout.html.liquid",
        "{% comment %} High priority - critical for user experience {% endcomment %}
{% background priority: 'high', max_attempts: 5, source_name: 'payment_processing' %}
  {% include 'payments/process', order_id: order.id %}
{% endbackground %}",
    ),
    (
        "app/views/pages/checkout.html.liquid",
        "{% comment %} Default priority - standard operations {% endcomment %}
{% background priority: 'default', max_attempts: 2, source_name: 'send_email' %}
  {% include 'emails/transactional', user_id: user.id %}
{% endbackground %}",
    ),
    (
        "app/views/pages/checkout.html.liquid",
        "{% comment %} Low priority - non-urgent tasks {% endcomment %}
{% background priority: 'low', max_attempts: 1, source_name: 'log_analytics' %}
  {% include 'analytics/log-event', event_type: 'user_visit' %}
{% endbackground %}",
    ),
];

fn shop() -> TestApp {
    Project::fixture("shop").serve(&["--retry-scale", "0"])
}

#[test]
fn pages_hold_the_tags_of_the_manual_to_the_letter() {
    let shop = Project::fixture("shop");
    for (file, tags) in MANUAL {
        assert!(shop.read(file).contains(tags), "{file} lacks\n{tags}");
    }
}

#[test]
fn welcome_email_is_sent_behind_the_page() {
    let shop = shop();
    let page = sign_up(&shop);
    assert!(page.contains("Response returned to user immediately"), "{page}");
    assert!(page.contains("Thank you, Ann &lt;3"), "{page}");
    assert!(!page.contains("welcome e-mail"), "{page}");
    let sent = shop.wait_for_log("info: welcome e-mail to ");
    assert!(sent.contains("to Ann <3 <ann@example.test>, user "), "{sent}");
    shop.wait_for_log("background job: send_welcome_email (attempt 1/1) - SUCCESS");
}

#[test]
fn reminder_waits_thirty_minutes() {
    let shop = shop();
    submit(&shop, "/sign-up", "/reminders", &[("user[id]", "7")]);
    shop.wait_for_log("background job: send_reminder - QUEUED (default, in 30m)");
    shop.wait_until_idle();
    assert_eq!(state_of(&shop, "send_reminder"), ["scheduled"]);
    assert!(!shop.logs().iter().any(|line| line.contains("reminder to user")), "{:?}", shop.logs());
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
}

#[test]
fn pdf_report_gets_its_arguments() {
    let shop = shop();
    submit(&shop, "/reports", "/reports/pdf", &[("data[id]", "orders")]);
    shop.wait_for_log("info: report orders as pdf, with charts, 500 pages");
    shop.wait_for_log("background job: generate_pdf_report (attempt 1/1) - SUCCESS");
}

#[test]
fn monthly_report_is_low_and_a_minute_late() {
    let shop = shop();
    submit(&shop, "/reports", "/reports/monthly", &[("account[id]", "1"), ("month", "1"), ("year", "2026")]);
    shop.wait_for_log("background job: monthly_report - QUEUED (low, in 1m)");
    let job = jobs(&shop, "monthly_report").remove(0);
    assert_eq!((job["state"].as_str(), job["max_attempts"].as_u64()), (Some("scheduled"), Some(1)));
    let shown = shop.cli(["jobs", "show", job["id"].as_str().unwrap(), "--json"]).run().exits(0);
    let arguments = &serde_json::from_str::<Json>(&shown.stdout).unwrap()["arguments"];
    assert_eq!(arguments["account"], json!({"id": "1"}), "{arguments}");
    assert_eq!((&arguments["month"], &arguments["year"]), (&json!("1"), &json!("2026")), "{arguments}");
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
}

#[test]
fn webhook_is_answered_before_it_is_worked() {
    let shop = Project::fixture("shop").serve(&["--no-jobs"]);
    let event = json!({
        "event_type": "payment.paid", "timestamp": "2026-01-15T14:32:45Z", "data": {"amount": 1450, "currency": "EUR"}
    });
    let answer = shop.browser().post_json("/webhooks/payments.json", &event).has_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), json!({"received": true}));
    assert_eq!(state_of(&shop, "webhook_handler"), ["queued"]);

    shop.terminate();
    let mut shop = shop;
    shop.wait_for_exit();
    let drained = shop.cli(["jobs", "drain"]).run().exits(0);
    let logs = shop.cli(["logs", "--type", "info"]).run().exits(0);
    assert!(
        logs.stdout.contains("webhook payment.paid at 2026-01-15T14:32:45Z for 1450 EUR"),
        "{logs}{drained}"
    );
}

#[test]
fn webhook_without_a_body_still_succeeds() {
    let shop = shop();
    shop.browser().send("POST", "/webhooks/payments.json", &[], Vec::new()).has_status(200);
    shop.wait_for_log("background job: webhook_handler (attempt 1/2) - SUCCESS");
}

#[test]
fn order_created_reaches_both_consumers() {
    let shop = shop();
    place_order(&shop);
    shop.wait_until_idle();
    let stock = shop.wait_for_log("info: stock: reserve for order ");
    let warehouse = shop.wait_for_log("info: warehouse: pack order ");
    assert_eq!(stock.rsplit(' ').next(), warehouse.rsplit(' ').next());
    shop.wait_for_log("background job: consumers/order_created/reserve_stock - QUEUED (high)");
    shop.wait_for_log("background job: consumers/order_created/notify_warehouse (attempt 1/3) - SUCCESS");
}

#[test]
fn consumer_triggers_the_next_event() {
    let shop = shop();
    sign_up(&shop);
    shop.wait_until_idle();
    let begun = shop.wait_for_log("info: welcome sequence begun for ");
    let sent = shop.wait_for_log("info: welcome e-mail to ");
    assert_eq!(begun.rsplit(' ').next(), sent.rsplit(' ').next());
}

#[test]
fn order_triggers_event_and_delayed_mail() {
    let shop = shop();
    let page = place_order(&shop);
    assert!(page.contains("Order placed"), "{page}");
    shop.wait_for_log("background job: send_confirmation_email - QUEUED (default, in 5m)");
    shop.wait_until_idle();
    assert_eq!(state_of(&shop, "send_confirmation_email"), ["scheduled"]);
    shop.wait_for_log("info: stock: reserve for order ");
}

#[test]
fn checkout_queues_three_priorities() {
    let shop = shop();
    shop.get("/checkout").has_status(200);
    shop.wait_until_idle();
    shop.wait_for_log("background job: payment_processing - QUEUED (high)");
    shop.wait_for_log("background job: send_email - QUEUED (default)");
    shop.wait_for_log("background job: log_analytics - QUEUED (low)");
    shop.wait_for_log("background job: payment_processing (attempt 1/5) - SUCCESS");
    shop.wait_for_log("background job: send_email (attempt 1/2) - SUCCESS");
    shop.wait_for_log("background job: log_analytics (attempt 1/1) - SUCCESS");
}

#[test]
fn logs_are_found_by_the_greps_of_the_manual() {
    let shop = shop();
    shop.get("/checkout").has_status(200);
    submit(&shop, "/contacts", "/contacts", &[("contact[data][name]", "Ann")]);
    shop.wait_until_idle();
    let logs = shop.cli(["logs"]).run().exits(0);
    assert_eq!(logs.stderr, "");
    let grep = |word: &str| logs.stdout.lines().filter(|line| line.contains(word)).collect::<Vec<_>>();
    let send_email = grep("send_email");
    let jobs: Vec<_> = send_email.iter().filter(|line| line.contains("] background job: ")).collect();
    assert_eq!(jobs.len(), 2, "queued and attempted: {logs}");
    assert!(
        send_email.iter().all(|line| line.contains("background job: send_email")
            || line.contains("background job send_email: variable 'user'")),
        "{logs}"
    );
    assert_eq!((grep("FAILED").len(), grep("attempt").len()), (2, 6), "{logs}");
    let named = shop.cli(["logs", "--source-name=send_email", "--kind", "job"]).run().exits(0);
    assert_eq!(named.lines().len(), 2, "{named}");
    assert!(named.lines().iter().all(|line| line.contains("background job: send_email")), "{named}");
}

#[test]
fn cart_survives_from_page_to_page() {
    let shop = shop();
    let added = submit(&shop, "/", "/cart", &[("product_id", "3")]);
    assert_eq!((added.0, added.1.as_deref()), (303, Some("/checkout")));
    let page = shop.get("/checkout").text();
    assert!(page.contains("Enamel mug") && page.contains("$14.50"), "{page}");
    assert!(page.contains("One item in your cart"), "{page}");
    let german = shop.get("/?language=de").text();
    assert!(german.contains("Ein Artikel im Warenkorb"), "{german}");
    assert!(shop.get("/").text().contains("Kleine Dinge"), "the language stays chosen");
}

#[test]
fn unknown_product_and_page_answer_404_in_the_layout() {
    let shop = shop();
    for (path, words) in [("/products/99", "There is no such product"), ("/nowhere", "There is no such page")]
    {
        let answer = shop.get(path).has_status(404).text();
        assert!(answer.contains(words) && answer.contains("<footer>"), "{path}: {answer}");
    }
}

fn sign_up(shop: &TestApp) -> String {
    submit(shop, "/sign-up", "/sign-up", &[("user[name]", "Ann <3"), ("user[email]", "ann@example.test")]).2
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
