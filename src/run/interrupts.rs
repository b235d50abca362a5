//! ctrl-c and SIGTERM for commands that are not async: told on a thread of its own, until dropped.

use std::io;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::Signals;

#[derive(Debug)]
pub(crate) struct Interrupts {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Interrupts {
    /// From now on these signals no longer end the process by themselves; each calls `told`.
    pub(crate) fn listen(mut told: impl FnMut() + Send + 'static) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = {
            let _entered = runtime.enter();
            Signals::listen()?
        };
        let (stop, mut stopped) = oneshot::channel();
        let listen = move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        _ = &mut stopped => return,
                        () = signals.next() => told(),
                    }
                }
            });
        };
        let thread = thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It panics only where `told` does.
            let _ = thread.join();
        }
    }
}
