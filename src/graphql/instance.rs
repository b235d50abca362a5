//! The instance: this app where it runs. There is only one, so that it has the id 1, as in `context.instance`.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::World;
use super::cast::iso;
use super::error::Error;
use super::selection::{Field, object};

pub(super) fn instance(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let app = world.app;
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "id" => json!("1"),
            "name" => json!(app.root().file_name().unwrap_or_default().to_string_lossy()),
            // None of the platform's flags changes anything here.
            "feature_flags" => json!({}),
            "updated_at" => {
                let changed = app.newest_change().and_then(|moment| Timestamp::try_from(moment).ok());
                // What is in no files is made anew each time.
                json!(iso(changed.unwrap_or(world.now)))
            }
            other => return Err(Error::new(format!("not supported here: Instance.{other}"))),
        })
    })
}
