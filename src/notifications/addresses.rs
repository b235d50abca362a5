//! Addresses as templates print them. Apps pass strings, nothing or lists, and print them all in the same way: a list comes
//! as its JSON text, nothing as an empty text, `null` or `[]`.

use lettre::Address;
use serde_json::Value as Json;

use super::{Mailbox, one_line};
use crate::protocol::MailAddresses;

/// Not an address; `text` is cut where it is long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an e-mail address")]
pub(crate) struct BadAddress {
    text: String,
}

/// Whom an e-mail is from and whom it goes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    pub(crate) from: Vec<Mailbox>,
    pub(crate) to: Vec<Mailbox>,
    pub(crate) cc: Vec<Mailbox>,
    pub(crate) bcc: Vec<Mailbox>,
    pub(crate) reply_to: Vec<Mailbox>,
}

impl Addresses {
    /// All that `text` names, in order: `a@x.test, Ann <ann@x.test>`, or JSON of such texts. Separated by commas or
    /// semicolons; line ends are spaces, so that no text adds a header.
    ///
    /// # Errors
    /// Something in it is no address.
    pub(crate) fn parse(text: &str) -> Result<Vec<Mailbox>, BadAddress> {
        let mut found = Vec::new();
        collect(text, &mut found)?;
        Ok(found)
    }

    /// Bare addresses of all who receive it.
    pub(crate) fn recipients(&self) -> Vec<Address> {
        let all = self.to.iter().chain(&self.cc).chain(&self.bcc);
        all.map(|mailbox| mailbox.email.clone()).collect()
    }

    /// As the inbox shows them.
    pub(crate) fn record(&self) -> MailAddresses {
        let shown = |mailboxes: &[Mailbox]| mailboxes.iter().map(ToString::to_string).collect();
        MailAddresses {
            from: self.from.first().map(ToString::to_string),
            to: shown(&self.to),
            cc: shown(&self.cc),
            bcc: shown(&self.bcc),
            reply_to: shown(&self.reply_to),
        }
    }
}

fn collect(text: &str, found: &mut Vec<Mailbox>) -> Result<(), BadAddress> {
    let text = text.trim();
    if text.is_empty() || text == "null" {
        return Ok(());
    }
    if text.starts_with(['[', '"'])
        && let Ok(json) = serde_json::from_str::<Json>(text)
    {
        return collect_json(&json, found);
    }
    for piece in pieces(text) {
        found.push(mailbox(piece)?);
    }
    Ok(())
}

fn collect_json(json: &Json, found: &mut Vec<Mailbox>) -> Result<(), BadAddress> {
    match json {
        Json::Null => Ok(()),
        Json::Array(items) => items.iter().try_for_each(|item| collect_json(item, found)),
        // JSON in JSON is no list any more.
        Json::String(text) => pieces(text).try_for_each(|piece| {
            found.push(mailbox(piece)?);
            Ok(())
        }),
        other => Err(bad(&other.to_string())),
    }
}

/// Between separators that stand outside of quotes and angle brackets; empty ones are left out.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped, mut is_angled) = (false, false, false);
    let pieces = text.split(move |c: char| {
        let was_escaped = is_escaped;
        is_escaped = is_quoted && c == '\\' && !was_escaped;
        match c {
            '"' if !was_escaped => is_quoted = !is_quoted,
            '<' if !is_quoted => is_angled = true,
            '>' if !is_quoted => is_angled = false,
            ',' | ';' => return !is_quoted && !is_angled,
            _ => {}
        }
        false
    });
    pieces.map(str::trim).filter(|piece| !piece.is_empty())
}

fn mailbox(text: &str) -> Result<Mailbox, BadAddress> {
    let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (name_of(name), address.trim()),
        None => (None, text),
    };
    let address = address.parse::<Address>().map_err(|_| bad(text))?;
    Ok(Mailbox::new(name, address))
}

/// Without its quotes, on one line.
fn name_of(text: &str) -> Option<String> {
    let text = text.trim();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let name = match quoted {
        Some(quoted) => {
            let mut is_escaped = false;
            quoted
                .chars()
                .filter(|&c| {
                    is_escaped = c == '\\' && !is_escaped;
                    !is_escaped
                })
                .collect()
        }
        None => text.to_owned(),
    };
    Some(one_line(&name)).filter(|name| !name.is_empty())
}

fn bad(text: &str) -> BadAddress {
    const LONGEST: usize = 80;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    BadAddress { text: one_line(&shown) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Vec<String> {
        Addresses::parse(text).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn addresses_are_found_in_whatever_a_template_prints() {
        for (text, expected) in [
            ("", &[][..]),
            ("null", &[]),
            ("[]", &[]),
            ("[null, \"\"]", &[]),
            (" , ;", &[]),
            ("a@x.test", &["a@x.test"]),
            (" a@x.test \n", &["a@x.test"]),
            ("a@x.test, B <b@x.test>;c@x.test", &["a@x.test", "B <b@x.test>", "c@x.test"]),
            (r#"["a@x.test", "B <b@x.test>, c@x.test"]"#, &["a@x.test", "B <b@x.test>", "c@x.test"]),
            (r#""a@x.test""#, &["a@x.test"]),
            (r#""Doe, Jane; \"J\"" <j@x.test>"#, &[r#""Doe, Jane; \"J\"" <j@x.test>"#]),
            ("Zoë Ünal <z@x.test>", &["Zoë Ünal <z@x.test>"]),
            ("<a@x.test>", &["a@x.test"]),
            ("A\r\nBcc: e@x.test <a@x.test>", &["\"A Bcc: e@x.test\" <a@x.test>"]),
            ("a@localhost", &["a@localhost"]),
        ] {
            assert_eq!(parsed(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        for (text, named) in [
            ("nobody", "nobody"),
            ("a@x.test, b@", "b@"),
            ("a@x.test\nBcc: e@x.test", "a@x.test Bcc: e@x.test"),
            ("A <a@x.test", "A <a@x.test"),
            ("[1]", "1"),
            ("{\"a\": 1}", "{\"a\": 1}"),
            ("a b@x.test", "a b@x.test"),
        ] {
            let error = Addresses::parse(text).unwrap_err();
            assert_eq!(error.to_string(), format!("`{named}` is not an e-mail address"), "{text:?}");
        }
        let long = Addresses::parse(&"ä".repeat(500)).unwrap_err().to_string();
        assert!(long.chars().count() < 120, "{long}");
    }

    proptest! {
        #[test]
        fn no_text_becomes_more_than_one_line(text in "[\\PC\r\n\t\"<>,;@a-c.]{0,60}") {
            for mailbox in Addresses::parse(&text).unwrap_or_default() {
                prop_assert!(!mailbox.to_string().contains(['\r', '\n']), "{}", mailbox);
            }
        }
    }
}
