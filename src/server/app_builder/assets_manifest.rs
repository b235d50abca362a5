//! `POST assets_manifest`: which assets there are now, after their bytes have come.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::unprocessable;
use crate::protocol::AssetsManifest;
use crate::server::answer::Answer;
use crate::server::asset_intake::{self, Settled};
use crate::server::request::Request;
use crate::server::state::State;

pub(super) fn settle(state: &State, request: &Request) -> Answer {
    let manifest = match serde_json::from_value::<AssetsManifest>(Json::Object(request.params.clone())) {
        Ok(manifest) => manifest,
        Err(error) => {
            return unprocessable(&format!(
                "the body is no manifest of assets, `{{\"manifest\": {{NAME: {{physical_file_path, updated_at, \
                 file_size}}}}}}`: {error}"
            ));
        }
    };
    match asset_intake::settle(state, &manifest) {
        Ok(Settled::Over) => Answer::json(StatusCode::OK, &json!({})),
        Ok(Settled::Underway) => Answer::json(StatusCode::ACCEPTED, &json!({})),
        Err(error) => error.into(),
    }
}
