//! Translations: the texts of the app by language and key. Many files, one tree for each language and module; a module's
//! tree has no prefix in its files but `modules/<module>/` in front of its keys.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::kind::Place;
use super::problem::Problem;
use super::yaml::{self, Mapping, Mark, Value};

/// All texts. The module of the app itself is the empty text.
#[derive(Debug, Default)]
pub(super) struct Translations {
    by_language: ByName<ByName<Json>>,
}

/// Looked into for every text of a page; the names are the app's own, so that the quick hash will do.
type ByName<T> = HashMap<String, T, foldhash::fast::RandomState>;

/// One file: its languages and their keys.
#[derive(Debug)]
pub(super) struct TranslationFile {
    path: Arc<str>,
    module: String,
    is_override: bool,
    languages: Mapping,
}

/// A tree under construction, which knows the file of each text.
enum Tree<'a> {
    Branch(IndexMap<&'a str, Self>),
    Leaf { value: Json, file: &'a str },
}

/// Keys that the later file takes from the earlier one.
#[derive(Default)]
struct Conflicts<'a> {
    by_files: BTreeMap<(&'a str, &'a str), (Mark, Vec<String>)>,
}

impl TranslationFile {
    /// Reads a file whose first level is languages, and names the keys given twice.
    pub(super) fn parse(place: &Place, path: &Arc<str>, text: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let languages = yaml::parse_mapping(path, text)?;
        let problems = yaml::repeated_keys(path, text, &languages);
        for (language, entry) in &languages {
            let wrong = |mark: Mark, message: String| {
                Err(Problem::error(&**path, message).at(mark.line, mark.col).with_excerpt_of(text))
            };
            if !is_language(language) {
                return wrong(
                    entry.key_mark,
                    format!("`{language}` is no language; the first level must be one, such as `en`"),
                );
            }
            if matches!(&entry.node.value, Value::Sequence(_) | Value::Scalar(Json::String(_))) {
                return wrong(entry.node.mark, format!("`{language}` must have keys with texts"));
            }
        }
        let module = place.module.clone().unwrap_or_default();
        Ok((Self { path: path.clone(), module, is_override: place.is_override(), languages }, problems))
    }
}

impl Translations {
    /// Merges the files, in the order given. A key in two files of one layer is a problem naming both, and the later
    /// file wins; what the app overrides of a module wins without one.
    pub(super) fn new(files: &[Arc<TranslationFile>]) -> (Self, Vec<Problem>) {
        let mut translations = Self::default();
        let mut conflicts = Conflicts::default();
        for is_override in [false, true] {
            let mut layer: BTreeMap<(&str, &str), IndexMap<&str, Tree<'_>>> = BTreeMap::new();
            for file in files.iter().filter(|file| file.is_override == is_override) {
                for (language, entry) in &file.languages {
                    if let Value::Mapping(keys) = &entry.node.value {
                        let tree = layer.entry((language, &file.module)).or_default();
                        merge(tree, keys, &file.path, "", &mut conflicts);
                    }
                }
            }
            for ((language, module), tree) in layer {
                let modules = translations.by_language.entry(language.to_owned()).or_default();
                let below = modules.entry(module.to_owned()).or_insert_with(|| Json::Object(Map::new()));
                overlay(below, Tree::Branch(tree).into_json());
            }
        }
        (translations, conflicts.into_problems())
    }

    /// Texts that are in no file.
    pub(super) fn of_languages(languages: &[(&str, Json)]) -> Self {
        let of_app = |texts: &Json| ByName::from_iter([(String::new(), texts.clone())]);
        let by_language = languages.iter().map(|(language, texts)| ((*language).to_owned(), of_app(texts)));
        Self { by_language: by_language.collect() }
    }

    /// The value as it stands, a text or a whole branch. An empty key has none.
    pub(super) fn find(&self, language: &str, key: &str) -> Option<&Json> {
        let in_module = key.strip_prefix("modules/").and_then(|rest| rest.split_once('/'));
        let (module, key) = in_module.unwrap_or(("", key));
        let tree = self.by_language.get(language)?.get(module)?;
        key.split('.').try_fold(tree, |branch, part| branch.get(part))
    }

    /// The values of one key in every language that has it.
    pub(super) fn of_key<'t>(&'t self, key: &'t str) -> impl Iterator<Item = &'t Json> {
        self.by_language.keys().filter_map(move |language| self.find(language, key))
    }

    /// The keys of all texts in all languages, sorted.
    pub(super) fn keys(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for (module, tree) in self.by_language.values().flatten() {
            let prefix = if module.is_empty() { String::new() } else { format!("modules/{module}/") };
            collect_keys(tree, &prefix, "", &mut keys);
        }
        keys
    }
}

/// `prefix` is that of the module, `path` the keys above.
fn collect_keys(tree: &Json, prefix: &str, path: &str, keys: &mut BTreeSet<String>) {
    match tree {
        Json::Object(branch) => {
            for (key, inner) in branch {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect_keys(inner, prefix, &path, keys);
            }
        }
        _ => {
            keys.insert(format!("{prefix}{path}"));
        }
    }
}

/// `en`, `pt-BR`, `zh_Hant`.
fn is_language(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn merge<'a>(
    tree: &mut IndexMap<&'a str, Tree<'a>>,
    keys: &'a Mapping,
    file: &'a str,
    parent: &str,
    conflicts: &mut Conflicts<'a>,
) {
    for (key, entry) in keys {
        let path = if parent.is_empty() { key.clone() } else { format!("{parent}.{key}") };
        let new = match &entry.node.value {
            Value::Mapping(inner) => {
                if let Some(Tree::Branch(branch)) = tree.get_mut(key.as_str()) {
                    merge(branch, inner, file, &path, conflicts);
                    continue;
                }
                let mut branch = IndexMap::new();
                merge(&mut branch, inner, file, &path, conflicts);
                Tree::Branch(branch)
            }
            _ => Tree::Leaf { value: entry.node.to_json(), file },
        };
        if let Some(old) = tree.insert(key, new)
            && let Some(old_file) = old.file()
        {
            conflicts.add(old_file, file, entry.key_mark, path);
        }
    }
}

/// What lies over wins, key by key.
fn overlay(below: &mut Json, over: Json) {
    match (below, over) {
        (Json::Object(below), Json::Object(over)) => {
            for (key, value) in over {
                overlay(below.entry(key).or_insert(Json::Null), value);
            }
        }
        (below, over) => *below = over,
    }
}

impl<'a> Tree<'a> {
    /// The file of the first text in the tree.
    fn file(&self) -> Option<&'a str> {
        match self {
            Self::Leaf { file, .. } => Some(file),
            Self::Branch(branch) => branch.values().find_map(Self::file),
        }
    }

    fn into_json(self) -> Json {
        match self {
            Self::Leaf { value, .. } => value,
            Self::Branch(branch) => {
                branch.into_iter().map(|(key, tree)| (key.to_owned(), tree.into_json())).collect()
            }
        }
    }
}

impl<'a> Conflicts<'a> {
    fn add(&mut self, earlier: &'a str, later: &'a str, mark: Mark, key: String) {
        let (_, keys) = self.by_files.entry((later, earlier)).or_insert_with(|| (mark, Vec::new()));
        keys.push(key);
    }

    /// One for each pair of files, at the first key: a copied file would otherwise fill the screen.
    fn into_problems(self) -> Vec<Problem> {
        self.by_files
            .into_iter()
            .map(|((later, earlier), (mark, keys))| {
                let first = keys.first().map_or("", String::as_str);
                let subject = match keys.len() {
                    0 | 1 => format!("`{first}` is"),
                    count => format!("`{first}` and {} more are", count - 1),
                };
                Problem::error(later, format!("{subject} in `{earlier}` too"))
                    .at(mark.line, mark.col)
                    .with_hint("keep each key in one file".to_owned())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::kind::{Classified, classify};

    fn file(path: &str, text: &str) -> Result<Arc<TranslationFile>, Problem> {
        let Classified::Member(place) = classify(path) else { panic!("{path} is no translation") };
        TranslationFile::parse(&place, &path.into(), text).map(|(file, _)| Arc::new(file))
    }

    fn merged(files: &[(&str, &str)]) -> (Translations, Vec<String>) {
        let files: Vec<_> = files.iter().map(|(path, text)| file(path, text).unwrap()).collect();
        let (translations, problems) = Translations::new(&files);
        (translations, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn files_of_one_language_are_merged_deeply() {
        let (translations, problems) = merged(&[
            ("app/translations/en.yml", "en: {a: {b: 'Hi %{n}'}, yes: 'Yes', list: [1, x]}"),
            ("app/translations/en/mail.yml", "en: {a: {c: C}}\npl: {a: {c: Ć}}"),
        ]);

        assert_eq!(problems, [""; 0]);
        let cases = [
            ("en", "a.b", Some(json!("Hi %{n}"))),
            ("en", "a.c", Some(json!("C"))),
            ("pl", "a.c", Some(json!("Ć"))),
            ("pl", "a.b", None),
            ("en", "a", Some(json!({"b": "Hi %{n}", "c": "C"}))),
            ("en", "yes", Some(json!("Yes"))),
            ("en", "list", Some(json!([1, "x"]))),
            ("en", "a.b.c", None),
            ("en", "", None),
            ("de", "a.b", None),
        ];
        for (language, key, expected) in cases {
            assert_eq!(translations.find(language, key), expected.as_ref(), "{language} {key}");
        }
    }

    #[test]
    fn module_keys_have_a_prefix_and_may_be_overridden() {
        let (translations, problems) = merged(&[
            ("app/modules/m/public/translations/en.yml", "en: {a: {b: ours}}"),
            ("modules/m/public/translations/en.yml", "en: {a: {b: theirs, c: kept}}"),
        ]);

        assert_eq!(problems, [""; 0]);
        assert_eq!(translations.find("en", "modules/m/a.b"), Some(&json!("ours")));
        assert_eq!(translations.find("en", "modules/m/a.c"), Some(&json!("kept")));
        assert_eq!(translations.find("en", "a.b"), None);
        assert!(translations.keys().iter().eq(["modules/m/a.b", "modules/m/a.c"]));
        assert!(translations.of_key("modules/m/a.c").eq([&json!("kept")]));
        assert_eq!(translations.of_key("a.c").count(), 0);
    }

    #[test]
    fn key_in_two_files_names_both() {
        let (translations, problems) = merged(&[
            ("app/translations/a.yml", "en:\n  x: 1\n  y: 2\n  z: 3\n"),
            ("app/translations/b.yml", "en:\n  z:\n    deep: 4\n  x: 5\n"),
        ]);

        assert_eq!(
            problems,
            ["app/translations/b.yml:2:3: error: `z` and 1 more are in `app/translations/a.yml` too"]
        );
        assert_eq!(translations.find("en", "x"), Some(&json!(5)));
    }

    #[test]
    fn first_level_must_be_languages() {
        let path = "app/translations/en.yml";
        assert!(file(path, "").is_ok());
        assert!(file(path, "en:\n").is_ok());
        assert!(file(path, "pt-BR: {a: b}").is_ok());
        assert!(file(path, "no: {a: b}").is_ok());
        let cases = [
            (
                "greeting: Hi\n",
                "1:1: error: `greeting` is no language; the first level must be one, such as `en`",
            ),
            ("en: Hi\n", "1:5: error: `en` must have keys with texts"),
            ("- en\n", "1:1: error: must be lines of `key: value`"),
        ];
        for (text, expected) in cases {
            assert_eq!(file(path, text).unwrap_err().to_string(), format!("{path}:{expected}"));
        }
    }
}
