//! "Did you mean": what was probably meant by a name that the schema does not have, read out of the compiler's sentence.

use apollo_compiler::schema::ExtendedType;

use super::platform;
use super::schema::schema;
use crate::app::nearest;

/// The sentence with the name that was probably meant. A root field that is near to none of ours may be one of the
/// platform's: those we do not know all.
pub(super) fn of(message: String) -> String {
    if let Some((root, field)) = unknown_root_field(&message) {
        let served = schema().get_object(root).into_iter().flat_map(|root| root.fields.keys());
        return match nearest(field, served.map(|name| name.as_str())) {
            Some(near) => format!("{message}; did you mean `{near}`?"),
            None => format!("not supported here: {root}.{field}"),
        };
    }
    if let Some(sentence) = missing(&message) {
        return sentence;
    }
    match meant(&message) {
        Some(near) => format!("{message}; did you mean `{near}`?"),
        None => message,
    }
}

fn unknown_root_field(message: &str) -> Option<(&str, &str)> {
    let [root, field] = quoted(message, "type `", "` does not have a field `", "`")?;
    matches!(root, "RootQuery" | "RootMutation").then_some((root, field))
}

/// The sentence for a part of the platform that is missing here.
fn missing(message: &str) -> Option<String> {
    if let Some([argument, place]) = quoted(message, "the argument `", "` is not supported by `", "`") {
        let is_missing = platform::is_missing(place, argument);
        return is_missing.then(|| format!("not supported here: argument `{argument}` of {place}"));
    }
    let field = quoted(message, "type `", "` does not have a field `", "`");
    let [owner, member] = field.or_else(|| {
        let input = quoted(message, "field `", "` does not exist on `", "`");
        let value = || quoted(message, "value `", "` does not exist on `", "`");
        input.or_else(value).map(|[member, owner]| [owner, member])
    })?;
    platform::is_missing(owner, member).then(|| format!("not supported here: {owner}.{member}"))
}

fn meant(message: &str) -> Option<&'static str> {
    let types = &schema().types;
    if let Some([owner, field]) = quoted(message, "type `", "` does not have a field `", "`") {
        return nearest(field, schema().get_object(owner)?.fields.keys().map(|name| name.as_str()));
    }
    if let Some([argument, place]) = quoted(message, "the argument `", "` is not supported by `", "`") {
        let (owner, field) = place.split_once('.')?;
        let arguments = &schema().get_object(owner)?.fields.get(field)?.arguments;
        return nearest(argument, arguments.iter().map(|argument| argument.name.as_str()));
    }
    if let Some([field, owner]) = quoted(message, "field `", "` does not exist on `", "`") {
        return nearest(field, schema().get_input_object(owner)?.fields.keys().map(|name| name.as_str()));
    }
    if let Some([value, owner]) = quoted(message, "value `", "` does not exist on `", "`") {
        let Some(ExtendedType::Enum(owner)) = types.get(owner) else { return None };
        return nearest(value, owner.values.keys().map(|name| name.as_str()));
    }
    let name = message.strip_prefix("cannot find type `")?.split('`').next()?;
    nearest(name, types.iter().filter(|(_, ty)| !ty.is_built_in()).map(|(name, _)| name.as_str()))
}

/// The two names of a sentence of that form.
fn quoted<'m>(message: &'m str, before: &str, between: &str, after: &str) -> Option<[&'m str; 2]> {
    let (first, rest) = message.strip_prefix(before)?.split_once(between)?;
    Some([first, rest.split(after).next()?])
}

#[cfg(test)]
mod tests {
    use crate::graphql::check;

    #[test]
    fn near_names_are_suggested_and_fields_of_the_platform_are_not_supported() {
        for (document, expected) in [
            (
                "{ recods(per_page: 1) { total_entries } }",
                "type `RootQuery` does not have a field `recods`; did you mean `records`?",
            ),
            (
                "mutation { record_creat { id } }",
                "type `RootMutation` does not have a field `record_creat`; did you mean `record_create`?",
            ),
            (
                "{ admin_form_configurations { id } }",
                "not supported here: RootQuery.admin_form_configurations",
            ),
            (
                "{ records(per_page: 1) { reslts { id } } }",
                "type `RecordCollection` does not have a field `reslts`; did you mean `results`?",
            ),
            (
                "{ records(perpage: 1, per_page: 1) { total_entries } }",
                "the argument `perpage` is not supported by `RootQuery.records`; did you mean `per_page`?",
            ),
            (
                "{ records(per_page: 1, filter: { tabel: { value: \"a\" } }) { total_entries } }",
                "field `tabel` does not exist on `RecordsFilterInput`; did you mean `table`?",
            ),
            (
                "query ($f: RecordFilterInput) { records(per_page: 1, filter: $f) { total_entries } }",
                "cannot find type `RecordFilterInput` in this document; did you mean `RecordsFilterInput`?",
            ),
            ("{ records(per_page: 1) { results { zzz } } }", "type `Record` does not have a field `zzz`"),
        ] {
            let errors: Vec<String> = check(document).into_iter().map(|error| error.message).collect();
            assert!(errors.iter().any(|error| error == expected), "{document}: {errors:?}");
        }
    }
}
