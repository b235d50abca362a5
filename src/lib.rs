//! `pos-cli` runs a platformOS app on a laptop: pages, background jobs, events and logs in one process.
//!
//! # The house
//! Each module is a room: one capability, one door (`mod.rs`). Arrows go one way; `tests/tidy.rs` holds the table.
//!
//! | room | owns |
//! |---|---|
//! | [`cli`] | what is typed and what is shown; the only writer to the terminal |
//! | `settings` | defaults < `pos-cli.toml` < environment < flags |
//! | `protocol` | JSON shapes shared by server and client |
//! | `store` | SQLite: open, pragmas, read, write, migrate |
//! | `app` | a platformOS app on disk as an immutable snapshot |
//! | `check` | a whole app to a list of problems |
//! | `download` | a file of the net, bounded in size and time |
//! | `ruby_regex` | Ruby's regular expressions in the words of Rust's |
//! | `records` | what the app stores: records, users, activities, constants, sessions, uploads, cache |
//! | `jobs` | the queue: enqueue, claim, finish, retry, rescue |
//! | `notifications` | what leaves the app: e-mails, SMS, calls of APIs; the inbox where a developer sees them |
//! | `logs` | log entries in, out, and their line format |
//! | `graphql` | document to JSON |
//! | `liquid` | template to text |
//! | `migrations` | the app's own migrations, run once each |
//! | `releases` | what was deployed to a server that is a deploy target: kept, checked out, asked for |
//! | `server` | HTTP in |
//! | `client` | HTTP out, to a platform or to a server of ours |
//! | `deploy` | check, pack, send; and each file when it is saved |
//! | `watch` | file changes, debounced |
//! | `run` | the composition root: knows all the others |
//!
//! # How things flow
//! - request: `server -> app (route) -> liquid -> graphql -> records -> store`; a client's `POST /api/graph`:
//!   `server -> graphql`
//! - what else clients of the platform ask: `server/app_builder` (the instance, its log, a template to render),
//!   `server/log_search`, and `server/portal` where the app has no page
//! - form: `server/pages/submission -> graphql/form -> records`; its policies, payload and callbacks are `liquid`
//! - transaction: `liquid/tags/transaction` holds the write connection of the data file through `records::Data`; the session
//!   and the jobs of a request are written after its render
//! - job: `liquid/tags/background -> Rendered.jobs`, held until the request is over, then
//!   `server -> jobs/queue … jobs/worker -> run/perform -> liquid`
//! - file of a visitor: `server/uploads -> records` (bytes on disk, then the row that makes them count); a file of the app:
//!   `graphql -> records`, stored with the record
//! - mail: a mutation or a form in `graphql` asks for a `Delivery`, which is queued as a job;
//!   `run/deliver -> liquid` (rendered) `-> notifications` (inbox, file, mail server)
//! - call of an API: `graphql/api_calls -> notifications/api_call`, on the thread that renders; its template and callback
//!   through `graphql::Templates`. One with a delay is a job: `run/deliver -> liquid, notifications/api_call`
//! - file that goes with a message or call: `notifications` asks whoever sends where it is; ours are read on disk
//!   (`graphql::OwnFiles -> app, records`), others come by `download`
//! - start of a run: `run -> app`, or `run -> releases` (checked out) `-> app` where it was deployed; then
//!   `run -> migrations -> liquid`, then requests and jobs
//! - file change: `watch -> run/reload -> app` (swap); to an instance, `watch -> deploy/sync -> client`
//! - deploy: `cli/deploy -> deploy -> client`, to any platform; at a server of ours `server/app_builder -> releases`
//!   (submitted) `-> run/install -> releases` (stored, checked out) `-> app` (swap)
//! - asset on its way to an instance: `server/private_urls` says where, `server/uploads -> server/asset_intake -> releases`
//!   (staged), then the manifest as a submission like any other
//! - data in and out: `cli/data -> client`, to any platform; at a server of ours `server/app_builder -> records/transfer`
//! - log line: `{% log %} | jobs | server -> logs -> store + subscribers`, read by `cli/logs -> logs -> store`; that
//!   of an instance by `cli/logs -> client`
//!
//! # As a library
//! The binary's own parts are private. Three doors are open: [`cli`], for `main`; [`Standalone`], a template by itself, for
//! benches and fuzzers; [`StandaloneData`], an app's data by itself, for benches.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test stops at the first surprise"))]

pub mod cli;

mod app;
mod check;
mod client;
mod deploy;
mod download;
mod graphql;
mod jobs;
mod liquid;
mod logs;
mod migrations;
mod notifications;
mod protocol;
mod records;
mod releases;
mod ruby_regex;
mod run;
mod server;
mod settings;
mod store;
mod watch;

pub use graphql::{OpenError, StandaloneData};
pub use liquid::{Error as LiquidError, Library, Standalone};
