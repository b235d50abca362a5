//! What the names in a module's files stand for. A module is written for many projects; what differs between them is
//! filled in when it is deployed. The server of this machine shows modules as they are then, so it fills in the same.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::mustache::Template;
use super::problem::Problem;

const MANIFEST: &str = "pos-module.json";
const VALUES: &str = "template-values.json";

/// Of other files the bytes are sent as they are.
const EXTENSIONS: [&str; 9] = ["css", "js", "liquid", "yml", "xml", "json", "svg", "graphql", "html"];

/// The values of one module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TemplateValues(Json);

impl TemplateValues {
    /// Those of the module in `modules/<module>` of the project: the plain fields of its manifest, or of the project's
    /// where that is the module itself, and over them what its values file says. `None`: it has none, and its files are
    /// no templates.
    ///
    /// # Errors
    /// One of the files is there and cannot be understood.
    pub(crate) fn load(root: &Path, module: &str) -> Result<Option<Self>, Problem> {
        let below = |file: &str| format!("modules/{module}/{file}");
        let mut values = match object(root, &below(MANIFEST))? {
            Some(manifest) => manifest,
            None => object(root, MANIFEST)?
                .filter(|manifest| manifest.get("machine_name").and_then(Json::as_str) == Some(module))
                .unwrap_or_default(),
        };
        values.retain(|_, value| !value.is_array() && !value.is_object());
        values.extend(object(root, &below(VALUES))?.unwrap_or_default());
        Ok((!values.is_empty()).then_some(Self(Json::Object(values))))
    }

    /// The module whose file `path` is (from the project's root), if such a file may be a template. What the app
    /// overrides of a module is the app's own.
    pub(crate) fn module_of(path: &str) -> Option<&str> {
        let (module, below) = path.strip_prefix("modules/")?.split_once('/')?;
        let extension = Path::new(path).extension()?.to_str()?;
        let is_sent = below.starts_with("public/") || below.starts_with("private/");
        (is_sent && EXTENSIONS.contains(&extension)).then_some(module)
    }

    /// The text of the file at `path` as it is deployed.
    pub(crate) fn fill<'t>(&self, path: &str, text: &'t str) -> Result<Cow<'t, str>, Problem> {
        if !text.contains("<%=") {
            return Ok(Cow::Borrowed(text));
        }
        Template::parse(text).and_then(|template| template.render(&self.0)).map(Cow::Owned).map_err(
            |mistake| {
                let before = text.get(..mistake.at).unwrap_or_default();
                let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
                let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                let col = before.get(line_start..).unwrap_or_default().chars().count() + 1;
                Problem::error(path, format!("cannot fill in the module's values: {}", mistake.message))
                    .at(number(before.matches('\n').count() + 1), number(col))
                    .with_excerpt_of(text)
            },
        )
    }
}

/// `None` where there is no such file.
fn object(root: &Path, path: &str) -> Result<Option<Map<String, Json>>, Problem> {
    let bytes = match fs::read(root.join(path)) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(Problem::error(path, format!("cannot be read: {error}"))),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Problem::error(path, "is not a JSON object").at(number(error.line()), number(error.column().max(1)))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::TemplateValues;

    fn load(files: &[(&str, &str)]) -> Result<Option<TemplateValues>, String> {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("modules/core")).unwrap();
        for (path, text) in files {
            fs::write(root.path().join(path), text).unwrap();
        }
        TemplateValues::load(root.path(), "core").map_err(|problem| problem.to_string())
    }

    #[test]
    fn values_are_the_manifest_overlaid_with_the_values() {
        let text = "<%= version =%> <%= machine_name =%> <%= colour =%> <%= dependencies =%>";
        let own = (
            "modules/core/pos-module.json",
            r#"{"version": "1.0", "colour": "red", "dependencies": {"a": "1"}}"#,
        );
        let root = ("pos-module.json", r#"{"machine_name": "core", "version": "9.0"}"#);
        let other = ("pos-module.json", r#"{"machine_name": "other", "version": "9.0"}"#);
        let values = ("modules/core/template-values.json", r#"{"colour": "blue"}"#);
        for (files, expected) in [
            (vec![own], "1.0  red "),
            (vec![own, root, values], "1.0  blue "),
            (vec![root], "9.0 core  "),
            (vec![root, values], "9.0 core blue "),
            (vec![other, values], "  blue "),
        ] {
            let values = load(&files).unwrap().unwrap();
            assert_eq!(values.fill("p", text).unwrap(), expected, "{files:?}");
        }
        assert_eq!(load(&[other]).unwrap(), None);
    }

    #[test]
    fn broken_values_and_templates_are_placed() {
        let error = load(&[("modules/core/template-values.json", "{\n 1}")]).unwrap_err();
        assert!(
            error.starts_with("modules/core/template-values.json:2:2: error: is not a JSON object"),
            "{error}"
        );

        let values = load(&[("modules/core/template-values.json", r#"{"a": 1}"#)]).unwrap().unwrap();
        let problem = values.fill("modules/core/public/x.js", "ok\nż <%= a %>").unwrap_err();
        assert_eq!(
            problem.to_string(),
            "modules/core/public/x.js:2:3: error: cannot fill in the module's values: `<%=` without `=%>`"
        );
    }

    #[test]
    fn only_texts_of_a_module_are_templates() {
        for (path, expected) in [
            ("modules/core/public/lib/a.liquid", Some("core")),
            ("modules/core/private/assets/a.css", Some("core")),
            ("modules/core/public/assets/a.png", None),
            ("modules/core/pos-module.json", None),
            ("modules/core/public/README", None),
            ("app/modules/core/public/lib/a.liquid", None),
            ("app/a.liquid", None),
            ("modules/a.liquid", None),
        ] {
            assert_eq!(TemplateValues::module_of(path), expected, "{path}");
        }
    }
}
