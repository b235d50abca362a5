//! The log: entries in, entries out, one line each. Inside `run`, [`Log`] numbers an entry and keeps it until the queue's
//! next turn writes it (10 ms later at most, in the same commit as whatever else happens), then tells subscribers.
//! Other processes read the table.

mod alarm;
mod duration;
mod entry;
mod error;
mod escape;
mod follower;
mod format;
mod grammar;
mod log;
mod reader;
mod row;
mod table;

pub(crate) use entry::{Entry, Kind, Level, LogId, NewEntry, Status};
pub(crate) use error::Error;
pub(crate) use escape::escape;
pub(crate) use follower::Follower;
pub(crate) use format::{Clock, LineFormat, Paint};
pub(crate) use grammar::{ApiResult, AttemptResult, JobEnd, MailEnd};
pub(crate) use log::Log;
pub(crate) use reader::Reader;
pub(crate) use row::Row;
pub(crate) use table::{Scope, insert, last_id};

pub(crate) use crate::protocol::{JobRef, LoggedError};
