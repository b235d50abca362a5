//! What the manual of background jobs shows, found in the shop word for word: its tags in the files, its `grep`s in the log.

use super::{shop, submit};
use crate::harness::Project;

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

#[test]
fn pages_hold_the_tags_of_the_manual_to_the_letter() {
    let shop = Project::fixture("shop");
    for (file, tags) in MANUAL {
        assert!(shop.read(file).contains(tags), "{file} lacks\n{tags}");
    }
}

#[test]
fn nothing_in_the_shop_is_a_mistake() {
    let checked = Project::fixture("shop").cli(["check"]).run().exits(0);
    assert!(!checked.stdout.contains("error"), "{checked}");
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
    let failed = grep("FAILED");
    let of = |subject: &str| failed.iter().filter(|line| line.contains(subject)).count();
    assert_eq!((of("] api call: PUT "), of("] background job: sync_to_crm (attempt ")), (2, 2), "{logs}");
    assert_eq!((failed.len(), grep("attempt").len()), (4, 6), "{logs}");
    let named = shop.cli(["logs", "--source-name=send_email", "--kind", "job"]).run().exits(0);
    assert_eq!(named.lines().len(), 2, "{named}");
    assert!(named.lines().iter().all(|line| line.contains("background job: send_email")), "{named}");
}
