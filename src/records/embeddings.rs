//! Embeddings: vectors with the texts they were made of. They are few (the pages of a documentation, not the records of a
//! shop), so a search reads all of them and measures each.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value as Json};

use super::data::{Data, DataError};
use super::rows;

/// A sequence of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EmbeddingId(pub(crate) i64);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Embedding {
    pub(crate) id: EmbeddingId,
    pub(crate) vector: Vec<f64>,
    pub(crate) content: Option<String>,
    pub(crate) metadata: Map<String, Json>,
    pub(crate) token_count: Option<i64>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

const COLUMNS: &str = "id, vector, content, metadata, token_count, created_at, updated_at";

impl Embedding {
    /// How far `point` is; `None` where it has another number of dimensions.
    pub(crate) fn distance(&self, point: &[f64]) -> Option<f64> {
        let squares = self.vector.iter().zip(point).map(|(a, b)| (a - b).powi(2));
        (self.vector.len() == point.len()).then(|| squares.sum::<f64>().sqrt())
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: EmbeddingId(row.get(0)?),
            vector: rows::json(row, 1)?,
            content: row.get(2)?,
            metadata: rows::json(row, 3)?,
            token_count: row.get(4)?,
            created_at: rows::time(row.get(5)?),
            updated_at: rows::time(row.get(6)?),
        })
    }
}

impl Data {
    /// All of them, the oldest first.
    pub(crate) fn embeddings(&self) -> Result<Vec<Embedding>, DataError> {
        self.read(|connection| {
            let select = format!("SELECT {COLUMNS} FROM embeddings ORDER BY id");
            let mut statement = connection.prepare_cached(&select)?;
            statement.query_map([], Embedding::of)?.collect()
        })
    }

    /// Stores what `change` makes of an empty one, under a new id or `id`.
    pub(crate) fn create_embedding<E>(
        &mut self,
        id: Option<EmbeddingId>,
        now: Timestamp,
        change: impl FnOnce(&mut Embedding) -> Result<(), E>,
    ) -> Result<Result<Embedding, E>, DataError> {
        let mut new = Embedding {
            id: EmbeddingId(0),
            vector: Vec::new(),
            content: None,
            metadata: Map::new(),
            token_count: None,
            created_at: now,
            updated_at: now,
        };
        self.write(|connection| {
            if let Err(refusal) = change(&mut new) {
                return Ok(Err(refusal));
            }
            write(connection, id, &new)?;
            new.id = EmbeddingId(connection.last_insert_rowid());
            Ok(Ok(new))
        })
    }

    /// `None` if there is none. What `change` refuses changes nothing.
    pub(crate) fn change_embedding<E>(
        &mut self,
        id: EmbeddingId,
        now: Timestamp,
        change: impl FnOnce(&mut Embedding) -> Result<(), E>,
    ) -> Result<Option<Result<Embedding, E>>, DataError> {
        self.write(|connection| {
            let select = format!("SELECT {COLUMNS} FROM embeddings WHERE id = ?1");
            let found = connection.prepare_cached(&select)?.query_row([id.0], Embedding::of).optional()?;
            let Some(mut embedding) = found else { return Ok(None) };
            embedding.updated_at = now;
            if let Err(refusal) = change(&mut embedding) {
                return Ok(Some(Err(refusal)));
            }
            write(connection, Some(id), &embedding)?;
            Ok(Some(Ok(embedding)))
        })
    }

    /// Takes it away and says what it was; `None` if there is none.
    pub(crate) fn purge_embedding(&mut self, id: EmbeddingId) -> Result<Option<Embedding>, DataError> {
        self.write(|connection| {
            let delete = format!("DELETE FROM embeddings WHERE id = ?1 RETURNING {COLUMNS}");
            connection.prepare_cached(&delete)?.query_row([id.0], Embedding::of).optional()
        })
    }
}

fn write(connection: &Connection, id: Option<EmbeddingId>, embedding: &Embedding) -> rusqlite::Result<()> {
    connection.prepare_cached(include_str!("sql/write_embedding.sql"))?.execute(params![
        id.map(|id| id.0),
        Json::from(embedding.vector.as_slice()).to_string(),
        embedding.content,
        Json::Object(embedding.metadata.clone()).to_string(),
        embedding.token_count,
        embedding.created_at.as_millisecond(),
        embedding.updated_at.as_millisecond(),
    ])?;
    Ok(())
}
