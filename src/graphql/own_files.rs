//! Files of our own by their URL: assets and uploads are found where they are, so that a job can send them while no server
//! runs, and no request waits for another one of the same server.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::app::App;
use crate::notifications::{FilePlace, GONE, LocalFile, resolve};
use crate::records::{Acl, Data, Key, Permission, StoredUpload};

const ASSETS: &str = "/assets/";
const OFFLINE: &str = "`--offline` is on";
const PRIVATE: &str = "this file is private: its URL needs a signature that is still good";

/// For one message or call.
pub(crate) struct OwnFiles<'f> {
    pub(crate) app: &'f App,
    pub(crate) data: &'f mut Data,
    /// Where our server is, if it runs.
    pub(crate) base_url: &'f str,
    pub(crate) offline: bool,
}

impl OwnFiles<'_> {
    /// A path alone is ours. So is an upload that is here, whatever server its URL names: ours had another port when it gave
    /// that URL to somebody.
    pub(crate) fn locate(&mut self, url: &str) -> FilePlace {
        if let Some(key) = Key::of_url(url)
            && let Ok(Some(stored)) = self.data.upload(&key)
        {
            return self.upload(url, &stored);
        }
        if let Some(elsewhere) = url.strip_prefix("//") {
            return self.elsewhere(format!("https://{elsewhere}"));
        }
        let (url, is_own) = resolve(url, self.base_url);
        if !is_own {
            return self.elsewhere(url);
        }
        match path_of(&url).strip_prefix(ASSETS) {
            Some(name) => self.asset(name).map_or(FilePlace::OffLimits(GONE), FilePlace::Here),
            None => FilePlace::Page(url),
        }
    }

    fn elsewhere(&self, url: String) -> FilePlace {
        if self.offline { FilePlace::OffLimits(OFFLINE) } else { FilePlace::Elsewhere(url) }
    }

    fn upload(&mut self, url: &str, stored: &StoredUpload) -> FilePlace {
        let StoredUpload { upload, path, .. } = stored;
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let is_admitted = upload.acl == Acl::Public
            || self
                .data
                .upload_signer()
                .is_ok_and(|signer| signer.admits(Permission::Get, &upload.key, query, Timestamp::now()));
        if !is_admitted {
            return FilePlace::OffLimits(PRIVATE);
        }
        FilePlace::Here(LocalFile { path: path.clone(), content_type: Some(upload.content_type.clone()) })
    }

    fn asset(&self, name: &str) -> Option<LocalFile> {
        let name = percent_decode_str(name).decode_utf8().ok()?;
        let path = self.app.asset(&name)?.file.clone();
        Some(LocalFile { path, content_type: mime_guess::from_path(&*name).first_raw().map(str::to_owned) })
    }
}

/// Of a whole URL, without its query.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    path.split(['?', '#']).next().unwrap_or_default()
}
