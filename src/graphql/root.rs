//! The root fields: which family answers which.

use serde_json::Value as Json;

use super::World;
use super::error::Error;
use super::selection::Field;
use super::{
    activities, api_calls, app_files, authentication, background_jobs, constants, customizations,
    data_exports, embeddings, feeds, imports, instance, models, notifications, presigned_url,
    record_mutations, rows, search_index, session, upload_delete, users,
};

type Resolve = fn(&Field, &mut World<'_>) -> Result<Json, Error>;

/// Every root field of the schema, sorted; a test compares the two.
const FIELDS: [(&str, Resolve); 66] = [
    ("activities", activities::activities),
    ("activity_create", activities::create),
    ("activity_delete_all", activities::delete_all),
    ("activity_publish", feeds::publish),
    ("activity_unpublish", feeds::unpublish),
    ("admin_assets", app_files::assets),
    ("admin_background_job_delete", background_jobs::delete),
    ("admin_background_job_retry", background_jobs::retry),
    ("admin_background_jobs", background_jobs::jobs),
    ("admin_background_jobs_delete_all", background_jobs::delete_all),
    ("admin_current_instance", instance::instance),
    ("admin_liquid_partials", app_files::partials),
    ("admin_pages", app_files::pages),
    ("admin_sent_notifications", notifications::sent),
    ("admin_tables", app_files::tables),
    ("admin_user_schema", app_files::user_schema),
    ("api_call_send", api_calls::send),
    ("constant", constants::constant),
    ("constant_set", constants::set),
    ("constant_unset", constants::unset),
    ("constants", constants::constants),
    ("current_user", users::current_user),
    ("customizations", customizations::customizations),
    ("data_export", data_exports::create),
    ("data_export_delete", data_exports::delete),
    ("data_exports", data_exports::list),
    ("documents_insert_rc", search_index::insert),
    ("documents_rc", search_index::documents),
    ("email_send", notifications::email_send),
    ("embedding_create_rc", embeddings::create),
    ("embedding_delete_rc", embeddings::delete),
    ("embedding_update_rc", embeddings::update),
    ("embeddings_rc", embeddings::embeddings),
    ("import_models", imports::models),
    ("import_users", imports::users),
    ("instance", instance::instance),
    ("model_create", record_mutations::create),
    ("model_delete", record_mutations::delete),
    ("model_update", record_mutations::update),
    ("models", models::models),
    ("models_delete_all", record_mutations::delete_all),
    ("pages", app_files::pages),
    ("property_upload_presigned_url", presigned_url::create),
    ("record_create", record_mutations::create),
    ("record_delete", record_mutations::delete),
    ("record_update", record_mutations::update),
    ("records", rows::records),
    ("records_create_rc", record_mutations::create_many),
    ("records_delete_all", record_mutations::delete_all),
    ("records_update_all", record_mutations::update_all),
    ("session_create_field", session::create_field),
    ("session_delete_field", session::delete_field),
    ("sms_send", notifications::sms_send),
    ("streams", feeds::stream),
    ("upload_delete", upload_delete::delete),
    ("user", users::user),
    ("user_create", users::create),
    ("user_delete", users::delete),
    ("user_otp_delete_token", authentication::delete_one_time_secret),
    ("user_otp_secret_refresh", authentication::refresh_one_time_secret),
    ("user_session_create", users::sign_in),
    ("user_session_destroy", session::destroy),
    ("user_update", users::update),
    ("users", users::users),
    ("users_delete_all", users::delete_all),
    ("users_update_all", users::update_all),
];

pub(super) fn resolve(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let at = FIELDS.binary_search_by_key(&field.name.as_str(), |(name, _)| name);
    match at.ok().and_then(|at| FIELDS.get(at)) {
        Some((_, resolve)) => resolve(field, world),
        // Validation lets nothing through that the schema does not have.
        None => Err(Error::new(format!("not supported here: {}", field.name))),
    }
}

/// The names of all root fields, sorted.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|(name, _)| *name)
}
