//! Signing in without a password: a client asks for a code, shows its user a page, and trades the code for a token. Whoever
//! gets as far as asking may have the token, so that nobody has to confirm anything and the first trade succeeds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;

/// Codes that wait for their trade; the oldest gives way.
const MAX_WAITING: usize = 64;
/// Seconds, as the client is told. A code is worth nothing but the token its holder may have anyway.
const LIFETIME: u32 = 600;
/// Seconds between two questions of a client.
const INTERVAL: u32 = 1;

/// Codes that were given out and not traded yet. Clone = the same.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct DeviceCodes(Arc<Mutex<VecDeque<String>>>);

impl DeviceCodes {
    fn give(&self) -> String {
        let code = Uuid::new_v4().simple().to_string();
        let mut codes = self.lock();
        if codes.len() >= MAX_WAITING {
            codes.pop_front();
        }
        codes.push_back(code.clone());
        code
    }

    /// Whether it was given out; it is worth one trade.
    fn take(&self, code: &str) -> bool {
        let mut codes = self.lock();
        let known = codes.iter().position(|known| known == code);
        known.and_then(|index| codes.remove(index)).is_some()
    }

    /// One value is moved in or out under the lock: a panic elsewhere cannot have left it half done.
    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn authorize(state: &State, request: &Request) -> Answer {
    let code = state.device_codes.give();
    let page = format!("{}/_dev/signed_in", request.base_url());
    let answer = json!({
        "device_code": code, "user_code": "LOCAL", "verification_uri": page, "verification_uri_complete": page,
        "expires_in": LIFETIME, "interval": INTERVAL,
    });
    Answer::json(StatusCode::OK, &answer)
}

pub(super) fn token(state: &State, request: &Request, token: &str) -> Answer {
    let code = request.params.get("device_code").and_then(Json::as_str).unwrap_or_default();
    if state.device_codes.take(code) {
        let answer = json!({ "access_token": token, "token_type": "Bearer" });
        return Answer::json(StatusCode::OK, &answer);
    }
    // The words of the device grant for a code that was never given out, or is used up.
    Answer::json_error(StatusCode::BAD_REQUEST, "invalid_grant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_worth_one_trade_and_few_wait() {
        let codes = DeviceCodes::default();
        let first = codes.give();
        assert!(!codes.take("guessed") && codes.take(&first) && !codes.take(&first));

        let oldest = codes.give();
        let others: Vec<_> = (0..MAX_WAITING).map(|_| codes.give()).collect();
        assert!(!codes.take(&oldest) && others.iter().all(|code| codes.take(code)));
    }
}
