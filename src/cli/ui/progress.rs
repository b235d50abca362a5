//! How far something has come, drawn over itself on stderr. Nothing is drawn where stderr is no terminal: who reads a
//! file or a pipe wants lines, and gets them when a step is done.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar or a spinner; gone from the screen when dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Draws nothing.
    pub(super) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// A bar that is full at `total` bytes.
    pub(super) fn bar(title: &str, total: usize) -> Self {
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        Self(styled(bar, "{msg} [{bar:30}] {bytes}/{total_bytes}", title))
    }

    /// For work whose end is not known; turns by itself.
    pub(super) fn spinner(title: &str) -> Self {
        let bar = styled(
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
            "{spinner} {msg}",
            title,
        );
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// So far.
    pub(crate) fn reach(&self, bytes: usize) {
        self.0.set_position(u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn styled(bar: ProgressBar, template: &str, title: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("the templates above are well formed");
    bar.with_style(style.progress_chars("=> ")).with_message(title.to_owned())
}
