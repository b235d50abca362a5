//! Where a file is that an e-mail or a form takes along. This room knows neither the app nor what visitors have uploaded, so
//! whoever sends says where.

use crate::download::File;

#[derive(Debug)]
pub(crate) enum FilePlace {
    /// A file of the app or an upload: no server need run for it.
    Here(File),
    /// What a page of our own server answers; the whole URL.
    Page(String),
    /// Somewhere on the net; the whole URL.
    Elsewhere(String),
    /// Where it may not be had from; why.
    OffLimits(&'static str),
}

/// Finds the place of a URL.
pub(crate) type Locate<'l> = dyn FnMut(&str) -> FilePlace + 'l;
