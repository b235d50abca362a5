//! JSON of the wire: serde types only, shared by `server`, `client` and the rooms whose rows they show.

mod app;
mod assets;
mod diagnostic;
mod id;
mod instance;
mod job;
mod liquid_exec;
mod log;
mod mail;
mod migration;
mod release;
mod test_report;
mod transfer;

pub(crate) use app::AppIdentity;
pub(crate) use assets::{ASSETS_LIMIT, AssetEntry, AssetsManifest, PresignedForm, PresignedUrl};
pub(crate) use diagnostic::{Diagnostic, DiagnosticContext};
pub(crate) use id::Id;
pub(crate) use instance::Instance;
pub(crate) use job::{Idle, JobAttempt, JobCounts, JobList, JobRecord};
pub(crate) use liquid_exec::{LiquidExec, LiquidResult};
pub(crate) use log::{JobRef, LogPage, LogRecord, LoggedError, StackFrame};
pub(crate) use mail::{MailAddresses, MailAttachment, MailCleared, MailList, MailRecord, MailWait};
pub(crate) use migration::{MigrationList, MigrationRecord, NewMigration, RanMigration};
pub(crate) use release::{
    ARCHIVE_LIMIT, ErrorDetails, KeptRelease, KeptReleases, Paths, ReleaseError, ReleaseStatus, ReportRow,
    ZipFile,
};
pub(crate) use test_report::{StartedTests, TestOutcome, TestReport};
pub(crate) use transfer::{Begun, IMPORT_LIMIT, ImportedRows, Status, Transfer};
