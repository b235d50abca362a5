//! Feeds: activities as they were published to somebody, the newest first, and how many of them are unread.

use serde_json::{Value as Json, json};

use super::World;
use super::activities::answer;
use super::cast;
use super::error::Error;
use super::input::Input;
use super::rows::{page, paging};
use super::selection::{Field, object};
use crate::records::Feed;

/// One page of a feed. Who reads has read all of it, unless `reset_last_read` is false; the count of the unread is the one
/// from before.
pub(super) fn stream(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let id =
        ["feed_id", "feed_name"].into_iter().find_map(|name| field.argument(name).and_then(cast::text_of));
    let Some(id) = id else {
        return Err(Error::new("streams needs a `feed_id` or a `feed_name`"));
    };
    let feed = Feed { kind: field.text("feed_type").unwrap_or_default().to_owned(), id };
    let page = page(field)?;
    let counts = world.data.feed_counts(&feed)?;
    let found = match field.asks_for(&["results"]) {
        true => world.data.feed_page(&feed, page)?,
        false => Vec::new(),
    };
    // A feed without news is not written to: most readers find none.
    if field.flag("reset_last_read") && counts.unread > 0 {
        world.data.mark_feed_read(&feed)?;
    }
    object(&field.fields, |asked| match asked.name.as_str() {
        "results" => found.iter().map(|activity| answer(activity, asked)).collect(),
        "unread_count" => Ok(json!(counts.unread)),
        name => Ok(paging(name, page, counts.all)),
    })
}

pub(super) fn publish(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let uuid = field.argument("uuid").and_then(cast::text_of).unwrap_or_default();
    let kind = field.text("feed_type").unwrap_or_default();
    let ids = field.argument("ids").and_then(Json::as_array).into_iter().flatten();
    let ids: Vec<String> = ids.filter_map(cast::text_of).filter(|id| !id.trim().is_empty()).collect();
    let at = Input::from(&field.arguments).moment("at")?.flatten().unwrap_or(world.now);
    if kind.trim().is_empty() {
        return Err(Error::new("activity_publish needs a `feed_type` that is not blank"));
    }
    if !world.data.publish_activity(&uuid, kind, &ids, at)? {
        return Err(Error::new(format!("Can't find Activity with uuid={uuid}")));
    }
    Ok(json!(cast::iso(at)))
}

/// The ids of what was taken out: none where the activity was in no feed.
pub(super) fn unpublish(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let Some(uuid) = field.argument("uuid").and_then(cast::text_of) else {
        return Err(Error::new("activity_unpublish needs a `uuid`"));
    };
    let unpublished = world.data.unpublish_activity(&uuid)?;
    Ok(unpublished.iter().map(|id| json!(id.to_string())).collect())
}
