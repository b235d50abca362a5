//! A form as browsers send files, `multipart/form-data`. Whole in memory: what is sent so has a limit.

use std::fmt;

use uuid::Uuid;

/// Fields in their order.
pub(super) struct Form {
    /// Random, so that no file holds it.
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    pub(super) fn new() -> Self {
        Self { boundary: format!("pos-cli-{}", Uuid::new_v4().simple()), body: Vec::new() }
    }

    #[must_use]
    pub(super) fn text(mut self, name: &str, value: &str) -> Self {
        self.field(&format!("name=\"{}\"", quoted(name)), "", value.as_bytes());
        self
    }

    #[must_use]
    pub(super) fn file(mut self, name: &str, file_name: &str, content: &[u8]) -> Self {
        let head = "Content-Type: application/octet-stream\r\n";
        self.field(&format!("name=\"{}\"; filename=\"{}\"", quoted(name), quoted(file_name)), head, content);
        self
    }

    /// Ready to be sent.
    #[must_use]
    pub(super) fn closed(mut self) -> Self {
        self.body.extend(format!("--{}--\r\n", self.boundary).into_bytes());
        self
    }

    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    fn field(&mut self, names: &str, head: &str, value: &[u8]) {
        let Self { boundary, body } = self;
        body.extend(
            format!("--{boundary}\r\nContent-Disposition: form-data; {names}\r\n{head}\r\n").into_bytes(),
        );
        body.extend(value);
        body.extend(b"\r\n");
    }
}

/// What would end a quoted word early, as browsers write it: files have all sorts of names.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({} bytes)", self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn fields_are_between_boundaries() {
        let form = Form::new().text("a[b]", "true").file("c", "\"c\"\r\n.zip", &[0, 13, 10, 255]).closed();
        let boundary = form.content_type().split_once("boundary=").unwrap().1.to_owned();

        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\ntrue\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"c\"; filename=\"%22c%22%0D%0A.zip\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let end = format!("\r\n--{boundary}--\r\n");
        assert_eq!(form.body(), [expected.as_bytes(), &[0, 13, 10, 255], end.as_bytes()].concat());
    }
}
