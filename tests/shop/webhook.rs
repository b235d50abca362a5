//! What the payment service sends: believed if it is signed, answered at once, stored once.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use super::{attempts_of, has_row, jobs, shop, state_of};
use crate::harness::{Project, Response, TestApp};

#[test]
fn webhook_is_answered_before_it_is_worked() {
    let shop = Project::fixture("shop").serve(&["--no-jobs", "--constants", "constants.env"]);
    let answer = webhook(&shop, PAID, Some(&signature(PAID))).has_status(200);
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
    shop.restart();
    has_row(&shop, "/payments", &["pay_1", "payment.paid", "1450 EUR"]);
}

#[test]
fn webhook_that_comes_twice_is_one_payment() {
    let shop = shop();
    for _ in 0..2 {
        webhook(&shop, PAID, Some(&signature(PAID))).has_status(200);
    }
    shop.wait_until_idle();
    shop.wait_for("two attempts", || attempts_of(&shop, "webhook_handler").len() == 2);
    assert_eq!(attempts_of(&shop, "webhook_handler"), ["(attempt 1/2) - SUCCESS"; 2]);
    assert_eq!(shop.get("/payments").text().matches("pay_1").count(), 1);
}

#[test]
fn webhook_of_a_stranger_is_refused() {
    let forged = PAID.replace("1450", "1");
    let shop = shop();
    for (body, signature) in [(PAID, None), (PAID, Some("")), (&*forged, Some(&*signature(PAID)))] {
        let answer = webhook(&shop, body, signature).has_status(401);
        assert_eq!(answer.json(), json!({"error": "the signature is missing or wrong"}));
    }
    let no_secret = Project::fixture("shop").serve(&[]);
    webhook(&no_secret, PAID, Some(&signature(PAID))).has_status(401);
    for shop in [shop, no_secret] {
        assert_eq!(jobs(&shop, "webhook_handler"), Vec::<Json>::new());
    }
}

#[test]
fn webhook_without_a_body_still_succeeds() {
    let shop = shop();
    webhook(&shop, "", Some(&signature(""))).has_status(200);
    shop.wait_for_log("background job: webhook_handler (attempt 1/2) - SUCCESS");
    shop.wait_for_log("] webhook: webhook without an event or without the id of a payment");
    assert!(!shop.get("/payments").text().contains("<table>"));
}

/// A payment as its service tells of it.
const PAID: &str = r#"{"event_type": "payment.paid", "timestamp": "2026-01-15T14:32:45Z", "data": {"id": "pay_1", "amount": 1450, "currency": "EUR"}}"#;

/// What the service signs `body` with: the secret of `constants.env`.
fn signature(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"local-secret").unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn webhook(shop: &TestApp, body: &str, signature: Option<&str>) -> Response {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(signature.map(|signature| ("x-shop-signature", signature)));
    let service = shop.new_browser();
    service.send("POST", "/webhooks/payments.json", &headers, body.as_bytes().to_vec())
}
