//! Records and users as rows, and questions about them. A question is a plain tree ([`Criteria`]) that knows no query
//! language; `sql` turns it into one statement with bound values. Which property has which type is the caller's to know.

mod activity;
mod criteria;
mod find;
mod holds;
mod nearness;
mod profile;
mod record;
mod sort;
mod sql;
mod user;
mod values;
mod write;

pub(crate) use activity::{Activity, ActivityId};
pub(crate) use criteria::{
    ArrayTest, Attribute, Bound, Case, Column, Criteria, Entity, Filter, Liveness, Operand, TextPart,
    TextTest, WordTest,
};
pub(crate) use find::{Page, Relation, Share, Stored};
pub(super) use find::{count, counted_page, page, related};
#[cfg(test)]
pub(super) use find::{explain, explain_related};
pub(crate) use nearness::{Nearness, Radius};
pub(crate) use profile::{Profile, ProfileId};
pub(crate) use record::{Record, RecordId};
pub(super) use record::{json, time};
pub(crate) use sort::{Direction, Sort, SortKey};
pub(crate) use user::{User, UserId};
pub(crate) use values::{searched_text, text_of};
pub(crate) use write::NewRecord;
pub(super) use write::{create, get, ids, purge, replace};
