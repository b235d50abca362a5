//! What the app keeps between requests: records, users and their profiles, activities, constants, sessions and documents of
//! search indexes in `data.sqlite3`, uploaded files beside it, and the `{% cache %}`, which lives in memory.

mod activities;
mod cache;
mod constants;
mod constants_file;
mod data;
mod declared;
mod documents;
mod embeddings;
mod feeds;
mod handle;
mod instance;
mod migrations;
mod profiles;
mod rows;
mod secret;
mod sessions;
mod transfer;
mod uploads;
mod users;

pub(crate) use cache::{Cache, Lookup};
pub(crate) use constants::{Constant, Constants, ConstantsError};
pub(crate) use data::{Data, DataError};
pub(crate) use documents::Document;
pub(crate) use embeddings::{Embedding, EmbeddingId};
pub(crate) use feeds::Feed;
pub(crate) use handle::Records;
pub(crate) use migrations::MigrationRun;
pub(crate) use rows::{
    Activity, ArrayTest, Attribute, Bound, Case, Column, Criteria, Direction, Entity, Filter, Liveness,
    Nearness, NewRecord, Operand, Page, Profile, ProfileId, Radius, Record, RecordId, Relation, Share, Sort,
    SortKey, Stored, TextPart, TextTest, User, UserId, WordTest, searched_text, text_of,
};
// Places and words are the store's, for it measures and compares there.
pub(crate) use crate::store::{GeoPoint, WordPart, words};
pub(crate) use sessions::{SESSION_LIFETIME, SessionError, SessionId, Sessions};
pub(crate) use transfer::{ArchiveFiles, Cleaned, ExportSelection, Ids, ImportError, Imported};
pub(crate) use uploads::{
    Acl, Breach, Draft, Key, KeyError, Permission, Policy, PresignedPut, PutBreach, Reach, Signer,
    StoredUpload, Upload, UploadError, Uploads, base_name,
};
pub(crate) use users::{
    HashError, JwtAlgorithm, UserRefusal, hash_password, is_one_time_code, is_password, one_time_code,
};

#[cfg(test)]
mod tests;
