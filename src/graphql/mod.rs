//! A GraphQL document in, JSON out. Parsing and validation are a library's; what a field means on our tables is here, one
//! file for each family. The schema is fixed: an app declares tables, never types.

mod activities;
mod app_files;
mod authentication;
mod background_jobs;
mod cast;
mod constants;
mod document;
mod embeddings;
mod error;
mod execute;
mod filter;
mod input;
mod listing;
mod models;
mod node;
mod order;
mod properties;
mod record_mutations;
mod root;
mod rows;
mod schema;
mod selection;
mod session;
mod standalone;
#[cfg(test)]
mod tests;
mod users;
mod variables;
mod wording;
mod world;

pub(crate) use document::check;
pub(crate) use error::Error;
pub(crate) use execute::{Answer, Executor, Request};
pub(crate) use session::{Session, SessionChange};
pub use standalone::{OpenError, StandaloneData};
pub(crate) use world::World;
