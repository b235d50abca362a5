//! "Did you mean": the known word closest to one that was mistyped.

/// The candidate with the fewest edits from `word`, if those are few enough that it was probably meant: a third of its
/// letters, one at least. Of equals the first.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_what_was_probably_meant_and_nothing_else() {
        let words = ["run", "logs", "jobs", "deploy", "completions"];
        for (typed, meant) in [
            ("rnu", Some("run")),
            ("log", Some("logs")),
            ("jogs", Some("logs")),
            ("deplyo", Some("deploy")),
            ("completion", Some("completions")),
            ("x", None),
            ("", None),
            ("migrations", None),
        ] {
            assert_eq!(nearest(typed, words), meant, "{typed}");
        }
    }
}
