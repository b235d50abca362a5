//! A multipart form, as browsers and the platform's own client send it: whole in memory, so that its length is known.

use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    pub(super) fn new() -> Self {
        // Random, so that no content can end a part early.
        Self { boundary: format!("pos-cli-{}", Uuid::new_v4().simple()), body: Vec::new() }
    }

    #[must_use]
    pub(super) fn text(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{}\"", quoted(name)), value.as_bytes())
    }

    #[must_use]
    pub(super) fn file(self, name: &str, file_name: &str, content: &[u8]) -> Self {
        let disposition = format!(
            "name=\"{}\"; filename=\"{}\"\r\nContent-Type: application/octet-stream",
            quoted(name),
            quoted(file_name)
        );
        self.part(&disposition, content)
    }

    /// The `Content-Type` it is sent with.
    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        self.body
    }

    fn part(mut self, disposition: &str, content: &[u8]) -> Self {
        let head = format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }
}

/// What would end a quoted word early, as browsers write it.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn parts_come_in_their_order_byte_for_byte() {
        let form = Form::new().text("path", "views/a.liquid").file("file", "a \"b\"\r\n.css", b"x\r\n--");
        let boundary = form.content_type().split_once("boundary=").unwrap().1.to_owned();

        assert_eq!(
            String::from_utf8(form.finish()).unwrap(),
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\nviews/a.liquid\r\n\
                 --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22%0D%0A.css\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\nx\r\n--\r\n--{boundary}--\r\n"
            )
        );
    }
}
