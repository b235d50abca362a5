//! From a page's file name to its slug. Pure.

/// The root page.
pub(crate) const ROOT: &str = "/";

/// The slug of a page file (below its folder, without `.liquid` and format), and the second one it answers too.
pub(crate) fn derive(stem: &str) -> (String, Option<String>) {
    if stem == "index" || stem == "home" {
        return (ROOT.to_owned(), None);
    }
    match stem.strip_suffix("/index") {
        Some(parent) => (parent.to_owned(), Some(stem.to_owned())),
        None => (stem.to_owned(), None),
    }
}

/// A slug as written in front matter, without slashes at its ends.
pub(crate) fn normalize(text: &str) -> String {
    match text.trim().trim_matches('/') {
        "" => ROOT.to_owned(),
        slug => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_name_makes_the_slug() {
        let cases = [
            ("index", "/", None),
            ("home", "/", None),
            ("a/index", "a", Some("a/index")),
            ("a/b/index", "a/b", Some("a/b/index")),
            ("a/home", "a/home", None),
            ("users/:id", "users/:id", None),
            ("passwords/new", "passwords/new", None),
            ("reindex", "reindex", None),
        ];
        for (stem, slug, also) in cases {
            assert_eq!(derive(stem), (slug.to_owned(), also.map(str::to_owned)), "{stem}");
        }
    }

    #[test]
    fn slug_in_front_matter_loses_outer_slashes() {
        for (text, slug) in [("/a/b", "a/b"), ("a/", "a"), ("/", "/"), ("", "/"), (" a ", "a")] {
            assert_eq!(normalize(text), slug, "{text:?}");
        }
    }
}
