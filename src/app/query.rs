//! A GraphQL document of the app as text, by the name templates give it. What it asks for is not this room's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kind::Place;
use super::problem::Problem;
use super::winners::{Candidate, pick};

/// One `.graphql` file. While it does not change, all snapshots share one `Arc` of it.
#[derive(Debug)]
pub(crate) struct Query {
    /// Reference name: `products/all`, `modules/core/x`.
    pub(crate) name: Arc<str>,
    /// From the project root.
    pub(crate) path: Arc<str>,
    pub(crate) text: Arc<str>,
}

/// By reference name.
#[derive(Debug, Default)]
pub(super) struct Queries {
    by_name: BTreeMap<Arc<str>, Arc<Query>>,
}

impl Query {
    pub(super) fn new(place: &Place, path: &Arc<str>, text: &str) -> Self {
        Self { name: place.name.as_str().into(), path: path.clone(), text: text.into() }
    }
}

impl Queries {
    /// Files that another one hides are problems.
    pub(super) fn new(files: &[(&Place, Arc<Query>)]) -> (Self, Vec<Problem>) {
        let candidates = files.iter().map(|(place, query)| Candidate {
            key: query.name.clone(),
            place,
            path: &query.path,
            item: query.clone(),
        });
        let (by_name, problems) = pick("query", candidates);
        (Self { by_name }, problems)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Arc<Query>> {
        self.by_name.get(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Query>> {
        self.by_name.values()
    }
}
