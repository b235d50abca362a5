//! `property_upload_presigned_url`: a form with which a browser posts one file for a property, signed so that it needs no
//! session. Where the file then is, the answer to the form says.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::World;
use super::error::Error;
use super::properties::unknown;
use super::record_mutations::declared;
use super::selection::{Field, object};
use crate::app::PropertyType;
use crate::records::{Acl, Permission, Policy, Reach};

/// How long a visitor may take to choose a file.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Largest file where the property does not say: 1 GiB.
const LARGEST: u64 = 1 << 30;

pub(super) fn create(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let table = match field.text("table").or_else(|| field.text("model_schema_name")) {
        _ if field.flag("user") => world.app.users_table(),
        Some(table) => declared(world.app, table)?,
        None => return Err(Error::new(format!("{} needs a `table`, or `user: true`", field.name))),
    };
    let name = field.text("property_name").unwrap_or_default();
    let property = table.properties.get(name).ok_or_else(|| unknown(name, table))?;
    if property.kind != PropertyType::Upload {
        return Err(Error::new(format!("property `{name}` is not of type `upload`")));
    }
    let options = &property.upload;
    let policy = Policy {
        prefix: format!("{}/{name}/{}/", table.folder(), Uuid::new_v4()),
        reach: Reach::Folder,
        acl: if options.is_private { Acl::Private } else { Acl::Public },
        smallest: options.smallest.unwrap_or(0),
        largest: options.largest.unwrap_or(LARGEST),
        content_disposition: options.content_disposition.clone(),
        cache_control: options.cache_control.clone(),
        expires_at: world.now.saturating_add(LIFETIME).unwrap_or(world.now),
    };
    let mut payload = form(&policy);
    let text = policy.to_text();
    let signature = world.data.upload_signer()?.sign(Permission::Post, &text);
    payload.extend([("policy".to_owned(), json!(text)), ("signature".to_owned(), json!(signature))]);
    if field.flag("include_content_type") {
        // The script that posts the form puts the type of its file here.
        payload.insert("Content-Type".to_owned(), json!(""));
    }
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "upload_url" => json!(format!("{}/_uploads", world.caller.base_url)),
            "upload_url_payload" => Json::Object(payload.clone()),
            other => return Err(Error::new(format!("not supported here: {}.{other}", asked.owner))),
        })
    })
}

/// In the words of S3.
fn form(policy: &Policy) -> Map<String, Json> {
    let acl = match policy.acl {
        Acl::Public => "public-read",
        Acl::Private => "private",
    };
    let fields =
        [("key", policy.key()), ("acl", acl.to_owned()), ("success_action_status", "201".to_owned())];
    fields.into_iter().map(|(name, value)| (name.to_owned(), Json::String(value))).collect()
}
