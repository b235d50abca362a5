//! When to stop. Signals come from outside ([`Signals`]); inside, one word is passed to every task ([`Stop`]).

use std::io;

use tokio::sync::watch;

/// ctrl-c and, on Unix, SIGTERM: both ask to end in order.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From now on these signals no longer end the process by themselves.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The next signal. None is lost between two calls.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// ctrl-c is listened for from the first [`Signals::next`] on.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    pub(crate) async fn next(&mut self) {
        // Without a console there is nobody to press it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Says once to all who listen that it is time to stop.
#[derive(Debug)]
pub(super) struct Stop(watch::Sender<bool>);

/// Hears it. Clone = hears the same word.
#[derive(Debug, Clone)]
pub(super) struct Stopped(watch::Receiver<bool>);

impl Stop {
    pub(super) fn new() -> (Self, Stopped) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stopped(receiver))
    }

    pub(super) fn say(&self) {
        self.0.send_replace(true);
    }
}

impl Stopped {
    /// Returns when it has been said, however long ago; also when nobody is left who could say it.
    pub(super) async fn heard(mut self) {
        let _ = self.0.wait_for(|said| *said).await;
    }
}
