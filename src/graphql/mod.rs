//! A GraphQL document in, JSON out. Parsing and validation are a library's; what a field means on our tables is here, one
//! file for each family. The schema is fixed: an app declares tables, never types.

mod activities;
mod api_calls;
mod app_files;
mod authentication;
mod background_jobs;
mod cast;
mod constants;
mod customizations;
mod data_exports;
mod delivery;
mod document;
mod embeddings;
mod error;
mod execute;
mod feeds;
mod filter;
mod form;
mod geo;
mod imports;
mod input;
mod instance;
mod listing;
mod models;
mod node;
mod notifications;
mod order;
mod own_files;
mod platform;
mod presigned_url;
mod profiles;
mod properties;
mod property_upload;
mod record_mutations;
mod root;
mod rows;
mod schema;
mod search_index;
mod selection;
mod session;
mod standalone;
mod stored_file;
mod suggestion;
mod templates;
#[cfg(test)]
mod tests;
mod upload_delete;
mod users;
mod value_upload;
mod variables;
mod wording;
mod words;
mod world;

pub(crate) use delivery::Delivery;
pub(crate) use document::check;
pub(crate) use error::{Error, Kind};
pub(crate) use execute::{Answer, Executor, Request};
pub(crate) use form::{
    Submission, Submitted, check as check_form, delete as delete_through_form, payload as form_payload,
    submit,
};
pub(crate) use own_files::OwnFiles;
pub(crate) use session::{Session, SessionChange};
pub use standalone::{OpenError, StandaloneData};
pub(crate) use templates::{Message, Templates, variables as notification_variables};
pub(crate) use world::World;
