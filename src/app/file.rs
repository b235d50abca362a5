//! One file of the app, read: what came of it, and enough to know whether it must be read again.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::assets::Asset;
use super::config::Config;
use super::form::Form;
use super::front_matter::FrontMatter;
use super::kind::{FileKind, Place};
use super::migration::Migration;
use super::notification::{Notification, NotificationKind};
use super::page::Page;
use super::policy::Policy;
use super::problem::Problem;
use super::query::Query;
use super::scan::Found;
use super::schema::Schema;
use super::source::{Source, TemplateKind};
use super::stamp::Stamp;
use super::template_values::TemplateValues;
use super::translations::TranslationFile;

/// Every file but an asset is read into memory whole. Text longer than this is not one that somebody wrote.
const MAX_TEXT_BYTES: u64 = 4 * 1024 * 1024;

/// A file as it was when it was last read.
#[derive(Debug)]
pub(super) struct LoadedFile {
    pub(super) path: Arc<str>,
    pub(super) place: Place,
    stamp: Stamp,
    /// What its module's names stand for, if the file may be a template.
    values: Option<Arc<TemplateValues>>,
    /// SHA-256 of what is on disk, or of what it is once deployed; good or not.
    pub(super) sha256: [u8; 32],
    /// The last good version; `None` if there never was one.
    pub(super) content: Option<Content>,
    /// They stay until the file changes.
    pub(super) problems: Vec<Problem>,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Page(Arc<Page>),
    Layout(Arc<Source>),
    Partial(Arc<Source>),
    Policy(Arc<Policy>),
    Query(Arc<Query>),
    Migration(Arc<Migration>),
    Notification(Arc<Notification>),
    Schema(Arc<Schema>),
    Form(Arc<Form>),
    Translation(Arc<TranslationFile>),
    Config(Arc<Config>),
    Asset(Asset),
    /// Nothing renders it yet; its form is known to be right.
    Checked,
}

/// What was read.
enum Bytes {
    Text(Vec<u8>),
    /// Only hashed: an asset is served from disk.
    Asset,
    TooLarge,
}

impl LoadedFile {
    /// Reads the file, unless it is known to be as it was in `previous`. `None` if it has gone in the meantime.
    pub(super) fn load(
        path: &str,
        found: &Found,
        values: Option<&Arc<TemplateValues>>,
        previous: Option<&Arc<Self>>,
    ) -> Option<Arc<Self>> {
        let is_unchanged = |previous: &&Arc<Self>| {
            found.stamp.proves_unchanged_since(&previous.stamp) && previous.values.as_ref() == values
        };
        if let Some(previous) = previous.filter(is_unchanged) {
            return Some(previous.clone());
        }
        Self::read(path, found, values, previous)
    }

    /// Reads the file, whatever is known of it: `previous` may be of another folder. What has the same content shares it.
    pub(super) fn read(
        path: &str,
        found: &Found,
        values: Option<&Arc<TemplateValues>>,
        previous: Option<&Arc<Self>>,
    ) -> Option<Arc<Self>> {
        let mut loaded = Self {
            path: previous.map_or_else(|| path.into(), |previous| previous.path.clone()),
            place: found.place.clone(),
            stamp: found.stamp,
            values: values.cloned(),
            sha256: [0; 32],
            content: previous.and_then(|previous| previous.content.clone()),
            problems: Vec::new(),
        };
        match read(found) {
            Ok((sha256, bytes)) => {
                loaded.sha256 = sha256;
                match loaded.fill(bytes) {
                    Ok(bytes) => loaded.take(bytes, found, previous),
                    Err(problem) => loaded.problems.push(problem),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                loaded.stamp = found.stamp.unsettled();
                loaded.problems.push(Problem::error(path, format!("cannot be read: {error}")));
            }
        }
        Some(Arc::new(loaded))
    }

    /// Takes over what came of a file of another folder, without reading this one: `sha256` is that of its content. `None`
    /// if they differ.
    pub(super) fn copied(
        path: &str,
        found: &Found,
        values: Option<&Arc<TemplateValues>>,
        previous: &Self,
        sha256: [u8; 32],
    ) -> Option<Arc<Self>> {
        let is_same =
            path == &*previous.path && previous.sha256 == sha256 && previous.values.as_ref() == values;
        let content = match &previous.content {
            Some(Content::Asset(_)) => Some(Content::Asset(asset(&previous.path, found))),
            content => content.clone(),
        };
        is_same.then(|| {
            Arc::new(Self {
                path: previous.path.clone(),
                place: found.place.clone(),
                stamp: found.stamp,
                values: values.cloned(),
                sha256,
                content,
                problems: previous.problems.clone(),
            })
        })
    }

    /// When the file last changed.
    pub(super) fn modified(&self) -> SystemTime {
        self.stamp.modified
    }

    /// The text as it is once deployed.
    fn fill(&mut self, bytes: Bytes) -> Result<Bytes, Problem> {
        let (Bytes::Text(text), Some(values)) = (&bytes, &self.values) else { return Ok(bytes) };
        let Ok(text) = str::from_utf8(text) else { return Ok(bytes) };
        match values.fill(&self.path, text)? {
            Cow::Borrowed(_) => Ok(bytes),
            Cow::Owned(filled) => {
                self.sha256 = Sha256::digest(&filled).into();
                Ok(Bytes::Text(filled.into_bytes()))
            }
        }
    }

    fn take(&mut self, bytes: Bytes, found: &Found, previous: Option<&Arc<Self>>) {
        let parsed = match bytes {
            Bytes::Asset => Ok((Content::Asset(asset(&self.path, found)), Vec::new())),
            // A file that was only touched keeps its very contents, so that nothing is compiled anew.
            _ if let Some(previous) = previous.filter(|previous| previous.sha256 == self.sha256) => {
                self.problems.clone_from(&previous.problems);
                return;
            }
            Bytes::TooLarge => Err(Problem::error(
                &*self.path,
                format!("{} bytes long; the limit is {MAX_TEXT_BYTES}", found.stamp.len),
            )),
            Bytes::Text(bytes) => {
                decode(&self.path, bytes).and_then(|text| parse(&self.place, &self.path, &text))
            }
        };
        match parsed {
            Ok((content, warnings)) => {
                self.content = Some(content);
                self.problems = warnings;
            }
            Err(problem) => self.problems.push(problem),
        }
    }
}

fn read(found: &Found) -> io::Result<([u8; 32], Bytes)> {
    let mut file = File::open(&found.file)?;
    if found.place.kind == FileKind::Asset {
        return Ok((hash(Sha256::new(), &mut file)?, Bytes::Asset));
    }
    let expected = usize::try_from(found.stamp.len.min(MAX_TEXT_BYTES)).unwrap_or(0);
    let mut text = Vec::with_capacity(expected + 1);
    file.by_ref().take(MAX_TEXT_BYTES + 1).read_to_end(&mut text)?;
    let begun = Sha256::new_with_prefix(&text);
    if u64::try_from(text.len()).is_ok_and(|len| len <= MAX_TEXT_BYTES) {
        return Ok((begun.finalize().into(), Bytes::Text(text)));
    }
    Ok((hash(begun, &mut file)?, Bytes::TooLarge))
}

/// Reads to the end in small parts: an asset may be a film.
fn hash(mut begun: Sha256, file: &mut File) -> io::Result<[u8; 32]> {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(begun.finalize().into()),
            Ok(count) => begun.update(chunk.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn asset(path: &Arc<str>, found: &Found) -> Asset {
    let changed = found.stamp.modified.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    Asset { path: path.clone(), file: found.file.clone(), changed }
}

/// Names the first byte that is not UTF-8.
fn decode(path: &str, bytes: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let (good, bad) = error.as_bytes().split_at(at);
        let good = String::from_utf8_lossy(good);
        let line_start = good.rfind('\n').map_or(0, |newline| newline + 1);
        let line = good.matches('\n').count() + 1;
        let col = good.get(line_start..).unwrap_or_default().chars().count() + 1;
        let byte = bad.first().copied().unwrap_or_default();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Problem::error(path, format!("byte 0x{byte:02X} is not UTF-8"))
            .at(number(line), number(col))
            .with_excerpt_of(&String::from_utf8_lossy(error.as_bytes()))
            .with_hint("save the file as UTF-8".to_owned())
    })
}

/// The content and the warnings that came with it.
fn parse(place: &Place, path: &Arc<str>, text: &str) -> Result<(Content, Vec<Problem>), Problem> {
    match place.kind {
        FileKind::Translation => {
            let (file, problems) = TranslationFile::parse(place, path, text)?;
            Ok((Content::Translation(Arc::new(file)), problems))
        }
        FileKind::Config => {
            let (config, problems) = Config::parse(path, text)?;
            Ok((Content::Config(Arc::new(config)), problems))
        }
        FileKind::Schema | FileKind::UserProfileType | FileKind::User => {
            let (schema, problems) = Schema::parse(place, path, text)?;
            Ok((Content::Schema(Arc::new(schema)), problems))
        }
        FileKind::Graphql => Ok((Content::Query(Arc::new(Query::new(place, path, text))), Vec::new())),
        FileKind::Asset => Ok((Content::Checked, Vec::new())),
        _ => parse_liquid(place, path, &text.into()),
    }
}

fn parse_liquid(place: &Place, path: &Arc<str>, text: &Arc<str>) -> Result<(Content, Vec<Problem>), Problem> {
    let head = FrontMatter::parse(path, text)?;
    let source = |kind| Arc::new(Source::new(kind, &place.name, path, text, &head));
    let content = match place.kind {
        FileKind::Page => Content::Page(Arc::new(Page::parse(place, path, text, &head)?)),
        FileKind::Policy => Content::Policy(Arc::new(Policy::parse(place, path, text, &head)?)),
        FileKind::Form => Content::Form(Arc::new(Form::parse(place, path, text, &head)?)),
        FileKind::Migration => Content::Migration(Arc::new(Migration::parse(place, path, text, &head)?)),
        FileKind::Layout => Content::Layout(source(TemplateKind::Layout)),
        FileKind::Partial => Content::Partial(source(TemplateKind::Partial)),
        _ => match NotificationKind::of(place.kind) {
            Some(kind) => Content::Notification(Arc::new(Notification::new(kind, place, path, text, &head))),
            None => Content::Checked,
        },
    };
    Ok((content, head.odd_keys(place.kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Excerpt;

    #[test]
    fn first_byte_that_is_not_utf8_is_placed() {
        let cases = [
            (&b"caf\xE9"[..], "p:1:4: error: byte 0xE9 is not UTF-8", "caf\u{fffd}"),
            (
                "zażółć\nłą".as_bytes().split_last().unwrap().1,
                "p:2:2: error: byte 0xC4 is not UTF-8",
                "ł\u{fffd}",
            ),
            (b"\xFF\xFEH\0", "p:1:1: error: byte 0xFF is not UTF-8", "\u{fffd}\u{fffd}H\0"),
        ];
        for (bytes, expected, excerpt) in cases {
            let problem = decode("p", bytes.to_vec()).unwrap_err();
            assert_eq!(problem.to_string(), expected);
            assert_eq!(problem.excerpt.as_ref().map(Excerpt::text), Some(excerpt));
        }
        assert_eq!(decode("p", "zażółć".into()).unwrap(), "zażółć");
    }
}
