//! The releases that are kept, and going back to one of them.

use axum::http::StatusCode;

use super::blocking;
use crate::protocol::{KeptRelease, KeptReleases};
use crate::releases::{Kept, Origin, ReleaseId, Releases, Wanted};
use crate::server::answer::Answer;
use crate::server::state::State;

pub(super) async fn list(state: &State) -> Answer {
    let releases = state.site.releases.clone();
    blocking(move || {
        let Some(releases) = releases else { return working_tree() };
        match releases.list() {
            Ok(kept) => {
                let releases = kept.into_iter().map(on_the_wire).collect();
                Answer::json(StatusCode::OK, &KeptReleases { releases })
            }
            Err(error) => Answer::failed(&error.to_string()),
        }
    })
    .await
}

pub(super) async fn activate(state: &State, id: &str) -> Answer {
    let (releases, id) = (state.site.releases.clone(), id.to_owned());
    blocking(move || {
        let Some(releases) = releases else { return working_tree() };
        let Ok(id) = id.parse::<ReleaseId>() else {
            return unprocessable(&format!("`{id}` is no id of a release: it is a number"));
        };
        match go_back(&releases, id) {
            Ok(kept) => Answer::json(StatusCode::OK, &on_the_wire(kept)),
            Err(message) => unprocessable(&message),
        }
    })
    .await
}

fn go_back(releases: &Releases, id: ReleaseId) -> Result<Kept, String> {
    releases.install(Origin::Deploy, Wanted::Kept(id)).map_err(|error| error.to_string())?;
    let kept = releases.list().map_err(|error| error.to_string())?;
    kept.into_iter().find(|kept| kept.id == id).ok_or_else(|| format!("release {id} is not kept any more"))
}

fn on_the_wire(kept: Kept) -> KeptRelease {
    KeptRelease {
        id: kept.id.number(),
        created_at: format!("{:.3}", kept.created_at),
        origin: kept.origin,
        files: kept.files,
        bytes: kept.bytes,
        is_current: kept.is_current,
    }
}

fn working_tree() -> Answer {
    let message =
        "this server serves the files of a project, and keeps no releases: `pos-cli run --instance DIR` does";
    Answer::json_error(StatusCode::NOT_FOUND, message)
}

fn unprocessable(message: &str) -> Answer {
    Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, message)
}
