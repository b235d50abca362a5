//! Why a migration did not run, or did not end well.

use std::sync::Arc;

use crate::app::Problem;
use crate::jobs;
use crate::records::DataError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the app has no migration {timestamp}")]
    NotFound { timestamp: String },
    #[error("migration {name} is done and never runs again")]
    Done { name: String },
    #[error("migration {name} failed: {}", placed(problem))]
    Failed { name: String, problem: Arc<Problem> },
    #[error(transparent)]
    Data(#[from] DataError),
    /// What the migration changed is stored; its jobs are lost.
    #[error(transparent)]
    Queue(#[from] jobs::Error),
}

/// `app/migrations/…:3:4: what is wrong`
pub(super) fn placed(problem: &Problem) -> String {
    format!("{}:{}:{}: {}", problem.path, problem.line, problem.col, problem.message)
}
