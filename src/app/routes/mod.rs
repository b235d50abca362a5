//! Which page answers a request. Pure: a list of pages and two settings make the table, a method and a path are looked
//! up in it. Pages are tried in the order of their precedence; the first that fits answers.

mod pattern;
pub(super) mod slug;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

pub(super) use pattern::Pattern;

use super::format::Format;
use super::method::Method;
use super::page::Page;
use super::problem::Problem;

/// The page a request belongs to, with the parameters of its route.
#[derive(Debug)]
pub(crate) struct RouteMatch {
    pub(crate) page: Arc<Page>,
    /// All values are text. Without `format`, which is the field below.
    pub(crate) params: Map<String, Json>,
    /// The format asked for, which an html page may answer too.
    pub(crate) format: Format,
}

/// How exact a path must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exactness {
    /// Off: `list/show` answers `/list/show/12` too, and `slug`, `slug2`, `slug3` are set.
    pub(super) slug: bool,
    /// On: an html page does not answer `/a.json`.
    pub(super) html_format: bool,
}

/// The routes of all pages.
#[derive(Debug)]
pub(super) struct Routes {
    /// In the order they are tried.
    routes: Vec<Route>,
    exactness: Exactness,
}

#[derive(Debug)]
struct Route {
    pattern: Pattern,
    page: Arc<Page>,
}

/// A path taken apart: its segments as they are, and without what may be a format's extension.
struct Path<'a> {
    whole: Vec<&'a str>,
    /// Without the extension of the last segment; `whole` if it has none.
    stripped: Vec<&'a str>,
    /// What the extension says; `None` for no or an unknown one.
    format: Option<Format>,
}

impl Routes {
    /// Two pages on one route are a problem naming both; the one that goes first in the table answers.
    pub(super) fn new(pages: &[Arc<Page>], exactness: Exactness) -> (Self, Vec<Problem>) {
        let mut routes = Vec::with_capacity(pages.len());
        for page in pages {
            routes.push(Route { pattern: page.pattern.clone(), page: page.clone() });
            if let Some(pattern) = &page.index_pattern {
                routes.push(Route { pattern: pattern.clone(), page: page.clone() });
            }
        }
        routes.sort_by(|a, b| a.order().cmp(&b.order()));
        let problems = conflicts(&routes);
        (Self { routes, exactness }, problems)
    }

    pub(super) fn find(&self, method: Method, path: &str) -> Option<RouteMatch> {
        let path = Path::split(path);
        let (route, taken) = self
            .find_exact(method, &path)
            .or_else(|| self.find_under_foreign_extension(method, &path))
            .or_else(|| self.find_prefix(method, &path))?;
        let mut params = taken;
        if !self.exactness.slug {
            add_positional_params(&mut params, &path.stripped);
        }
        Some(RouteMatch { page: route.page.clone(), params, format: path.format.unwrap_or_default() })
    }

    /// The page whose slug is `slug`, letter by letter, in just this format.
    pub(super) fn named(&self, slug: &str, format: Format) -> Option<&Arc<Page>> {
        self.routes.iter().map(|route| &route.page).find(|page| page.slug == slug && page.format == format)
    }

    fn find_exact(&self, method: Method, path: &Path<'_>) -> Option<(&Route, Map<String, Json>)> {
        self.routes.iter().filter(|route| route.page.method == method).find_map(|route| {
            if !self.answers_format(&route.page, path.format) {
                return None;
            }
            let segments = if path.format.is_some() { &path.stripped } else { &path.whole };
            let whole = |segments: &[&str]| {
                route.pattern.take(segments).filter(|taken| taken.segments == segments.len())
            };
            let taken =
                whole(segments).or_else(|| whole(&path.whole).filter(|_| route.pattern.is_dotted()))?;
            Some((route, taken.params))
        })
    }

    /// `/a.php`: an html page answers any extension, but only if no page wants the dot for itself.
    fn find_under_foreign_extension(
        &self,
        method: Method,
        path: &Path<'_>,
    ) -> Option<(&Route, Map<String, Json>)> {
        if path.format.is_some() || self.exactness.html_format || path.stripped == path.whole {
            return None;
        }
        let stripped = Path { whole: path.stripped.clone(), stripped: path.stripped.clone(), format: None };
        self.find_exact(method, &stripped)
    }

    fn find_prefix(&self, method: Method, path: &Path<'_>) -> Option<(&Route, Map<String, Json>)> {
        if self.exactness.slug {
            return None;
        }
        self.routes
            .iter()
            .filter(|route| route.page.method == method && !route.pattern.is_root())
            .filter(|route| path.stripped.len() <= route.page.max_deep_level)
            .filter(|route| self.answers_format(&route.page, path.format))
            .find_map(|route| Some((route, route.pattern.take(&path.stripped)?.params)))
    }

    fn answers_format(&self, page: &Page, asked: Option<Format>) -> bool {
        let is_lenient = page.format == Format::Html && !self.exactness.html_format;
        is_lenient || page.format == asked.unwrap_or_default()
    }
}

impl Route {
    /// Html goes behind other formats, `*rest` behind `:id`, `home` behind `index`, a module's page behind the app's; then
    /// by path.
    fn order(&self) -> (i64, bool, bool, bool, &str) {
        let precedence = self.pattern.precedence() + i64::from(self.page.format == Format::Html);
        (precedence, self.pattern.takes_rest(), self.is_home(), self.is_of_module(), &self.page.source.path)
    }

    fn is_home(&self) -> bool {
        let file_name = self.page.source.name.rsplit('/').next().unwrap_or_default();
        self.pattern.is_root() && file_name.split('.').next() == Some("home")
    }

    fn is_of_module(&self) -> bool {
        let path = &self.page.source.path;
        path.starts_with("modules/") || path.starts_with("app/modules/")
    }
}

impl<'a> Path<'a> {
    /// Slashes at the ends and doubled ones do not count.
    fn split(path: &'a str) -> Self {
        let whole: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let mut stripped = whole.clone();
        let mut format = None;
        if let Some(last) = stripped.last_mut()
            && let Some((stem, extension)) = last.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())
        {
            format = Format::from_extension(extension);
            *last = stem;
        }
        Self { whole, stripped, format }
    }
}

/// The names that old pages read: the first three segments by their place, and all that follow together.
fn add_positional_params(params: &mut Map<String, Json>, segments: &[&str]) {
    let positional = ["slug", "slug2", "slug3"].into_iter().zip(segments.iter().map(|s| (*s).to_owned()));
    let behind = segments.get(3..).filter(|rest| !rest.is_empty()).map(|rest| ("slugs", rest.join("/")));
    for (name, text) in positional.chain(behind) {
        params.entry(name).or_insert(Json::String(text));
    }
}

/// One problem for each page that another one keeps from answering.
fn conflicts(routes: &[Route]) -> Vec<Problem> {
    let mut first: HashMap<(Method, Format, String), &Route> = HashMap::new();
    let mut problems = Vec::new();
    for route in routes {
        let page = &route.page;
        let Some(winner) = first.get(&(page.method, page.format, route.pattern.shape())) else {
            first.insert((page.method, page.format, route.pattern.shape()), route);
            continue;
        };
        let winner_path = &winner.page.source.path;
        if *winner_path == page.source.path {
            continue;
        }
        let address = if page.slug == slug::ROOT { String::new() } else { page.slug.clone() };
        let message =
            format!("never answers: `{winner_path}` has the same route, {} /{address}", page.method);
        let is_deliberate = route.is_home() || route.is_of_module() != winner.is_of_module();
        let path = &*page.source.path;
        let problem =
            if is_deliberate { Problem::warning(path, message) } else { Problem::error(path, message) };
        problems.push(problem.with_hint("give one of them another `slug` or `method`".to_owned()));
    }
    problems
}
