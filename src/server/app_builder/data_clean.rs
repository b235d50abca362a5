//! Taking all data away, for those who say the words.

use axum::http::StatusCode;
use serde_json::json;

use super::{flag, parameter, refused, unprocessable};
use crate::records::Cleaned;
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;
use crate::server::transfers::{Kind, Product};

const WORDS: &str = "CLEAN DATA";

pub(super) fn begin(state: &State, request: &Request) -> Answer {
    if parameter(request, "confirmation").as_deref() != Some(WORDS) {
        return unprocessable(&format!("`confirmation` must be `{WORDS}`: nothing was cleaned"));
    }
    let what = if flag(request, "include_schema") { Cleaned::RowsAndHistory } else { Cleaned::Rows };
    let records = state.graph.records.clone();
    let begun = state.transfers.begin(Kind::Clean, move || {
        records.data(None).clean(what).map(|()| Product::Cleaned).map_err(|error| error.to_string())
    });
    match begun {
        Ok(id) => Answer::json(StatusCode::OK, &json!({ "id": id })),
        Err(busy) => refused(&busy),
    }
}
