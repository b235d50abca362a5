//! Reference names of layouts, partials, policies and forms: which file a template means when it names one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::form::{Form, UnknownForm};
use super::format::Format;
use super::kind::Place;
use super::nearest::nearest;
use super::policy::Policy;
use super::problem::Problem;
use super::source::Source;
use super::winners::{Candidate, pick};

#[derive(Debug, Default)]
pub(super) struct Templates {
    /// By reference name, and by the name a partial's `path:` gives it besides.
    partials: BTreeMap<Arc<str>, Arc<Source>>,
    /// By reference name and the format in the file name.
    layouts: BTreeMap<(Arc<str>, Option<Format>), Arc<Source>>,
    policies: BTreeMap<String, Arc<Policy>>,
    forms: BTreeMap<String, Arc<Form>>,
}

/// The templates of an app, each with its place.
#[derive(Default)]
pub(super) struct Candidates<'a> {
    pub(super) partials: Vec<(&'a Place, Arc<Source>)>,
    pub(super) layouts: Vec<(&'a Place, Arc<Source>)>,
    pub(super) policies: Vec<(&'a Place, Arc<Policy>)>,
    pub(super) forms: Vec<(&'a Place, Arc<Form>)>,
}

impl Templates {
    /// Files that another one hides are problems.
    pub(super) fn new(candidates: &Candidates<'_>) -> (Self, Vec<Problem>) {
        let (mut partials, mut problems) = pick(
            "partial",
            candidates.partials.iter().map(|(place, source)| Candidate {
                key: source.name.clone(),
                place,
                path: &source.path,
                item: source.clone(),
            }),
        );
        let (layouts, hidden) = pick(
            "layout",
            candidates.layouts.iter().map(|(place, source)| Candidate {
                key: (source.name.clone(), place.format),
                place,
                path: &source.path,
                item: source.clone(),
            }),
        );
        problems.extend(hidden);
        let (policies, hidden) = pick(
            "policy",
            candidates.policies.iter().map(|(place, policy)| Candidate {
                key: policy.name.clone(),
                place,
                path: &policy.source.path,
                item: policy.clone(),
            }),
        );
        problems.extend(hidden);
        let (forms, hidden) = pick(
            "form",
            candidates.forms.iter().map(|(place, form)| Candidate {
                key: form.name.clone(),
                place,
                path: &form.source.path,
                item: form.clone(),
            }),
        );
        problems.extend(hidden);
        add_aliases(&mut partials);
        (Self { partials, layouts, policies, forms }, problems)
    }

    /// Partials alone, under the names they have.
    pub(super) fn of_partials(sources: impl IntoIterator<Item = Arc<Source>>) -> Self {
        let partials = sources.into_iter().map(|source| (source.name.clone(), source)).collect();
        Self { partials, ..Self::default() }
    }

    /// The second value is true where only dropping a leading `lib/` found the partial. Old apps keep code in
    /// `views/partials/lib`, newer ones write `lib/` for what is in `app/lib`, which the platform does not resolve.
    pub(super) fn partial(&self, name: &str) -> Option<(&Arc<Source>, bool)> {
        if let Some(source) = self.partials.get(name) {
            return Some((source, false));
        }
        self.partials.get(name.strip_prefix("lib/")?).map(|source| (source, true))
    }

    /// The file of just this format, else the one that names none.
    pub(super) fn layout(&self, name: &str, format: Format) -> Option<&Arc<Source>> {
        let name: Arc<str> = name.into();
        self.layouts.get(&(name.clone(), Some(format))).or_else(|| self.layouts.get(&(name, None)))
    }

    pub(super) fn policy(&self, name: &str) -> Option<&Arc<Policy>> {
        self.policies.get(name)
    }

    pub(super) fn form(&self, name: &str) -> Result<&Arc<Form>, UnknownForm> {
        self.forms.get(name).ok_or_else(|| {
            let nearest = nearest(name, self.form_names()).map(str::to_owned);
            UnknownForm { name: name.to_owned(), nearest }
        })
    }

    pub(super) fn form_names(&self) -> impl Iterator<Item = &str> {
        self.forms.keys().map(String::as_str)
    }

    pub(super) fn partial_names(&self) -> impl Iterator<Item = &str> {
        self.partials.keys().map(|name| &**name)
    }

    /// Every file in use, once.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        let partials = self.partials.iter().filter(|(name, source)| **name == source.name);
        partials
            .map(|(_, source)| source)
            .chain(self.layouts.values())
            .chain(self.policies.values().map(|policy| &policy.source))
            .chain(self.forms.values().map(|form| &form.source))
    }
}

/// A name that a file has by its place is never taken by another one's `path:`.
fn add_aliases(partials: &mut BTreeMap<Arc<str>, Arc<Source>>) {
    let aliases: Vec<_> = partials
        .values()
        .filter_map(|source| Some((source.front_matter.get("path")?.as_str()?, source)))
        .map(|(alias, source)| (Arc::from(alias), source.clone()))
        .collect();
    for (alias, source) in aliases {
        partials.entry(alias).or_insert(source);
    }
}
