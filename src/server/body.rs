//! The bytes of a request: at most as many as its route allows, and never waiting for ever on a client that sends none.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use tokio::time::timeout;

/// Largest body of most requests. Rendering holds it in memory: as parameters, and once more as `context.post_params`.
pub(super) const LIMIT: usize = 10 * 1024 * 1024;
/// Longest silence between two pieces of a body.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How long the rest of a body that nobody wants is read and dropped, so that the client comes to read the answer instead of
/// finding its connection reset in the middle of sending.
const LINGER: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("the request body is larger than {} MB", limit / (1024 * 1024))]
    TooLarge { limit: usize },
    #[error("the request body stopped coming: nothing for {} s", PATIENCE.as_secs())]
    TooSlow,
    #[error("the request body ended early or is not valid HTTP")]
    Broken,
}

/// Reads the whole body. One that announces more than the limit is refused before a byte of it is kept.
pub(super) async fn read(limit: usize, headers: &HeaderMap, mut body: Body) -> Result<Bytes, Error> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > limit as u64) {
        drop_rest(&mut body).await;
        return Err(Error::TooLarge { limit });
    }
    let mut bytes = Vec::new();
    while let Some(piece) = timeout(PATIENCE, next(&mut body)).await.map_err(|_| Error::TooSlow)? {
        let piece = piece.map_err(|_| Error::Broken)?;
        if bytes.len() + piece.len() > limit {
            drop_rest(&mut body).await;
            return Err(Error::TooLarge { limit });
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}

/// The next piece of data; trailers are skipped.
pub(super) async fn next<B>(body: &mut B) -> Option<Result<Bytes, axum::Error>>
where
    B: HttpBody<Data = Bytes, Error = axum::Error> + Unpin,
{
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await? {
            Ok(frame) => match frame.into_data() {
                Ok(data) => return Some(Ok(data)),
                Err(_trailers) => {}
            },
            Err(error) => return Some(Err(error)),
        }
    }
}

/// Reads what is left of a body that is refused, or that came where none is expected.
pub(super) async fn drop_rest<B>(body: &mut B)
where
    B: HttpBody<Data = Bytes, Error = axum::Error> + Unpin,
{
    // Running out of time is as good as reaching the end: the answer goes out either way.
    let _ = timeout(LINGER, async { while let Some(Ok(_)) = next(body).await {} }).await;
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read_of(headers: &HeaderMap, body: Vec<u8>) -> Result<Bytes, Error> {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(read(
            LIMIT,
            headers,
            body.into(),
        ))
    }

    #[test]
    fn a_body_up_to_the_limit_is_read_and_one_byte_more_is_refused() {
        let headers = HeaderMap::new();
        assert_eq!(read_of(&headers, vec![b'a'; LIMIT]).unwrap().len(), LIMIT);
        assert!(matches!(read_of(&headers, vec![b'a'; LIMIT + 1]), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn an_announced_length_over_the_limit_is_refused_whatever_comes() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("18446744073709551615"));
        assert!(matches!(read_of(&headers, Vec::new()), Err(Error::TooLarge { .. })));
    }
}
