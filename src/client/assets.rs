//! Assets of an instance: their bytes go to an address it names, and it is told which of them there are then.

use std::time::Duration;

use ureq::http::Method;

use super::request::{Content, Outgoing, Sender};
use super::{Client, Error, LONGEST_SEND, TIMEOUT};
use crate::protocol::{AssetsManifest, Instance, PresignedUrl};

/// Answers of the storage behind an instance come quickly, or not at all.
const LONGEST_LOOK: Duration = Duration::from_secs(30);

impl Client {
    /// Which instance it is.
    pub(crate) fn instance(&self) -> Result<Instance, Error> {
        self.get("/api/app_builder/instance", TIMEOUT)
    }

    /// Where a file of this name (a path of the storage) can be put.
    pub(crate) fn presigned_url(
        &self,
        file_name: &str,
        bytes: usize,
        content_type: &str,
    ) -> Result<PresignedUrl, Error> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("fileName", file_name)
            .append_pair("contentLength", &bytes.to_string())
            .append_pair("contentType", content_type);
        self.presign("presign-url", &mut query)
    }

    /// Puts an archive where [`Self::presigned_url`] says. The address itself is the permission: nobody is told who asks.
    pub(crate) fn put_archive(&self, url: &str, zip: &[u8]) -> Result<(), Error> {
        let outgoing = Outgoing {
            method: &Method::PUT,
            url: url.to_owned(),
            content: Content::Zip(zip),
            timeout: LONGEST_SEND,
        };
        self.exchange(&outgoing, Sender::Nobody).map(drop)
    }

    /// Whether something is at such an address: an archive is, until the instance has unpacked it.
    pub(crate) fn is_there(&self, url: &str) -> Result<bool, Error> {
        let outgoing = Outgoing {
            method: &Method::HEAD,
            url: url.to_owned(),
            content: Content::Nothing,
            timeout: LONGEST_LOOK,
        };
        match self.exchange(&outgoing, Sender::Nobody) {
            Ok(_) => Ok(true),
            Err(Error::Status { .. } | Error::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn send_manifest(&self, manifest: &AssetsManifest) -> Result<(), Error> {
        let body = serde_json::to_vec(manifest).expect("a manifest has string keys and no fallible values");
        let path = "/api/app_builder/assets_manifest";
        let outgoing = self.outgoing(&Method::POST, path, Content::Json(&body), LONGEST_SEND);
        // The answer holds nothing.
        self.exchange(&outgoing, self.sender()).map(drop)
    }
}
