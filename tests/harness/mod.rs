//! What the tests share: a project in a folder of its own ([`Project`]), a command run to its end ([`Cli`]), a server
//! ([`TestApp`]), a browser with cookies ([`Browser`]), a mail server that does as it is told ([`SmtpServer`]),
//! a platform that does so too ([`FakePlatform`]), and waiting for a condition without sleeping ([`wait_for`]).
//!
//! Every process starts with a cleared environment, its own `HOME` and the time zone UTC, so that tests give the same
//! answer on every machine, in any order, side by side.

mod app;
mod browser;
mod command;
mod multipart;
mod peer;
mod platform;
mod project;
mod smtp;
mod wait;

pub(crate) use app::TestApp;
pub(crate) use browser::{Browser, Response};
pub(crate) use command::{Cli, Finished};
pub(crate) use multipart::{Multipart, zip_of};
pub(crate) use peer::{Peer, Reply, response};
pub(crate) use platform::{Answer, FakePlatform, TOKEN};
pub(crate) use project::Project;
pub(crate) use smtp::{Conduct, SmtpServer};
pub(crate) use wait::wait_for;
