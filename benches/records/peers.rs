//! The same question in hand-written SQL: of the records without an index of values, and of a table with columns.

use std::path::Path;

use rusqlite::{Connection, Row, named_params};
use serde_json::{Value as Json, json};

use crate::orders::Question;

const SCAN_WHERE: &str = "FROM records AS r
WHERE r.deleted_at IS NULL
  AND r.table_name = 'order'
  AND json_extract(r.properties, '$.status') = :status
  AND json_extract(r.properties, '$.region') = :region
  AND json_extract(r.properties, '$.total') > :above";

const SCAN_PAGE: &str = "SELECT r.id, json_extract(r.properties, '$.total') AS total,
  (SELECT json_extract(c.properties, '$.name') FROM records AS c
   WHERE c.id = CAST(json_extract(r.properties, '$.customer_id') AS INTEGER)) AS name ";

const COLUMNS_WHERE: &str =
    "FROM bench_orders AS o WHERE o.status = :status AND o.region = :region AND o.total > :above";

const COLUMNS_PAGE: &str = "SELECT o.id, o.total,
  (SELECT json_extract(c.properties, '$.name') FROM records AS c WHERE c.id = o.customer_id) AS name ";

const COLUMNS: &str = "CREATE TEMP TABLE bench_orders AS
  SELECT id, properties ->> 'status' AS status, properties ->> 'region' AS region, properties ->> 'total' AS total,
         CAST(properties ->> 'customer_id' AS INTEGER) AS customer_id
  FROM records WHERE table_name = 'order' AND deleted_at IS NULL;
CREATE INDEX bench_orders_asked ON bench_orders (status, region, total)";

pub(crate) struct Peers {
    connection: Connection,
}

impl Peers {
    pub(crate) fn open(database: &Path) -> Self {
        let connection = Connection::open(database).expect("the database was just made");
        connection.execute_batch(COLUMNS).expect("the statement is right");
        Self { connection }
    }

    pub(crate) fn scan(&self, question: &Question) -> Json {
        self.answer(SCAN_PAGE, SCAN_WHERE, "r.id", question)
    }

    pub(crate) fn columns(&self, question: &Question) -> Json {
        self.answer(COLUMNS_PAGE, COLUMNS_WHERE, "o.id", question)
    }

    fn answer(&self, page: &str, from: &str, id: &str, question: &Question) -> Json {
        let bound = named_params! {
            ":status": question.status,
            ":region": question.region,
            ":above": question.above as i64,
        };
        let prepare = |text: &str| self.connection.prepare_cached(text).expect("the statement is right");
        let total: i64 = prepare(&format!("SELECT count(*) {from}"))
            .query_row(bound, |row| row.get(0))
            .expect("a count has a row");
        let mut page = prepare(&format!("{page}{from} ORDER BY total DESC, {id} DESC LIMIT 20"));
        let rows = page.query_map(bound, answer).expect("the statement runs");
        let results: Vec<Json> = rows.map(|row| row.expect("the columns have these types")).collect();
        json!({"total_entries": total, "results": results})
    }
}

fn answer(row: &Row<'_>) -> rusqlite::Result<Json> {
    Ok(json!({
        "id": row.get::<_, i64>(0)?.to_string(),
        "total": row.get::<_, i64>(1)?,
        "customer": {"name": row.get::<_, Option<String>>(2)?},
    }))
}
