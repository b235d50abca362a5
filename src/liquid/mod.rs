//! Template in, text out. The only room that names a liquid crate. An [`Engine`] holds the compiled templates of one
//! app snapshot; a render takes a [`Scope`] of plain JSON and [`Bindings`] to the rooms that tags may use, and gives
//! back a [`Rendered`]: the text, and everything the tags asked for (status, redirect, session, jobs).

mod bindings;
mod context;
mod core_module;
mod engine;
mod error;
mod filters;
mod foreign;
mod limits;
mod lint;
mod migration;
mod notifications;
mod pages;
mod partials;
mod place;
mod render;
mod standalone;
mod syntax;
mod tags;
mod templates;
mod user_agent;
mod value;

pub(crate) use bindings::{Bindings, Graph};
pub(crate) use core_module::is_core_command;
pub(crate) use engine::{Block, Engine, Origin, Printing, RefusedForm, Rendered, Scope};
pub use error::Error;
pub(crate) use error::Kind as ErrorKind;
pub(crate) use filters::plain_text;
pub(crate) use lint::{Lint, LiteralCall, LiteralKey, text_error};
pub(crate) use place::Place;
pub use standalone::{Library, Standalone};
pub(crate) use templates::Templates;
pub(crate) use user_agent::UserAgent;

#[cfg(test)]
mod tests;
