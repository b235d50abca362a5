//! Sends an SMS: into the inbox, beside the e-mails. None leaves the machine. Its body is escaped as a page is, which is what
//! the platform does although a phone shows no HTML: `&` arrives as `&amp;` unless the template says `html_safe`.

use serde_json::Value as Json;

use super::attempt::{Attempt, Failure};
use crate::graphql::Message;
use crate::notifications::{MessageState, one_line};

impl Attempt<'_> {
    /// A `content` in the head replaces the body.
    pub(super) fn send_sms(&mut self, message: Message) -> Result<(), Failure> {
        let content = message.head.get("content").filter(|content| !content.is_empty());
        content.unwrap_or(&message.body).trim().clone_into(&mut self.message.text);
        let numbers = numbers(message.head.get("to").map(String::as_str).unwrap_or_default());
        if numbers.is_empty() {
            return Err(self.error("to", "the SMS goes to nobody: `to` is empty".to_owned()).into());
        }
        self.message.addresses.to.clone_from(&numbers);
        self.message.recipients = numbers;
        self.capture(None)?;
        self.settle(&MessageState::Captured { refused: None }, &message)
    }
}

/// Phone numbers with commas between, or a list printed as JSON.
fn numbers(text: &str) -> Vec<String> {
    let text = text.trim();
    let listed = match serde_json::from_str(text) {
        Ok(Json::Array(items)) => items.iter().filter_map(number).collect(),
        _ if text == "null" => Vec::new(),
        _ => text.split([',', ';']).map(one_line).collect(),
    };
    let mut numbers: Vec<String> = listed;
    numbers.retain(|number| !number.is_empty());
    numbers
}

fn number(item: &Json) -> Option<String> {
    match item {
        Json::String(text) => Some(one_line(text)),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_are_found_in_whatever_a_template_prints() {
        for (text, expected) in [
            ("+48 600 100 200", &["+48 600 100 200"][..]),
            (" 1,2 ;\n", &["1", "2"]),
            ("[\"+48600\", 7, null]", &["+48600", "7"]),
            ("", &[]),
            ("[]", &[]),
            ("null", &[]),
        ] {
            assert_eq!(numbers(text), expected, "{text:?}");
        }
    }
}
