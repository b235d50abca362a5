//! English words and identifiers, after the rules of Rails: plurals, titles, readable names, slugs.

use super::arguments::Arguments;
use super::string::capitalized;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("humanize", 0..=0, humanize_filter),
    Filter::new("parameterize", 0..=1, parameterize),
    Filter::new("pluralize", 0..=1, pluralize),
    Filter::new("slugify", 0..=0, slugify),
    Filter::new("titleize", 0..=0, titleize),
];

/// `author_id` becomes `Author`.
fn humanize_filter(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(capitalize_first(&humanize(&input.to_text()))))
}

/// In small letters, without a trailing `_id`, underscores as spaces.
fn humanize(text: &str) -> String {
    let text = text.trim_start_matches('_');
    let text = text.strip_suffix("_id").filter(|name| !name.is_empty()).unwrap_or(text);
    text.replace('_', " ").to_lowercase()
}

fn capitalize_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// `TheManWithout_a_past` becomes `The Man Without A Past`.
fn titleize(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let words = humanize(&underscore(&input.to_text()));
    let titled: Vec<_> = words.split(' ').map(capitalized).collect();
    Ok(Value::str(titled.join(" ")))
}

/// Small letters, words divided by underscores: before a capital that begins a word, and for dashes.
fn underscore(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut underscored = String::with_capacity(text.len() + 8);
    for (at, c) in chars.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|at| chars.get(at)).copied().unwrap_or('_');
        let next = chars.get(at + 1).copied().unwrap_or('_');
        let begins_word = c.is_uppercase()
            && (previous.is_lowercase()
                || previous.is_ascii_digit()
                || (previous.is_uppercase() && next.is_lowercase()));
        if begins_word {
            underscored.push('_');
        }
        underscored.extend(if *c == '-' { '_' } else { *c }.to_lowercase());
    }
    underscored
}

/// For addresses: ASCII letters, digits, dashes and underscores; anything else is one dash (or the argument).
fn parameterize(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let separator = arguments.text_or(0, "-");
    let text = input.to_text();
    surroundings.limits.grow(text.len().saturating_mul(separator.len().max(1)))?;
    Ok(Value::str(dashed(&text, &separator, |c| matches!(c, '-' | '_'))))
}

/// [`parameterize`] with underscores as dashes too.
fn slugify(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(dashed(&input.to_text(), "-", |c| c == '-')))
}

fn dashed(text: &str, separator: &str, keeps: impl Fn(char) -> bool) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match transliterate(c) {
            Some(ascii) => plain.push_str(ascii),
            None => plain.push(c),
        }
    }
    let words =
        plain.split(|c: char| !c.is_ascii_alphanumeric() && !keeps(c)).filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join(separator);
    if separator.is_empty() {
        return joined;
    }
    // Separators that were in the text collapse with those put in.
    let parts: Vec<_> = joined.split(separator).filter(|part| !part.is_empty()).collect();
    parts.join(separator)
}

/// The ASCII spelling of a small letter of a European alphabet.
fn transliterate(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' | 'ĸ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// The plural of an English word; the word itself for a count of one.
fn pluralize(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let word = input.to_text();
    if arguments.get(0).is_some_and(|count| matches!(&*count.to_text(), "1" | "1.0")) {
        return Ok(Value::str(&*word));
    }
    Ok(Value::str(plural(&word)))
}

const UNCOUNTABLE: [&str; 10] =
    ["equipment", "information", "rice", "money", "species", "series", "fish", "sheep", "jeans", "police"];

const IRREGULAR: [(&str, &str); 8] = [
    // Before the men they end with.
    ("human", "humans"),
    ("person", "people"),
    ("man", "men"),
    ("child", "children"),
    ("sex", "sexes"),
    ("move", "moves"),
    ("zombie", "zombies"),
    ("mouse", "mice"),
];

/// Endings and their plurals; the first that fits counts.
const ENDINGS: [(&str, &str); 24] = [
    ("quiz", "quizzes"),
    ("mice", "mice"),
    ("louse", "lice"),
    ("matrix", "matrices"),
    ("vertex", "vertices"),
    ("index", "indices"),
    ("x", "xes"),
    ("ch", "ches"),
    ("sh", "shes"),
    ("ss", "sses"),
    ("hive", "hives"),
    ("rf", "rves"),
    ("lf", "lves"),
    ("sis", "ses"),
    ("tum", "ta"),
    ("ium", "ia"),
    ("buffalo", "buffaloes"),
    ("tomato", "tomatoes"),
    ("bus", "buses"),
    ("alias", "aliases"),
    ("status", "statuses"),
    ("octopus", "octopi"),
    ("virus", "viri"),
    ("axis", "axes"),
];

fn plural(word: &str) -> String {
    let lower = word.to_lowercase();
    if word.is_empty() || UNCOUNTABLE.iter().any(|uncountable| ends_with_word(&lower, uncountable)) {
        return word.to_owned();
    }
    for (singular, plural) in IRREGULAR {
        if lower.ends_with(plural) {
            return word.to_owned();
        }
        if lower.ends_with(singular) {
            return replace_ending(word, singular, plural);
        }
    }
    for (ending, plural) in ENDINGS {
        if lower.ends_with(ending) {
            return replace_ending(word, ending, plural);
        }
    }
    let mut back = lower.chars().rev();
    match (back.next(), back.next(), back.next()) {
        (Some('y'), Some(before), _) if !"aeiou".contains(before) => replace_ending(word, "y", "ies"),
        (Some('y'), Some('u'), Some('q')) => replace_ending(word, "y", "ies"),
        (Some('e'), Some('f'), Some(before)) if before != 'f' => replace_ending(word, "fe", "ves"),
        (Some('s'), ..) => word.to_owned(),
        _ => format!("{word}s"),
    }
}

/// Whether `text` is `word` or ends with it as a word of its own.
fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| !before.ends_with(char::is_alphanumeric))
}

/// Keeps a capital that the ending begins with.
fn replace_ending(word: &str, ending: &str, plural: &str) -> String {
    let at = word.len().saturating_sub(ending.len());
    let (stem, old) = (word.get(..at).unwrap_or(word), word.get(at..).unwrap_or_default());
    let begins_capital = old.starts_with(char::is_uppercase);
    format!("{stem}{}", if begins_capital { capitalize_first(plural) } else { plural.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{dashed, humanize, plural, underscore};

    #[test]
    fn plurals() {
        let cases = [
            ("cat", "cats"),
            ("box", "boxes"),
            ("human", "humans"),
            ("category", "categories"),
            ("day", "days"),
            ("person", "people"),
            ("Person", "People"),
            ("salesman", "salesmen"),
            ("people", "people"),
            ("wife", "wives"),
            ("leaf", "leafs"),
            ("half", "halves"),
            ("status", "statuses"),
            ("analysis", "analyses"),
            ("items", "items"),
            ("fish", "fish"),
            ("dish", "dishes"),
            ("", ""),
            ("é", "és"),
        ];
        for (word, expected) in cases {
            assert_eq!(plural(word), expected, "{word}");
        }
    }

    #[test]
    fn slugs_are_ascii() {
        assert_eq!(dashed("Red Big_hat", "-", |c| c == '-'), "red-big-hat");
        assert_eq!(dashed("Red Big_hat", "-", |c| matches!(c, '-' | '_')), "red-big_hat");
        assert_eq!(dashed("  Zażółć gęślą -- jaźń! ", "-", |c| c == '-'), "zazolc-gesla-jazn");
        assert_eq!(dashed("日本", "-", |c| c == '-'), "");
        assert_eq!(dashed("a b", "", |_| false), "ab");
    }

    #[test]
    fn identifiers_become_words() {
        assert_eq!(humanize("author_id"), "author");
        assert_eq!(humanize("_id"), "id");
        assert_eq!(underscore("HTMLPage-x"), "html_page_x");
    }
}
