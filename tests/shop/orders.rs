//! From the cart to the warehouse: what a visitor orders, and what events and jobs make of it.

use std::thread;

use serde_json::json;

use super::{has_row, mail, place_order, run_now, shop, sign_up, state_of, submit, token};

#[test]
fn cart_left_behind_is_reminded_of_once() {
    let shop = shop();
    sign_up(&shop);
    submit(&shop, "/", "/cart", &[("product_id", "3")]);
    submit(&shop, "/", "/cart", &[("product_id", "3")]);
    shop.wait_for_log("background job: remind_of_cart - QUEUED (default, in 1h)");
    assert_eq!(state_of(&shop, "remind_of_cart"), ["scheduled"], "one cart, one reminder");
    run_now(&shop, "remind_of_cart");
    shop.wait_for_log("was left behind");
    assert!(shop.get("/account").text().contains("<li>Your cart is still here.</li>"));
    let message = mail(&shop, "abandoned_cart");
    assert_eq!(message["to"], json!(["ann@example.test"]));
    let text = message["text"].as_str().unwrap();
    assert!(text.starts_with("Hello Ann <3, you left this behind:"), "{text}");
    assert_eq!(text.matches("Enamel mug: $14.50").count(), 2, "{text}");
}

#[test]
fn cart_that_was_ordered_is_not_reminded_of() {
    let shop = shop();
    place_order(&shop);
    run_now(&shop, "remind_of_cart");
    shop.wait_for_log("background job: remind_of_cart (attempt 1/1) - SUCCESS");
    assert!(!shop.logs().iter().any(|line| line.contains("was left behind")), "{:?}", shop.logs());
}

#[test]
fn order_created_reaches_both_consumers() {
    let shop = shop();
    submit(&shop, "/batch", "/batch", &[("counts[1]", "10"), ("counts[2]", "10")]);
    place_order(&shop);
    shop.wait_until_idle();
    let stock = shop.wait_for_log("info: stock: reserve for order ");
    let warehouse = shop.wait_for_log("info: warehouse: pack order ");
    assert_eq!(stock.rsplit(' ').next(), warehouse.rsplit(' ').next());
    shop.wait_for_log("background job: consumers/order_created/reserve_stock - QUEUED (high)");
    shop.wait_for_log("background job: consumers/order_created/notify_warehouse (attempt 1/3) - SUCCESS");
    has_row(&shop, "/orders", &["Ann", "$6.50", "authorized", "reserved", "packing slip"]);
    has_row(&shop, "/batch", &["Beeswax candle", "9"]);
    has_row(&shop, "/batch", &["Linen tea towel", "10"]);
}

#[test]
fn consumer_that_runs_again_changes_nothing() {
    let shop = shop();
    submit(&shop, "/batch", "/batch", &[("counts[1]", "10")]);
    shop.wait_until_idle();
    place_order(&shop);
    shop.wait_until_idle();
    shop.wait_for_log("info: warehouse: pack order 6");
    shop.project.write(
        "app/views/pages/again.liquid",
        "{% assign event = { \"order_id\": \"6\" } %}{% background _a = 'consumers/order_created/reserve_stock', event: event %}{% background _b = 'consumers/order_created/notify_warehouse', event: event %}",
    );
    shop.wait_for("the page", || shop.get("/again").status == 200);
    shop.wait_until_idle();
    has_row(&shop, "/batch", &["Beeswax candle", "9"]);
    let records = json!({ "query": "{ records(per_page: 1, filter: { table: { value: \"packing_slip\" } }) { total_entries } }" });
    let slips = shop.new_browser().post_json("/api/graph", &records).has_status(200).json();
    assert_eq!(slips["data"]["records"]["total_entries"], json!(1), "{slips}");
}

#[test]
fn order_triggers_event_and_delayed_mail() {
    let shop = shop();
    let page = place_order(&shop);
    assert!(page.contains("Order placed"), "{page}");
    shop.wait_for_log("background job: send_confirmation_email - QUEUED (default, in 5m)");
    shop.wait_until_idle();
    assert_eq!(state_of(&shop, "send_confirmation_email"), ["scheduled"]);
    shop.wait_for_log("info: stock: reserve for order 5");
    run_now(&shop, "send_confirmation_email");
    shop.wait_for_log("info: confirmation of order 5");
    let message = mail(&shop, "order_confirmation");
    assert_eq!((&message["to"], &message["subject"]), (&json!(["ann@example.test"]), &json!("Your order 5")));
    let text = message["text"].as_str().unwrap();
    assert!(text.starts_with("Thank you, Ann") && text.contains("Beeswax candle: $6.50"), "{text}");
}

#[test]
fn order_without_cart_or_customer_is_refused() {
    let shop = shop();
    submit(&shop, "/", "/cart", &[("product_id", "1")]);
    let token = token(shop.browser(), "/checkout");
    let order = |name: &str, email: &str| {
        shop.post(
            "/orders",
            &[("authenticity_token", &token), ("customer[name]", name), ("customer[email]", email)],
        )
    };
    let refused = order("", "nowhere").has_status(422).text();
    assert!(
        refused.contains("tell us your name") && refused.contains("an e-mail address we can"),
        "{refused}"
    );
    order("Ann", "ann@example.test").has_status(200);
    let twice = order("Ann", "ann@example.test").has_status(422).text();
    assert!(twice.contains("Your cart is empty."), "{twice}");
    shop.wait_until_idle();
    assert_eq!(shop.get("/orders").text().matches("<td>Ann</td>").count(), 1);
}

#[test]
fn order_is_placed_once_however_often_the_button_is_pressed() {
    let shop = shop();
    submit(&shop, "/", "/cart", &[("product_id", "1")]);
    let token = token(shop.browser(), "/checkout");
    let fields =
        [("authenticity_token", &*token), ("customer[name]", "Ann"), ("customer[email]", "ann@example.test")];
    let statuses: Vec<u16> = thread::scope(|scope| {
        let presses: Vec<_> = (0..4).map(|_| scope.spawn(|| shop.post("/orders", &fields).status)).collect();
        presses.into_iter().map(|press| press.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(state_of(&shop, "send_confirmation_email"), ["scheduled"]);
}

#[test]
fn checkout_queues_three_priorities() {
    let shop = shop();
    submit(&shop, "/", "/cart", &[("product_id", "1")]);
    shop.get("/checkout").has_status(200);
    shop.wait_until_idle();
    shop.wait_for_log("background job: payment_processing - QUEUED (high)");
    shop.wait_for_log("background job: send_email - QUEUED (default)");
    shop.wait_for_log("background job: log_analytics - QUEUED (low)");
    shop.wait_for_log("background job: payment_processing (attempt 1/5) - SUCCESS");
    shop.wait_for_log("background job: send_email (attempt 1/2) - SUCCESS");
    shop.wait_for_log("background job: log_analytics (attempt 1/1) - SUCCESS");
    shop.wait_for_log("info: payment for order 5");
    let query = json!({ "query": "{
      orders: records(per_page: 1, filter: { table: { value: \"order\" }, properties: [{ name: \"authorized_at\", exists: true }] }) { total_entries }
      visits: records(per_page: 1, filter: { table: { value: \"visit\" }, properties: [{ name: \"event_type\", value: \"user_visit\" }] }) { total_entries }
    }" });
    let stored = shop.new_browser().post_json("/api/graph", &query).has_status(200).json();
    let one = json!({"total_entries": 1});
    assert_eq!(stored["data"], json!({"orders": one, "visits": one}), "{stored}");
}

#[test]
fn user_at_the_checkout_gets_a_mail_and_a_guest_gets_none() {
    let shop = shop();
    shop.get("/checkout").has_status(200);
    shop.wait_for_log("info: no transactional e-mail: guest is no user");
    sign_up(&shop);
    shop.get("/checkout").has_status(200);
    shop.wait_until_idle();
    let message = mail(&shop, "transactional");
    assert_eq!(message["to"], json!(["ann@example.test"]));
    assert!(
        message["text"].as_str().unwrap().starts_with("Hello Ann <3, did everything work?"),
        "{message:#}"
    );
    let all = shop.cli(["mail", "list", "--json", "--template", "transactional"]).run().exits(0);
    assert_eq!(all.lines().len(), 1, "{all}");
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
