//! An e-mail as MIME: HTML beside its plain text, what is shown in the HTML beside it, attachments around it.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::address::Envelope;
pub(crate) use lettre::message::Mailbox;
use lettre::message::header::{self, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Mailboxes, Message, MultiPart, SinglePart};

use super::{Addresses, Attachment};

/// Whom an e-mail is from whose template does not say.
const NO_SENDER: &str = "no-reply@localhost";

const TEMPLATE: HeaderName = HeaderName::new_from_ascii_str("X-Pos-Template");
const JOB: HeaderName = HeaderName::new_from_ascii_str("X-Pos-Job");
/// For whoever reads the file. Nobody who receives it may see it.
const BCC: HeaderName = HeaderName::new_from_ascii_str("X-Pos-Bcc");

/// What is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Email {
    /// At least one recipient.
    pub(crate) addresses: Addresses,
    pub(crate) subject: String,
    pub(crate) html: String,
    /// What readers without HTML see.
    pub(crate) text: String,
    pub(crate) attachments: Vec<Attachment>,
}

/// What an e-mail says of its making.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp<'s> {
    pub(crate) job: i64,
    pub(crate) template: Option<&'s str>,
    pub(crate) now: Timestamp,
}

/// A mail program would not understand it.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the e-mail: {reason}")]
pub(crate) struct Unwritable {
    reason: lettre::error::Error,
}

/// An e-mail in the format in which it is kept and sent.
#[derive(Debug)]
pub(crate) struct Mime(Message);

impl Email {
    /// # Errors
    /// It has no recipient.
    pub(crate) fn to_mime(&self, stamp: Stamp<'_>) -> Result<Mime, Unwritable> {
        let Addresses { from, to, cc, bcc, reply_to } = &self.addresses;
        let sender = from.first().cloned().unwrap_or_else(no_sender);
        let unwritable = |reason| Unwritable { reason };
        let envelope = Envelope::new(Some(sender.email.clone()), self.addresses.recipients());
        let mut message = Message::builder()
            .envelope(envelope.map_err(unwritable)?)
            .message_id(Some(format!("<{}.{}@pos-cli.localhost>", stamp.job, stamp.now.as_millisecond())))
            .date(moment(stamp.now))
            .from(sender)
            .subject(one_line(&self.subject));
        if !to.is_empty() {
            message = message.header(header::To::from(list(to)));
        }
        if !cc.is_empty() {
            message = message.header(header::Cc::from(list(cc)));
        }
        if !reply_to.is_empty() {
            message = message.header(header::ReplyTo::from(list(reply_to)));
        }
        if let Some(template) = stamp.template {
            message = message.raw_header(HeaderValue::new(TEMPLATE, one_line(template)));
        }
        message = message.raw_header(HeaderValue::new(JOB, stamp.job.to_string()));
        if !bcc.is_empty() {
            let bcc: Vec<String> = bcc.iter().map(ToString::to_string).collect();
            message = message.raw_header(HeaderValue::new(BCC, bcc.join(", ")));
        }
        message.multipart(self.body()).map(Mime).map_err(unwritable)
    }

    fn body(&self) -> MultiPart {
        let (shown, attached): (Vec<&Attachment>, Vec<_>) =
            self.attachments.iter().partition(|attachment| attachment.is_inline);
        let readable = MultiPart::alternative().singlepart(SinglePart::plain(self.text.clone()));
        let html = SinglePart::html(self.html.clone());
        let readable = if shown.is_empty() {
            readable.singlepart(html)
        } else {
            let related = MultiPart::related().singlepart(html);
            readable.multipart(shown.into_iter().map(part).fold(related, MultiPart::singlepart))
        };
        if attached.is_empty() {
            return readable;
        }
        let mixed = MultiPart::mixed().multipart(readable);
        attached.into_iter().map(part).fold(mixed, MultiPart::singlepart)
    }
}

impl Mime {
    /// As it is kept.
    pub(crate) fn kept(&self) -> Vec<u8> {
        self.0.formatted()
    }

    /// As it goes out: without what only we may know.
    pub(super) fn sent(&self) -> Vec<u8> {
        let mut message = self.0.clone();
        message.headers_mut().remove_raw(&BCC);
        message.formatted()
    }

    pub(super) fn envelope(&self) -> &Envelope {
        self.0.envelope()
    }
}

/// White space, line ends included, and control characters as single spaces: what a header may hold.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Before 1970 it is 1970.
fn moment(time: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(time.as_millisecond()).unwrap_or(0))
}

fn part(attachment: &Attachment) -> SinglePart {
    let name = attachment.name.clone();
    let part =
        if attachment.is_inline { Part::new_inline_with_name(name.clone(), name) } else { Part::new(name) };
    let content_type = ContentType::parse(&attachment.content_type);
    part.body(attachment.content.clone(), content_type.unwrap_or_else(|_| octet_stream()))
}

fn octet_stream() -> ContentType {
    ContentType::parse("application/octet-stream").expect("it is a content type")
}

fn no_sender() -> Mailbox {
    NO_SENDER.parse().expect("it is an address")
}

fn list(mailboxes: &[Mailbox]) -> Mailboxes {
    mailboxes.iter().cloned().collect()
}
