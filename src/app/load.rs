//! From a folder to a snapshot: finds the files, reads what has changed since the last snapshot, and puts together what
//! the files are to each other. The order of the problems is that of the paths.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::App;
use super::assets::Assets;
use super::cores::map_on_cores;
use super::file::{Content, LoadedFile};
use super::kind::Place;
use super::migration::Migrations;
use super::modules;
use super::notification::Notifications;
use super::page::Page;
use super::problem::Problem;
use super::query::Queries;
use super::routes::{Exactness, Routes};
use super::scan::scan;
use super::schema::{self, Schema};
use super::table::Tables;
use super::template_values::TemplateValues;
use super::templates::{Candidates, Templates};
use super::translations::Translations;
use super::winners::{Candidate, pick};

/// Why there is no app to run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("no app in `{root}`: there is no `app` folder; create `app/views/pages/index.liquid`")]
    NoApp { root: String },
    #[error("the app in `{root}` is empty; create `app/views/pages/index.liquid`")]
    Empty { root: String },
    #[error("cannot read `{path}`")]
    Read { path: String, source: std::io::Error },
}

/// Files a thread reads at least.
const FILES_PER_THREAD: NonZeroUsize = NonZeroUsize::new(64).expect("it is not zero");

/// The files of a snapshot by path.
pub(super) type Files = BTreeMap<Arc<str>, Arc<LoadedFile>>;

/// `sha256` knows that of the files below `root` that need not be read to be compared with those of `previous`.
pub(super) fn load(
    root: &Path,
    previous: Option<&App>,
    sha256: impl Fn(&str) -> Option<[u8; 32]> + Sync,
) -> Result<(App, Vec<Problem>), LoadError> {
    let shown = || root.display().to_string();
    let scan = scan(root).map_err(|source| LoadError::Read { path: shown(), source })?;
    if scan.files.is_empty() {
        let has_folder = root.join("app").is_dir() || root.join("marketplace_builder").is_dir();
        return Err(if has_folder {
            LoadError::Empty { root: shown() }
        } else {
            LoadError::NoApp { root: shown() }
        });
    }
    let (values, values_problems) = template_values(root, scan.files.keys());
    let found: Vec<_> = scan.files.iter().collect();
    let files = map_on_cores(&found, FILES_PER_THREAD, |(path, found)| {
        let known = previous.and_then(|previous| previous.files.get(path.as_str()));
        let values = TemplateValues::module_of(path).and_then(|module| values.get(module)?.as_ref());
        match previous {
            Some(previous) if previous.root != root => sha256(path)
                .and_then(|sha256| LoadedFile::copied(path, found, values, known?, sha256))
                .or_else(|| LoadedFile::read(path, found, values, known)),
            _ => LoadedFile::load(path, found, values, known),
        }
    });
    let files: Files = files.into_iter().flatten().map(|file| (file.path.clone(), file)).collect();
    let mut problems = scan.problems;
    problems.extend(values_problems);
    problems.extend(files.values().flat_map(|file| &file.problems).cloned());
    let (app, conflicts) = assemble(root, files);
    problems.extend(conflicts);
    problems.sort_by(|a, b| (&a.path, a.line, a.col).cmp(&(&b.path, b.line, b.col)));
    Ok((app, problems))
}

/// Of each module that has templates; `None` for one without values.
type ValuesByModule<'a> = BTreeMap<&'a str, Option<Arc<TemplateValues>>>;

fn template_values<'a>(
    root: &Path,
    paths: impl Iterator<Item = &'a String>,
) -> (ValuesByModule<'a>, Vec<Problem>) {
    let mut values = ValuesByModule::new();
    let mut problems = Vec::new();
    for module in paths.filter_map(|path| TemplateValues::module_of(path)) {
        values.entry(module).or_insert_with(|| {
            let loaded = TemplateValues::load(root, module).unwrap_or_else(|problem| {
                problems.push(problem);
                None
            });
            loaded.map(Arc::new)
        });
    }
    (values, problems)
}

fn assemble(root: &Path, files: Files) -> (App, Vec<Problem>) {
    let config = config(&files);
    let (pages, mut problems) = pages(&files);
    let exactness = Exactness { slug: config.slug_exact_match, html_format: config.html_format_exact_match };
    let (routes, conflicts) = Routes::new(&pages, exactness);
    problems.extend(conflicts);

    let mut candidates = Candidates::default();
    let mut query_files = Vec::new();
    let mut migration_files = Vec::new();
    let mut notification_files = Vec::new();
    let mut schema_files = Vec::new();
    let mut translation_files = Vec::new();
    let mut asset_files = Vec::new();
    for file in files.values() {
        match &file.content {
            Some(Content::Partial(source)) => candidates.partials.push((&file.place, source.clone())),
            Some(Content::Layout(source)) => candidates.layouts.push((&file.place, source.clone())),
            Some(Content::Policy(policy)) => candidates.policies.push((&file.place, policy.clone())),
            Some(Content::Query(query)) => query_files.push((&file.place, query.clone())),
            Some(Content::Notification(notification)) => {
                notification_files.push((&file.place, notification.clone()));
            }
            Some(Content::Migration(migration)) => migration_files.push((&file.place, migration)),
            Some(Content::Schema(schema)) => schema_files.push((&file.place, &*file.path, schema)),
            Some(Content::Form(form)) => candidates.forms.push((&file.place, form.clone())),
            Some(Content::Translation(translations)) => translation_files.push(translations.clone()),
            Some(Content::Asset(asset)) => asset_files.push((&file.place, &*file.path, asset)),
            Some(Content::Page(_) | Content::Config(_) | Content::Checked) | None => {}
        }
    }
    let (templates, conflicts) = Templates::new(&candidates);
    problems.extend(conflicts);
    let (queries, conflicts) = Queries::new(&query_files);
    problems.extend(conflicts);
    let (notifications, conflicts) = Notifications::new(&notification_files);
    problems.extend(conflicts);
    let (migrations, conflicts) = Migrations::new(&migration_files);
    problems.extend(conflicts);
    let tables = tables(&schema_files);
    problems.extend(schema::conflicts(schema_files));
    let (translations, conflicts) = Translations::new(&translation_files);
    problems.extend(conflicts);
    let (assets, conflicts) = Assets::new(asset_files);
    problems.extend(conflicts);
    let digest = digest(&files);
    let modules = modules::read(root, files.values().filter_map(|file| file.place.module.as_deref()));
    let root = root.to_path_buf();
    let app = App {
        root,
        config,
        pages,
        routes,
        templates,
        queries,
        migrations,
        notifications,
        tables,
        translations,
        assets,
        modules,
        digest,
        files,
    };
    (app, problems)
}

/// What the app overrides of a module comes last, in place of the module's own.
fn tables(files: &[(&Place, &str, &Arc<Schema>)]) -> Tables {
    let of = |is_override: bool| {
        let files = files
            .iter()
            .filter(move |(place, _, schema)| schema.is_named() && place.is_override() == is_override);
        files.map(|(_, _, schema)| Arc::clone(&schema.table))
    };
    let users = files.iter().find(|(_, _, schema)| schema.is_users());
    Tables::new(of(false).chain(of(true)), users.map(|(_, _, schema)| Arc::clone(&schema.table)))
}

/// `app/config.yml` before that of the folder's old name, which sorts behind it.
fn config(files: &Files) -> Arc<super::Config> {
    let configs = files.values().filter_map(|file| match &file.content {
        Some(Content::Config(config)) => Some(config.clone()),
        _ => None,
    });
    configs.into_iter().next().unwrap_or_default()
}

fn pages(files: &Files) -> (Vec<Arc<Page>>, Vec<Problem>) {
    let candidates = files.values().filter_map(|file| match &file.content {
        Some(Content::Page(page)) => Some(Candidate {
            key: file.place.name.as_str(),
            place: &file.place,
            path: &file.path,
            item: page.clone(),
        }),
        _ => None,
    });
    let (pages, problems) = pick("page", candidates);
    (pages.into_values().collect(), problems)
}

/// Over each path and the SHA-256 of its content, so that a reload need not read what has not changed.
fn digest(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (path, file) in files {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(file.sha256);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
