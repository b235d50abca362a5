//! "Did you mean": the known name most like a mistyped one. Pure.

/// Hostile names are long, and no typing mistake is.
const LONGEST: usize = 200;

/// The candidate at most a third of its letters away from `name`, the nearest one; `None` if all are further.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The same for names with folders in them, `modules/core/ui/card`. Each part may be mistyped a little; so a name in a
/// quite different folder is not suggested because most of a long path is the same. Else the only candidate that ends as
/// `name` does, for a folder that was left out or that does not belong there.
pub(crate) fn nearest_path<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let mut mistyped = Vec::new();
    let mut moved = Vec::new();
    for candidate in candidates {
        if let Some(distance) = distance_by_part(name, candidate) {
            mistyped.push((distance, candidate));
        } else if is_end_of(name, candidate) || is_end_of(candidate, name) {
            moved.push(candidate);
        }
    }
    match (mistyped.into_iter().min_by_key(|(distance, _)| *distance), moved.as_slice()) {
        (Some((_, candidate)), _) => Some(candidate),
        (None, [candidate]) => Some(candidate),
        (None, _) => None,
    }
}

/// The sum of what the parts of two paths differ in; `None` if any is too far, or they have not as many.
fn distance_by_part(name: &str, candidate: &str) -> Option<usize> {
    if name.matches('/').count() != candidate.matches('/').count() {
        return None;
    }
    name.split('/').zip(candidate.split('/')).try_fold(0, |sum, (typed, known)| {
        if typed == known {
            return Some(sum);
        }
        let distance = strsim::damerau_levenshtein(typed, known);
        (distance <= (known.chars().count() / 3).max(1)).then_some(sum + distance)
    })
}

/// Whether `end` is the last part of `path`, or more of them.
fn is_end_of(end: &str, path: &str) -> bool {
    !end.is_empty() && path.strip_suffix(end).is_some_and(|before| before.ends_with('/'))
}

/// The nearest name as a hint.
pub(super) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["layout", "slug", "method", "metadata"];
        let cases = [
            ("layuot", Some("layout")),
            ("slgu", Some("slug")),
            ("metdata", Some("metadata")),
            ("title", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, known), expected, "{name:?}");
        }
    }

    #[test]
    fn paths_are_compared_part_by_part() {
        let known = [
            "ui/card",
            "ui/cart",
            "emails/welcome",
            "modules/core/commands/events/publish",
            "modules/user/queries/find",
            "modules/core/queries/find",
            "orders/create",
        ];
        let cases = [
            ("ui/crad", Some("ui/card")),
            ("ui/card", Some("ui/card")),
            ("email/welcom", Some("emails/welcome")),
            ("modules/usr/queries/find", Some("modules/user/queries/find")),
            ("modules/shop/queries/find", None),
            ("orders/delete", None),
            // A folder left out, and one too many.
            ("welcome", Some("emails/welcome")),
            ("commands/events/publish", Some("modules/core/commands/events/publish")),
            ("views/partials/orders/create", Some("orders/create")),
            // Two would fit.
            ("queries/find", None),
            ("ome", None),
            ("", None),
            ("/", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest_path(name, known), expected, "{name:?}");
        }
    }
}
