//! A file on its way to disk, piece by piece. Nothing of it can be found before it is there as a whole; whatever goes wrong
//! on the way leaves nothing.

use std::io;

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::task::spawn_blocking;

use super::super::state::State;
use super::data;
use super::xml::Refusal;
use crate::records::{Draft, Signer};

#[derive(Debug)]
pub(super) struct Arriving {
    draft: Draft,
    file: File,
    size: u64,
    largest: u64,
}

impl Arriving {
    /// `largest` is in bytes.
    pub(super) async fn begin(draft: Draft, largest: u64) -> Result<Self, Refusal> {
        let file = File::create(draft.path()).await.map_err(failed)?;
        Ok(Self { draft, file, size: 0, largest })
    }

    /// # Errors
    /// There is more than there may be.
    pub(super) async fn add(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        self.size += piece.len() as u64;
        if self.size > self.largest {
            let message = format!("the file is larger than {} bytes", self.largest);
            return Err(Refusal::invalid("EntityTooLarge", message));
        }
        self.file.write_all(piece).await.map_err(failed)
    }

    /// In bytes, so far.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// It has come to its end, and survives a power cut from then on.
    pub(super) async fn finish(mut self) -> Result<Draft, Refusal> {
        self.file.flush().await.map_err(failed)?;
        self.file.sync_all().await.map_err(failed)?;
        Ok(self.draft)
    }
}

/// What the permission of a file is checked with, and where its bytes go.
pub(super) async fn signer_and_draft(state: &State) -> Result<(Signer, Draft), Refusal> {
    let state = state.clone();
    let opened = spawn_blocking(move || {
        let mut data = data(&state);
        Ok::<_, Refusal>((data.upload_signer()?, data.draft_upload()?))
    });
    opened.await.map_err(|_| Refusal::failed("internal error"))?
}

fn failed(error: io::Error) -> Refusal {
    Refusal::failed(format!("cannot write the file: {error}"))
}
