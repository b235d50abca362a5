//! What the caller of `run` is told while it runs.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, mpsc};

use super::shutdown::Stopped;
use crate::app::Problem;
use crate::logs::Entry;

#[derive(Debug)]
pub(crate) enum News {
    Ready {
        url: String,
        took: Duration,
        pages: usize,
        files: usize,
        /// What other machines need for the developer routes, where they can reach us.
        token: Option<String>,
        notes: Vec<String>,
    },
    Entry(Arc<Entry>),
    /// So many entries came faster than the reader of the news took them; they are in the log.
    Missed(u64),
    Problem(Problem),
}

/// Waits while the reader is behind.
pub(super) async fn tell(news: &mpsc::Sender<News>, item: News) {
    // Nobody listens any more: there is nothing to tell.
    let _ = news.send(item).await;
}

/// Passes log entries on until all of them have been `flushed`.
pub(super) async fn tell_entries(
    mut entries: broadcast::Receiver<Arc<Entry>>,
    news: mpsc::Sender<News>,
    flushed: Stopped,
) {
    let mut flushed = std::pin::pin!(flushed.heard());
    loop {
        let item = tokio::select! {
            biased;
            received = entries.recv() => match received {
                Ok(entry) => News::Entry(entry),
                Err(RecvError::Lagged(missed)) => News::Missed(missed),
                Err(RecvError::Closed) => return,
            },
            () = &mut flushed => break,
        };
        if news.send(item).await.is_err() {
            return;
        }
    }
    loop {
        let item = match entries.try_recv() {
            Ok(entry) => News::Entry(entry),
            Err(TryRecvError::Lagged(missed)) => News::Missed(missed),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return,
        };
        if news.send(item).await.is_err() {
            return;
        }
    }
}
