//! Notifications as templates: head, condition, language, layout.

use serde_json::json;

use super::*;
use crate::app::NotificationKind;
use crate::graphql::Message;

const EMAIL: &str = "---
to: '{{ data.to }}'
subject: >
  {% if form.name %}Hi {{ form.name }}{% endif %}
layout: mailer
trigger_condition: '{% if data.name != blank %}true{% endif %}'
---
<p>{{ data.name }}</p>";

fn message(email: &str, data: Json) -> Result<Option<Message>, Error> {
    let app = Fixture::of(&[
        ("emails/hi.liquid", email),
        ("views/layouts/mailer.liquid", "<body>{{ content_for_layout }}</body>"),
        ("translations/pl.yml", "pl:\n  hi: Cześć"),
    ]);
    let notification = app.engine.app().notification(NotificationKind::Email, "hi").unwrap();
    let variables = ["data", "form"].map(|name| (name.to_owned(), data.clone()));
    let scope = Scope { variables: variables.into_iter().collect(), ..Scope::default() };
    app.engine.notification(notification, &scope, &app.bindings).map(|(message, _)| message)
}

#[test]
fn head_is_plain_and_body_is_escaped_in_its_layout() {
    let message = message(EMAIL, json!({"to": "a@x.test", "name": "A & B"})).unwrap().unwrap();
    assert_eq!(message.head["to"], "a@x.test");
    assert_eq!(message.head["subject"], "Hi A & B");
    assert_eq!(message.body, "<body><p>A &amp; B</p></body>");
    assert!(!message.head.contains_key("trigger_condition"));
}

#[test]
fn condition_that_does_not_print_true_stops_it() {
    assert_eq!(message(EMAIL, json!({"name": ""})).unwrap(), None);
    let broken = "---\ntrigger_condition: 'no'\nto: '{{ nope | nope }}'\n---\n";
    assert_eq!(message(broken, json!({})).unwrap(), None);
}

#[test]
fn locale_is_the_language_of_the_translations() {
    let email = "---\nlocale: '{{ data.language }}'\nsubject: '{{ \"hi\" | t }}'\n---\n{{ 'hi' | t }}";
    let message = message(email, json!({"language": "pl"})).unwrap().unwrap();
    assert_eq!((message.head["subject"].as_str(), message.body.as_str()), ("Cześć", "Cześć"));
}

#[test]
fn mistake_in_the_head_is_placed_in_its_line() {
    let error =
        message("---\nto: a@x.test\nsubject: '{{ 1 | divided_by: 0 }}'\n---\n", json!({})).unwrap_err();
    assert_eq!(error.message(), "Liquid error (emails/hi.liquid:3): divided by 0");
}

#[test]
fn layout_that_is_not_there_is_named() {
    let error = message("---\nlayout: mailr\n---\n", json!({})).unwrap_err();
    assert_eq!(error.message(), "Liquid error (emails/hi.liquid:2): can't find layout 'mailr'");
}

#[test]
fn json_in_a_body_stays_json() {
    let data = json!({"name": "A & \"B\""});
    let message =
        message("---\nto: a@x.test\n---\n{{ data | json }} {{ data.name }}", data).unwrap().unwrap();
    assert_eq!(message.body, r#"{"name":"A & \"B\""} A &amp; &quot;B&quot;"#);
}
