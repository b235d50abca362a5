//! Embeddings: stored with their texts, and found by how near they are to a vector.

use serde_json::{Value as Json, json};

use super::World;
use super::cast::{self, MAX_DEPTH};
use super::error::Error;
use super::input::{self, Input};
use super::listing::{Item, chosen, paged, plain};
use super::selection::Field;
use crate::records::{Embedding, EmbeddingId};

impl Item for Embedding {
    fn value(&self, name: &str) -> Json {
        match name {
            "id" => json!(self.id.0.to_string()),
            "embedding" => json!(self.vector),
            "content" => json!(self.content),
            "metadata" => Json::Object(self.metadata.clone()),
            "token_count" => json!(self.token_count),
            "created_at" => json!(cast::iso(self.created_at)),
            "updated_at" => json!(cast::iso(self.updated_at)),
            _ => Json::Null,
        }
    }
}

/// Where a distance is among the sorts it is the first of them: nothing is as near as something else.
pub(super) fn embeddings(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let found = chosen(world.data.embeddings()?.into_iter(), field)?;
    let sorts = field.argument("sort").and_then(Json::as_array).into_iter().flatten();
    let point = sorts.filter_map(|sort| sort.pointer("/embedding/embedding")?.as_array()).next();
    let found = match point {
        Some(point) => by_distance(found, &numbers(point))?,
        None => found,
    };
    paged(field, &found, plain)
}

pub(super) fn create(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let input = Input::of(field, "embedding")?;
    let id = input.id("id")?.map(EmbeddingId);
    let created = world.data.create_embedding(id, world.now, |embedding| apply(embedding, input))??;
    plain(&created, &field.fields)
}

pub(super) fn update(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let (id, input) = (id(field)?, Input::of(field, "embedding")?);
    let changed = world.data.change_embedding(id, world.now, |embedding| apply(embedding, input))?;
    plain(&changed.ok_or_else(|| missing(id))??, &field.fields)
}

pub(super) fn delete(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let id = id(field)?;
    let deleted = world.data.purge_embedding(id)?;
    plain(&deleted.ok_or_else(|| missing(id))?, &field.fields)
}

fn apply(embedding: &mut Embedding, input: Input<'_>) -> Result<(), Error> {
    if let Some(vector) = input.get("embedding").and_then(Json::as_array) {
        if vector.is_empty() {
            return Err(Error::new("Embedding can't be blank"));
        }
        embedding.vector = numbers(vector);
    }
    if let Some(content) = input.text("content") {
        embedding.content = content;
    }
    if let Some(metadata) = input.get("metadata") {
        if cast::is_deeper(metadata, MAX_DEPTH) {
            return Err(Error::new(format!("`metadata` may be nested {MAX_DEPTH} levels deep")));
        }
        embedding.metadata = metadata.as_object().cloned().unwrap_or_default();
    }
    if let Some(count) = input.integer("token_count")? {
        embedding.token_count = count;
    }
    embedding.created_at = input.moment("created_at")?.flatten().unwrap_or(embedding.created_at);
    embedding.updated_at = input.moment("updated_at")?.flatten().unwrap_or(embedding.updated_at);
    Ok(())
}

fn by_distance(found: Vec<Embedding>, point: &[f64]) -> Result<Vec<Embedding>, Error> {
    let measure = |embedding: Embedding| match embedding.distance(point) {
        Some(distance) => Ok((distance, embedding)),
        None => Err(Error::new(format!(
            "embedding {} has {} dimensions, the one to compare with {}",
            embedding.id.0,
            embedding.vector.len(),
            point.len()
        ))),
    };
    let mut measured: Vec<(f64, Embedding)> = found.into_iter().map(measure).collect::<Result<_, _>>()?;
    measured.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    Ok(measured.into_iter().map(|(_, embedding)| embedding).collect())
}

/// The schema lets nothing but numbers in.
fn numbers(vector: &[Json]) -> Vec<f64> {
    vector.iter().filter_map(Json::as_f64).collect()
}

fn id(field: &Field) -> Result<EmbeddingId, Error> {
    input::integer(field.argument("id").unwrap_or(&Json::Null), "id").map(EmbeddingId)
}

fn missing(id: EmbeddingId) -> Error {
    Error::new(format!("Can't find Embedding with id={}", id.0))
}
