//! A platformOS app on disk as an immutable snapshot: files by kind, pages and their routes, partials and layouts by
//! reference name, translations, settings. Loaded whole, replaced whole; a file that does not load keeps its last good
//! version and becomes a [`Problem`].

mod assets;
mod config;
mod cores;
mod excerpt;
mod file;
mod form;
mod format;
mod front_matter;
mod keys;
mod kind;
mod load;
mod method;
mod migration;
mod modules;
mod mustache;
mod nearest;
mod notification;
mod page;
mod policy;
mod problem;
mod query;
mod routes;
mod scan;
mod schema;
mod source;
mod stamp;
mod table;
mod template_values;
mod templates;
#[cfg(test)]
mod tests;
mod translations;
mod upload_options;
mod winners;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value as Json;

pub(crate) use assets::Asset;
pub(crate) use config::{CheckMode, Config, MismatchMode};
pub(crate) use cores::map_on_cores;
pub(crate) use excerpt::Excerpt;
pub(crate) use form::{AsyncCallback, Form, FormNotification, UnknownForm};
pub(crate) use format::Format;
pub(crate) use kind::category;
pub(crate) use load::LoadError;
pub(crate) use method::Method;
pub(crate) use migration::{Migration, MigrationTimestamp};
pub(crate) use modules::Module;
pub(crate) use nearest::{nearest, nearest_path};
pub(crate) use notification::{HeadField, Notification, NotificationKind, UnknownNotification};
pub(crate) use page::{Layout, Page};
pub(crate) use policy::Policy;
pub(crate) use problem::{Problem, Severity};
pub(crate) use query::Query;
pub(crate) use routes::RouteMatch;
pub(crate) use source::{Source, TemplateKind};
pub(crate) use table::{Property, PropertyType, Table, table_id};
pub(crate) use template_values::TemplateValues;
pub(crate) use yaml::{
    Mapping as YamlMapping, Mark as YamlMark, Node as YamlNode, Value as YamlValue, parse as parse_yaml,
};

use assets::Assets;
use load::Files;
use migration::Migrations;
use notification::Notifications;
use query::Queries;
use routes::Routes;
use table::Tables;
use templates::Templates;
use translations::Translations;

/// One snapshot. Never changed, only replaced; what has not changed is shared with the snapshot before.
#[derive(Debug)]
pub(crate) struct App {
    root: PathBuf,
    config: Arc<Config>,
    pages: Vec<Arc<Page>>,
    routes: Routes,
    templates: Templates,
    queries: Queries,
    migrations: Migrations,
    notifications: Notifications,
    tables: Tables,
    translations: Translations,
    assets: Assets,
    modules: BTreeMap<String, Module>,
    digest: String,
    files: Files,
}

impl App {
    /// Reads everything below `root`. A file that does not load is taken from `previous`, if it was good there; one that
    /// has not changed is not read again, unless `previous` is of another root: then what has the same content is shared.
    /// A file that has gone is gone.
    ///
    /// # Errors
    /// There is no app folder or nothing in it, or the root cannot be read.
    pub(crate) fn load(root: &Path, previous: Option<&Self>) -> Result<(Self, Vec<Problem>), LoadError> {
        load::load(root, previous, |_| None)
    }

    /// The same of files whose SHA-256 is known by their path from the root: what `previous` has with the same one is not
    /// read again, wherever it lies.
    pub(crate) fn load_hashed(
        root: &Path,
        previous: &Self,
        sha256: impl Fn(&str) -> Option<[u8; 32]> + Sync,
    ) -> Result<(Self, Vec<Problem>), LoadError> {
        load::load(root, Some(previous), sha256)
    }

    /// An app without files, for rendering a template on its own. `partials` maps reference names to sources; front
    /// matter that does not parse counts as text. `translations` has languages, and what stands below them in a file.
    pub(crate) fn of_texts(partials: &[(&str, &str)], translations: &[(&str, Json)]) -> Self {
        let sources = partials.iter().map(|(name, text)| Arc::new(Source::of_partial(name, text)));
        let exactness = routes::Exactness { slug: true, html_format: false };
        Self {
            root: PathBuf::new(),
            config: Arc::default(),
            pages: Vec::new(),
            routes: Routes::new(&[], exactness).0,
            templates: Templates::of_partials(sources),
            queries: Queries::default(),
            migrations: Migrations::default(),
            notifications: Notifications::default(),
            tables: Tables::default(),
            translations: Translations::of_languages(translations),
            assets: Assets::default(),
            modules: BTreeMap::new(),
            digest: String::new(),
            files: Files::new(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Every Liquid file in use, for the engine to compile.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        let pages = self.pages.iter().filter(|page| !page.verbatim).map(|page| &page.source);
        let notifications = self.notifications.iter().map(|notification| &notification.source);
        let migrations = self.migrations.iter().map(|migration| &migration.source);
        pages.chain(self.templates.sources()).chain(notifications).chain(migrations)
    }

    /// By reference name.
    pub(crate) fn pages(&self) -> &[Arc<Page>] {
        &self.pages
    }

    /// The page for a request, or `None` (404). `path` is decoded, without query.
    pub(crate) fn route(&self, method: Method, path: &str) -> Option<RouteMatch> {
        self.routes.find(method, path)
    }

    /// The page named by a status (`404`, `500`) in `format`, else in html.
    pub(crate) fn error_page(&self, status: u16, format: Format) -> Option<&Arc<Page>> {
        let slug = status.to_string();
        self.routes.named(&slug, format).or_else(|| self.routes.named(&slug, Format::Html))
    }

    pub(crate) fn policy(&self, name: &str) -> Option<&Arc<Policy>> {
        self.templates.policy(name)
    }

    /// The partial called `name` (overrides and folders in the platform's order). The second value is true where only
    /// dropping a leading `lib/` found it, which the platform would not do.
    pub(crate) fn partial(&self, name: &str) -> Option<(&Arc<Source>, bool)> {
        self.templates.partial(name)
    }

    /// The form configuration called `name`.
    pub(crate) fn form(&self, name: &str) -> Result<&Arc<Form>, UnknownForm> {
        self.templates.form(name)
    }

    /// Names of all form configurations, sorted.
    pub(crate) fn form_names(&self) -> impl Iterator<Item = &str> {
        self.templates.form_names()
    }

    /// The layout called `name`, preferring a file of `format`.
    pub(crate) fn layout(&self, name: &str, format: Format) -> Option<&Arc<Source>> {
        self.templates.layout(name, format)
    }

    /// Reference names of all partials, sorted: for event consumers and "did you mean".
    pub(crate) fn partial_names(&self) -> impl Iterator<Item = &str> {
        self.templates.partial_names()
    }

    /// The GraphQL document called `name`.
    pub(crate) fn query(&self, name: &str) -> Option<&Arc<Query>> {
        self.queries.find(name)
    }

    /// By reference name.
    pub(crate) fn queries(&self) -> impl Iterator<Item = &Arc<Query>> {
        self.queries.iter()
    }

    /// The notification of this kind that is called `name`.
    pub(crate) fn notification(
        &self,
        kind: NotificationKind,
        name: &str,
    ) -> Result<&Arc<Notification>, UnknownNotification> {
        self.notifications.find(kind, name)
    }

    /// By kind and reference name.
    pub(crate) fn notifications(&self) -> impl Iterator<Item = &Arc<Notification>> {
        self.notifications.iter()
    }

    /// In the order in which they run.
    pub(crate) fn migrations(&self) -> impl Iterator<Item = &Arc<Migration>> {
        self.migrations.iter()
    }

    pub(crate) fn migration(&self, timestamp: &MigrationTimestamp) -> Option<&Arc<Migration>> {
        self.migrations.find(timestamp)
    }

    /// The table called `name`, if a schema file declares it.
    pub(crate) fn table(&self, name: &str) -> Option<&Arc<Table>> {
        self.tables.find(name)
    }

    /// Every table, sorted by name.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.all()
    }

    /// The properties that hold ids of other rows: table, property, and what it belongs to.
    pub(crate) fn references(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.tables().flat_map(|table| {
            table
                .properties
                .iter()
                .filter_map(|(name, property)| Some((&*table.name, &**name, property.belongs_to.as_deref()?)))
        })
    }

    /// What `app/user.yml` adds to the users.
    pub(crate) fn users_table(&self) -> &Arc<Table> {
        self.tables.users()
    }

    /// The type of profiles of users called `name`, if a file declares it.
    pub(crate) fn profile_type(&self, name: &str) -> Option<&Arc<Table>> {
        self.tables.profile_type(name)
    }

    /// Every type of profiles, sorted by name.
    pub(crate) fn profile_types(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.profile_types()
    }

    /// The raw value of a translation key in one language; no fallback.
    pub(crate) fn translation(&self, language: &str, key: &str) -> Option<&Json> {
        self.translations.find(language, key)
    }

    /// The values of a translation key in every language that has it.
    pub(crate) fn translations_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Json> {
        self.translations.of_key(key)
    }

    /// The keys of all texts in all languages, sorted: for "did you mean".
    pub(crate) fn translation_keys(&self) -> BTreeSet<String> {
        self.translations.keys()
    }

    /// The asset served at `/assets/<name>`.
    pub(crate) fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.find(name)
    }

    /// Every asset with its name, sorted.
    pub(crate) fn assets(&self) -> impl Iterator<Item = (&str, &Asset)> {
        self.assets.all()
    }

    /// Seconds since the epoch of the newest change of any asset, for `?updated=`.
    pub(crate) fn assets_updated(&self) -> u64 {
        self.assets.newest_change()
    }

    /// The modules that bring files of the app, sorted by the names of their folders.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &Module> {
        self.modules.values()
    }

    /// The paths of all files of the app from the root, sorted.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(|path| &**path)
    }

    /// When a file of the app, by its path from the root, last changed; `None` if there is none.
    pub(crate) fn changed_at(&self, path: &str) -> Option<SystemTime> {
        self.files.get(path).map(|file| file.modified())
    }

    /// When the newest change of any file was; `None` if there are no files.
    pub(crate) fn newest_change(&self) -> Option<SystemTime> {
        self.files.values().map(|file| file.modified()).max()
    }

    /// Number of files of the app, assets included.
    pub(crate) fn file_count(&self) -> usize {
        self.files.len()
    }

    /// SHA-256 over the sorted paths and contents of all files, in hex.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }
}
