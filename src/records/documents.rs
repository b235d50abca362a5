//! Documents of search indexes: copies of what an app wants to be found, kept under ids that are the app's. Like
//! embeddings they are few, so a search reads all of an index.

use rusqlite::{Row, params};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::data::{Data, DataError};
use super::rows;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    pub(crate) id: String,
    pub(crate) properties: Map<String, Json>,
}

impl Document {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, properties: rows::json(row, 1)? })
    }
}

impl Data {
    /// All of an index, the oldest first; of an index that nothing was put into, none.
    pub(crate) fn documents(&self, search_index: &str) -> Result<Vec<Document>, DataError> {
        self.read(|connection| {
            let select = "SELECT id, properties FROM documents WHERE search_index = ?1 ORDER BY position";
            let mut statement = connection.prepare_cached(select)?;
            statement.query_map([search_index], Document::of)?.collect()
        })
    }

    /// Puts it into the index, in place of the one with this id if there is one; without an id, under a new one.
    pub(crate) fn insert_document(
        &mut self,
        search_index: &str,
        id: Option<&str>,
        properties: Map<String, Json>,
    ) -> Result<Document, DataError> {
        let id = id.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let properties = Json::Object(properties);
        self.write(|connection| {
            let insert = include_str!("sql/insert_document.sql");
            connection
                .prepare_cached(insert)?
                .query_row(params![search_index, id, properties.to_string()], Document::of)
        })
    }
}
