//! Files of the app: a form posts one to `/_uploads`, a client puts one where its presigned URL says, `/_uploads/…` is where
//! it is then. A signature is the permission, to send one and to read a private one; no session is asked for. In the words of
//! S3, which the scripts of apps and the clients of the platform know.

mod arriving;
mod destination;
mod file_body;
mod post;
mod put;
mod received;
mod serve;
mod xml;

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Method;

use super::body::drop_rest;
use super::request::Request;
use super::state::State;
use crate::records::Data;

pub(super) use destination::Destination;
pub(super) use received::{Received, store};
pub(super) use serve::answer;
pub(super) use xml::Refusal;

/// How long a change waits for the changes of others.
const PATIENCE: Duration = Duration::from_secs(9);

/// Streams what is sent to disk.
pub(super) async fn receive(state: &State, request: &Request, body: Body) -> Result<Received, Refusal> {
    let mut stream = body.into_data_stream();
    let received = if request.method == Method::PUT {
        put::receive(state, request, &mut stream).await
    } else {
        post::receive(state, request, &mut stream).await
    };
    drop_rest(&mut stream).await;
    received
}

pub(super) fn data(state: &State) -> Data {
    state.graph.records.data(Some(Instant::now() + PATIENCE))
}
