//! The app itself as a list: its partials, pages, tables and assets. Core modules find event consumers, hooks and tests this
//! way. A file that is saved replaces the one before, so that the moment of its last change is also when it was created.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::World;
use super::cast::{iso, text_of};
use super::error::Error;
use super::listing::{Item, chosen, paged, plain};
use super::selection::{Field, object};
use crate::app::{App, Asset, Layout, Page, Property, PropertyType, Source, Table, TemplateKind, table_id};
use crate::records::Criteria;

/// A partial by the name that `render` and `function` use.
struct Partial<'a>(&'a App, &'a Source);

impl Item for Partial<'_> {
    fn value(&self, name: &str) -> Json {
        let Self(app, source) = self;
        match name {
            "path" | "id" => json!(&*source.name),
            "body" => json!(body(source)),
            "metadata" => metadata(source),
            "physical_file_path" => json!(&*source.path),
            "format" => json!("html"),
            "created_at" | "updated_at" => changed_at(app, &source.path),
            _ => Json::Null,
        }
    }
}

/// A page by its slug.
struct Listed<'a>(&'a App, &'a Page);

impl Item for Listed<'_> {
    fn value(&self, name: &str) -> Json {
        let Self(app, page) = self;
        let said = |key: &str| page.source.front_matter.get(key).cloned().unwrap_or_default();
        match name {
            "id" | "slug" => json!(page.slug),
            "content" => json!(body(&page.source)),
            "created_at" | "updated_at" | "content_updated_at" => changed_at(app, &page.source.path),
            "format" => json!(page.format.name()),
            "handler" => json!(if page.markdown { "markdown" } else { "liquid" }),
            "layout" | "layout_name" => match &page.layout {
                Layout::Named(name) => json!(name),
                Layout::Default | Layout::None => Json::Null,
            },
            "max_deep_level" => said("max_deep_level"),
            "metadata" => metadata(&page.source),
            "physical_file_path" => json!(&*page.source.path),
            "redirect_code" => json!(page.redirect.as_ref().map(|redirect| redirect.code)),
            "redirect_to" => json!(page.redirect.as_ref().map(|redirect| &redirect.url)),
            "request_method" => json!(page.method.name().to_lowercase()),
            "searchable" => json!(said("searchable") == json!(true)),
            _ => Json::Null,
        }
    }
}

/// A table by its name.
struct Declared<'a>(&'a App, &'a Table);

impl Item for Declared<'_> {
    fn value(&self, name: &str) -> Json {
        let Self(app, table) = self;
        match name {
            "id" => json!(table_id(&table.name).to_string()),
            "name" | "parameterized_name" => json!(&*table.name),
            "created_at" | "updated_at" => changed_at(app, &table.path),
            "metadata" => json!({}),
            "physical_file_path" => json!(&*table.path),
            _ => Json::Null,
        }
    }
}

/// An asset by its name.
struct Named<'a>(&'a App, &'a str, &'a Asset);

impl Item for Named<'_> {
    fn value(&self, name: &str) -> Json {
        let Self(app, asset_name, asset) = self;
        match name {
            "id" | "name" => json!(asset_name),
            "content_type" => json!(mime_guess::from_path(asset_name).first_or_octet_stream().essence_str()),
            // It may have gone since the app was loaded.
            "file_size" => json!(std::fs::metadata(&asset.file).ok().map(|data| data.len())),
            "metadata" => json!({}),
            "created_at" | "updated_at" => changed_at(app, &asset.path),
            "physical_file_path" => json!(&*asset.path),
            "url" => json!(format!("/assets/{asset_name}")),
            _ => Json::Null,
        }
    }
}

pub(super) fn assets(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let app = world.app;
    let found = chosen(app.assets().map(|(name, asset)| Named(app, name, asset)), field)?;
    paged(field, &found, plain)
}

pub(super) fn partials(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let app = world.app;
    let partials = app.sources().filter(|source| source.kind == TemplateKind::Partial);
    let found = chosen(partials.map(|source| Partial(app, source)), field)?;
    paged(field, &found, plain)
}

pub(super) fn pages(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let app = world.app;
    let mut found = chosen(app.pages().iter().map(|page| Listed(app, page)), field)?;
    found.retain(|page| has_metadata(page, field));
    paged(field, &found, plain)
}

/// What the arguments of old ask of a page's metadata, besides `filter`: a key, or a key with a value; turned round by
/// `exclude`.
fn has_metadata(page: &Listed<'_>, field: &Field) -> bool {
    let metadata = page.value("metadata");
    let has_key = field.text("has_key").map(|key| metadata.get(key).is_some());
    let has_value = field.text("name").map(|name| {
        let stored = metadata.get(name);
        field
            .text("value")
            .map_or(stored.is_some(), |value| stored.and_then(text_of).as_deref() == Some(value))
    });
    let asked: Vec<bool> = has_key.into_iter().chain(has_value).collect();
    asked.is_empty() || asked.into_iter().all(|holds| holds) != field.flag("exclude")
}

pub(super) fn tables(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let app = world.app;
    let found = chosen(app.tables().map(|table| Declared(app, table)), field)?;
    paged(field, &found, |listed, fields| {
        let Declared(_, table) = listed;
        object(fields, |asked| {
            Ok(match asked.name.as_str() {
                "properties" => properties_of(app, table, asked)?,
                "records_count_rc" => json!(world.data.count(&Criteria::of_table(table.name.clone()))?),
                name => listed.value(name),
            })
        })
    })
}

/// What `app/user.yml` adds to the users.
pub(super) fn user_schema(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    object(&field.fields, |asked| properties_of(world.app, world.app.users_table(), asked))
}

fn properties_of(app: &App, table: &Table, field: &Field) -> Result<Json, Error> {
    let properties = table.properties.iter();
    properties.map(|(name, property)| property_of(app, table, (name, property), field)).collect()
}

fn property_of(
    app: &App,
    table: &Table,
    (name, property): (&str, &Property),
    field: &Field,
) -> Result<Json, Error> {
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "id" => json!(format!("{}/{name}", table.folder())),
            "name" => json!(name),
            "created_at" | "updated_at" => changed_at(app, &table.path),
            "attribute_type" => json!(type_name(property.kind)),
            "options" => Json::Object(property.options.clone()),
            "physical_file_path" => json!(&*table.path),
            _ => Json::Null,
        })
    })
}

/// The name that the schema of queries has for it; a type of old is told as text.
fn type_name(kind: PropertyType) -> &'static str {
    match kind {
        PropertyType::String | PropertyType::Opaque => "string",
        PropertyType::Integer => "integer",
        PropertyType::Float => "float",
        PropertyType::Boolean => "boolean",
        PropertyType::Array => "array",
        PropertyType::Date => "date",
        PropertyType::Datetime => "datetime",
        PropertyType::Time => "time",
        PropertyType::Upload => "upload",
        PropertyType::Geojson => "geojson",
    }
}

/// Null for what is in no file.
fn changed_at(app: &App, path: &str) -> Json {
    let changed = app.changed_at(path).and_then(|moment| Timestamp::try_from(moment).ok());
    json!(changed.map(iso))
}

fn body(source: &Source) -> &str {
    source.text.get(source.body..).unwrap_or_default()
}

/// What the front matter says under `metadata`; an empty hash where it says nothing.
fn metadata(source: &Source) -> Json {
    let said = source.front_matter.get("metadata").filter(|said| said.is_object());
    said.cloned().unwrap_or_else(|| Json::Object(Map::new()))
}
