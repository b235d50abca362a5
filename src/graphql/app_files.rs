//! The app itself as a list: its partials, pages, tables and assets. Core modules find event consumers, hooks and tests this way.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::World;
use super::error::Error;
use super::listing::{Item, chosen, paged, plain};
use super::selection::{Field, object};
use crate::app::{Asset, Layout, Page, Property, PropertyType, Source, Table, TemplateKind};
use crate::records::Criteria;

/// A partial by the name that `render` and `function` use.
struct Partial<'a>(&'a Source);

impl Item for Partial<'_> {
    fn value(&self, name: &str) -> Json {
        let Self(source) = self;
        match name {
            "path" | "id" => json!(&*source.name),
            "body" => json!(body(source)),
            "metadata" => metadata(source),
            "physical_file_path" => json!(&*source.path),
            "format" => json!("html"),
            _ => Json::Null,
        }
    }
}

impl Item for &Page {
    fn value(&self, name: &str) -> Json {
        let said = |key: &str| self.source.front_matter.get(key).cloned().unwrap_or_default();
        match name {
            "id" | "slug" => json!(self.slug),
            "content" => json!(body(&self.source)),
            "format" => json!(self.format.name()),
            "handler" => json!(if self.markdown { "markdown" } else { "liquid" }),
            "layout" | "layout_name" => match &self.layout {
                Layout::Named(name) => json!(name),
                Layout::Default | Layout::None => Json::Null,
            },
            "max_deep_level" => said("max_deep_level"),
            "metadata" => metadata(&self.source),
            "physical_file_path" => json!(&*self.source.path),
            "redirect_code" => json!(self.redirect.as_ref().map(|redirect| redirect.code)),
            "redirect_to" => json!(self.redirect.as_ref().map(|redirect| &redirect.url)),
            "request_method" => json!(self.method.name().to_lowercase()),
            "searchable" => json!(said("searchable") == json!(true)),
            _ => Json::Null,
        }
    }
}

impl Item for &Table {
    fn value(&self, name: &str) -> Json {
        match name {
            "id" | "name" | "parameterized_name" => json!(&*self.name),
            "metadata" => json!({}),
            "physical_file_path" => json!(&*self.path),
            _ => Json::Null,
        }
    }
}

/// An asset by its name, and the folder of the app.
struct Named<'a>(&'a str, &'a Asset, &'a Path);

impl Item for Named<'_> {
    fn value(&self, name: &str) -> Json {
        let Self(asset_name, asset, root) = self;
        match name {
            "id" | "name" => json!(asset_name),
            "content_type" => json!(mime_guess::from_path(asset_name).first_or_octet_stream().essence_str()),
            // It may have gone since the app was loaded.
            "file_size" => json!(std::fs::metadata(&asset.file).ok().map(|data| data.len())),
            "metadata" => json!({}),
            "physical_file_path" => {
                json!(asset.file.strip_prefix(root).unwrap_or(&asset.file).to_string_lossy())
            }
            "url" => json!(format!("/assets/{asset_name}")),
            _ => Json::Null,
        }
    }
}

pub(super) fn assets(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let app = world.app;
    let found = chosen(app.assets().map(|(name, asset)| Named(name, asset, app.root())), field)?;
    paged(field, &found, plain)
}

pub(super) fn partials(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let app = world.app;
    let partials = app.sources().filter(|source| source.kind == TemplateKind::Partial);
    let found = chosen(partials.map(|source| Partial(source)), field)?;
    paged(field, &found, plain)
}

pub(super) fn pages(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let found = chosen(world.app.pages().iter().map(|page| &**page), field)?;
    paged(field, &found, plain)
}

pub(super) fn tables(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let app = world.app;
    let found = chosen(app.tables().map(|table| &**table), field)?;
    paged(field, &found, |table, fields| {
        object(fields, |asked| {
            Ok(match asked.name.as_str() {
                "properties" => {
                    let properties = table.properties.iter();
                    properties
                        .map(|(name, property)| property_of(table, name, property, asked))
                        .collect::<Result<_, _>>()?
                }
                "records_count_rc" => json!(world.data.count(&Criteria::of_table(table.name.clone()))?),
                name => table.value(name),
            })
        })
    })
}

fn property_of(table: &Table, name: &str, property: &Property, field: &Field) -> Result<Json, Error> {
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "id" => json!(format!("{}/{name}", table.name)),
            "name" => json!(name),
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

fn body(source: &Source) -> &str {
    source.text.get(source.body..).unwrap_or_default()
}

/// What the front matter says under `metadata`; an empty hash where it says nothing.
fn metadata(source: &Source) -> Json {
    let said = source.front_matter.get("metadata").filter(|said| said.is_object());
    said.cloned().unwrap_or_else(|| Json::Object(Map::new()))
}
