//! `PUT /_uploads/…`: one file, as its presigned URL says.

use axum::body::BodyDataStream;
use axum::http::header::CONTENT_TYPE;
use jiff::Timestamp;
use tokio::time::timeout;

use super::super::request::Request;
use super::super::state::State;
use super::super::{Area, assets, body};
use super::arriving::{Arriving, signer_and_draft};
use super::destination::Destination;
use super::received::{Received, Way};
use super::xml::Refusal;
use crate::records::{Key, PresignedPut, PutBreach, Upload};

/// Reads the body to its end, if it is the one that the URL was asked for.
pub(super) async fn receive(
    state: &State,
    request: &Request,
    body: &mut BodyDataStream,
) -> Result<Received, Refusal> {
    let (_, name) = Area::of(&request.path);
    let key = Key::parse(name).map_err(|_| denied(PutBreach::Signature))?;
    let (signer, draft) = signer_and_draft(state).await?;
    let put = PresignedPut::read(key, &request.query, signer, Timestamp::now()).map_err(denied)?;
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    put.check_content_type(content_type).map_err(denied)?;

    let destination = Destination::of(&put.key);
    let mut arriving = Arriving::begin(draft, destination.largest()).await?;
    while let Some(piece) =
        timeout(body::PATIENCE, body::next(body)).await.map_err(|_| Refusal::too_slow())?
    {
        let piece = piece.map_err(|_| Refusal::invalid("IncompleteBody", "the file ended early"))?;
        arriving.add(&piece).await?;
    }
    let draft = arriving.finish().await?;
    let content_type = match content_type.trim() {
        "" => assets::content_type(put.key.file_name()).to_str().unwrap_or_default().to_owned(),
        given => given.to_owned(),
    };
    let upload = Upload {
        acl: destination.acl(),
        key: put.key,
        content_type,
        content_disposition: None,
        cache_control: None,
    };
    Ok(Received { draft, upload, way: Way::Put })
}

fn denied(breach: PutBreach) -> Refusal {
    Refusal::denied(breach.to_string())
}
