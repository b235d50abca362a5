//! Which tree this server serves: what `deploy` compares with the one it has checked.

use axum::http::StatusCode;

use super::blocking;
use crate::protocol::AppIdentity;
use crate::server::answer::Answer;
use crate::server::state::State;

pub(super) async fn identity(state: &State) -> Answer {
    let (live, is_instance) = (state.live.clone(), state.site.releases.is_some());
    blocking(move || {
        let engine = live.engine();
        let app = engine.app();
        let identity = AppIdentity {
            root: app.root().display().to_string(),
            files: app.file_count(),
            digest: app.digest().to_owned(),
            pid: std::process::id(),
            is_instance,
        };
        Answer::json(StatusCode::OK, &identity)
    })
    .await
}
