//! What clients send to a server that serves the files of a project: it is right where it is what the files say, and refused
//! where it is not, for those who edit them would find their work replaced.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use serde_json::json;

use super::{refused, unprocessable};
use crate::app::{App, TemplateValues};
use crate::releases::{Changed, FilePath, Manifest, Origin, by_category, unpack};
use crate::server::answer::Answer;
use crate::server::state::State;
use crate::server::transfers::{Kind, Product};

/// Files that a refusal names; the rest are counted.
const NAMED: usize = 5;

pub(super) fn deploy(state: &State, zip: &[u8], origin: Origin) -> Answer {
    let app = state.live.engine().app().clone();
    let files = match unpack(zip) {
        Ok(files) => files,
        Err(error) => return unprocessable(&error.to_string()),
    };
    let brings_assets = files.iter().any(|file| file.path.is_asset());
    let mut differing: BTreeSet<String> = files
        .iter()
        .filter(|file| !is_same(app.root(), &file.path, &file.content))
        .map(|file| file.path.to_string())
        .collect();
    if origin != Origin::Partial {
        let sent: BTreeSet<&FilePath> = files.iter().map(|file| &file.path).collect();
        let here = app.paths().filter_map(|path| FilePath::parse(path).ok());
        let absent = here.filter(|path| !sent.contains(path) && (brings_assets || !path.is_asset()));
        differing.extend(absent.map(|path| path.to_string()));
    }
    if !differing.is_empty() {
        return unprocessable(&difference(&app, &differing));
    }
    let mut unchanged = Changed::default();
    unchanged.skipped.extend(files.into_iter().map(|file| file.path));
    match state.transfers.begin(Kind::Comparison, move || Ok(Product::Compared(by_category(&unchanged)))) {
        Ok(id) => Answer::json(StatusCode::OK, &json!({ "id": id })),
        Err(busy) => refused(&busy),
    }
}

pub(super) fn save(state: &State, sent: &str, content: &[u8]) -> Answer {
    let app = state.live.engine().app().clone();
    match super::sync::place(sent, &Manifest::default()) {
        Ok(path) if is_same(app.root(), &path, content) => {
            Answer::json(StatusCode::OK, &json!({ "refresh_index": false }))
        }
        Ok(path) => unprocessable(&difference(&app, &[path.to_string()].into())),
        Err(message) => unprocessable(&message),
    }
}

pub(super) fn delete(state: &State, sent: &str) -> Answer {
    let app = state.live.engine().app().clone();
    match super::sync::place(sent, &Manifest::default()) {
        Ok(path) if on_disk(app.root(), &path).is_none() => {
            Answer::json(StatusCode::OK, &json!({ "deleted": sent }))
        }
        Ok(path) => unprocessable(&difference(&app, &[path.to_string()].into())),
        Err(message) => unprocessable(&message),
    }
}

/// Whether the file on disk is what was sent, as it is or as it is once deployed.
fn is_same(root: &Path, path: &FilePath, content: &[u8]) -> bool {
    let Some(here) = on_disk(root, path).and_then(|file| fs::read(file).ok()) else { return false };
    here == content || filled(root, path, &here).is_some_and(|filled| filled.as_bytes() == content)
}

/// A module's file with its places filled in.
fn filled(root: &Path, path: &FilePath, here: &[u8]) -> Option<String> {
    let values = TemplateValues::load(root, path.module()?).ok()??;
    let filled = values.fill(path.as_str(), str::from_utf8(here).ok()?).ok()?;
    Some(filled.into_owned())
}

/// The file of this path, if it is one of the project.
fn on_disk(root: &Path, path: &FilePath) -> Option<PathBuf> {
    let below_app = path.as_str().strip_prefix("app/");
    let of_old = below_app.map(|below| root.join("marketplace_builder").join(below));
    let file = [Some(root.join(path.as_str())), of_old].into_iter().flatten().find(|file| file.is_file())?;
    file.canonicalize().ok().filter(|file| file.starts_with(root))
}

fn difference(app: &App, differing: &BTreeSet<String>) -> String {
    let named: Vec<&str> = differing.iter().take(NAMED).map(String::as_str).collect();
    let more = match differing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "this server serves the files of {}, and what was sent differs in {}{more}: save them there, or deploy to \
         `pos-cli run --instance DIR`",
        app.root().display(),
        named.join(", ")
    )
}
