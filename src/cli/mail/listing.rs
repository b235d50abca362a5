//! Messages for people: one line each, or one in full. Times are local.

use crate::cli::Context;
use crate::cli::moment::local;
use crate::cli::ui::{Closed, Table};
use crate::logs::escape;
use crate::protocol::MailRecord;

/// One line each; nothing, not even the head, where there are none.
pub(super) fn list(records: &[MailRecord], context: &Context) -> Result<(), Closed> {
    if records.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["ID", "KIND", "STATE", "WHEN", "TO", "SUBJECT", "ERROR"]);
    for record in records {
        // Without a subject, as an SMS always is, by its template.
        let subject = if record.subject.is_empty() { record.template.clone() } else { None };
        table.row([
            record.id.clone(),
            record.kind.clone(),
            record.state.clone(),
            local(&record.created_at),
            record.addresses.to.join(", "),
            subject.unwrap_or_else(|| record.subject.clone()),
            record.error.clone().unwrap_or_default(),
        ]);
    }
    table.lines().try_for_each(|line| context.ui.line(&line))
}

/// Headers, then the text.
pub(super) fn show(record: &MailRecord, context: &Context) -> Result<(), Closed> {
    lines(record).iter().try_for_each(|line| context.ui.line(line))
}

fn lines(record: &MailRecord) -> Vec<String> {
    let addresses = &record.addresses;
    let mut lines = vec![format!("message {}: {}, {}", record.id, record.kind, record.state)];
    let mut field = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("  {name:<11}  {}", escape(value)));
        }
    };
    field("date", &local(&record.created_at));
    field("from", addresses.from.as_deref().unwrap_or_default());
    field("to", &addresses.to.join(", "));
    field("cc", &addresses.cc.join(", "));
    field("bcc", &addresses.bcc.join(", "));
    field("reply to", &addresses.reply_to.join(", "));
    field("subject", &record.subject);
    for attachment in &record.attachments {
        let place = if attachment.inline { "inline, " } else { "" };
        let about =
            format!("{} ({place}{}, {} bytes)", attachment.name, attachment.content_type, attachment.size);
        field("attachment", &about);
    }
    field("template", record.template.as_deref().unwrap_or_default());
    field("trace", &record.trace);
    field("file", record.eml.as_deref().unwrap_or_default());
    field("error", record.error.as_deref().unwrap_or_default());
    if let Some(text) = record.text.as_deref().filter(|text| !text.is_empty()) {
        lines.push("text".to_owned());
        lines.extend(text.lines().map(|line| format!("  {}", escape(line))));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{MailAddresses, MailAttachment};

    #[test]
    fn a_message_is_shown_in_full_and_cannot_paint() {
        let record = MailRecord {
            id: "42".to_owned(),
            kind: "email".to_owned(),
            state: "captured".to_owned(),
            template: Some("hi".to_owned()),
            trace: "t1".to_owned(),
            created_at: "2026-01-15T14:32:45.000Z".to_owned(),
            addresses: MailAddresses {
                from: Some("Shop <s@x.test>".to_owned()),
                to: vec!["a@x.test".to_owned(), "b@x.test".to_owned()],
                ..MailAddresses::default()
            },
            subject: "Hi\u{1b}[31m".to_owned(),
            error: None,
            eml: None,
            attachments: vec![MailAttachment {
                name: "a.pdf".to_owned(),
                content_type: "application/pdf".to_owned(),
                size: 3,
                inline: false,
            }],
            text: Some("Hello\nyou".to_owned()),
            html: None,
            data: None,
        };
        let shown = lines(&record);
        for line in [
            "message 42: email, captured",
            "  to           a@x.test, b@x.test",
            "  subject      Hi\\x1b[31m",
            "  attachment   a.pdf (application/pdf, 3 bytes)",
            "text",
            "  you",
        ] {
            assert!(shown.iter().any(|shown| shown == line), "{line} in {shown:#?}");
        }
        assert!(!shown.iter().any(|line| line.contains("cc") || line.contains("error")), "{shown:#?}");
    }
}
