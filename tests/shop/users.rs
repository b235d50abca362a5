//! Signing up, out and in.

use super::{jobs, shop, sign_up, submit, token};

#[test]
fn user_signs_up_out_and_in_and_keeps_the_cart() {
    let shop = shop();
    shop.get("/account").has_status(302);
    submit(&shop, "/", "/cart", &[("product_id", "3")]);
    sign_up(&shop);
    assert!(shop.get("/checkout").text().contains("Enamel mug"));
    let account = shop.get("/account").has_status(200).text();
    assert!(account.contains("Signed in as ann@example.test."), "{account}");

    let left = submit(&shop, "/account", "/sign-out", &[]);
    assert_eq!((left.0, left.1.as_deref()), (303, Some("/")));
    shop.get("/account").has_status(302);

    let sign_in = |password: &str| {
        let token = token(shop.browser(), "/sign-in");
        let fields = [("authenticity_token", &*token), ("email", "ann@example.test"), ("password", password)];
        shop.post("/sign-in", &fields)
    };
    let refused = sign_in("wrong-password").has_status(422).text();
    assert!(
        refused.contains("E-mail or password is wrong.") && refused.contains("ann@example.test"),
        "{refused}"
    );
    shop.get("/account").has_status(302);
    assert_eq!(sign_in("secret123").has_status(303).header("location"), Some("/account"));

    let change = |current: &str, wanted: &str| {
        submit(&shop, "/account", "/account/password", &[("current", current), ("wanted", wanted)]).2
    };
    assert!(change("nonsense", "better-secret").contains("That is not your password."));
    assert!(change("secret123", "short").contains("A password needs eight characters."));
    assert!(change("secret123", "better-secret").contains("Your password is changed."));
    submit(&shop, "/account", "/sign-out", &[]);
    sign_in("secret123").has_status(422);
    sign_in("better-secret").has_status(303);
}

#[test]
fn addresses_of_strangers_and_of_nobody_sign_nobody_in() {
    let shop = shop();
    sign_up(&shop);
    let stranger = shop.new_browser();
    for (email, password) in [
        ("bob@example.test", "secret123"),
        ("nobody@example.test", "secret123"),
        ("nobody@example.test", ""),
        ("", "secret123"),
    ] {
        let token = token(&stranger, "/sign-in");
        let fields = [("authenticity_token", &*token), ("email", email), ("password", password)];
        let refused = stranger.post("/sign-in", &fields).has_status(422).text();
        assert!(refused.contains("E-mail or password is wrong."), "{email}: {refused}");
        stranger.get("/account").has_status(302);
    }
}

#[test]
fn sign_up_says_what_is_missing_and_takes_an_address_once() {
    let shop = shop();
    let sign_up = |name: &str, email: &str, password: &str| {
        let browser = shop.new_browser();
        let token = token(&browser, "/sign-up");
        let fields = [
            ("authenticity_token", &*token),
            ("user[name]", name),
            ("user[email]", email),
            ("user[password]", password),
        ];
        browser.post("/sign-up", &fields)
    };
    let refused = sign_up("", "nowhere", "short").has_status(422).text();
    for words in ["tell us your name", "an e-mail address we can", "eight characters", "value=\"nowhere\""] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    sign_up("Ann", "ann@example.test", "secret123").has_status(200);
    let second = sign_up("Bob", "ann@example.test", "secret123").has_status(422).text();
    assert!(second.contains("has an account already"), "{second}");
    shop.wait_until_idle();
    assert_eq!(jobs(&shop, "send_welcome_email").len(), 1);
}
