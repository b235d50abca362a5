//! What a project keeps to itself: the rules of its `.posignore`, written as git's are. Releases and single files go by
//! the same rules, or a file kept out of the one would come with the other.

use std::fs;
use std::io;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Error;

/// The rules of one project.
#[derive(Debug)]
pub(crate) struct Ignored(Gitignore);

impl Ignored {
    pub(crate) const FILE: &str = ".posignore";

    /// Those of the project at `root`; a project without the file has none.
    ///
    /// # Errors
    /// A rule that cannot be understood is no reason to send what it may have meant.
    pub(crate) fn load(root: &Path) -> Result<Self, Error> {
        let path = root.join(Self::FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self(Gitignore::empty())),
            Err(source) => Err(Error::Read { path, source }),
        }
    }

    /// `path` is that of a file, from the project's root, with `/`. As in git a file cannot be taken back in where a
    /// folder around it is kept out.
    pub(crate) fn has_file(&self, path: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let mut folders = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        folders.any(|folder| self.0.matched(folder, true).is_ignore())
            || self.0.matched(path, false).is_ignore()
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let mut rules = GitignoreBuilder::new("");
        for (index, rule) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            rules.add_line(None, rule).map_err(|source| Error::Rule {
                file: Self::FILE,
                line: index + 1,
                source,
            })?;
        }
        rules.build().map(Self).map_err(|source| Error::Rules { file: Self::FILE, source })
    }
}

#[cfg(test)]
mod tests {
    use super::Ignored;

    #[test]
    fn rules_are_those_of_git() {
        let rules = Ignored::parse(
            "\u{feff}# notes\r\n\
             *.md\r\n\
             \n\
             /app/config.yml\n\
             drafts/\n\
             !drafts/kept.liquid\n\
             app/views/pages/*.test.liquid\n\
             !README.md\n\
             \\#odd\n\
             modules/**/spec\n",
        )
        .unwrap();
        for (path, expected) in [
            ("app/notes.md", true),
            ("app/README.md", false),
            ("app/config.yml", true),
            ("modules/app/config.yml", false),
            ("app/drafts/a.liquid", true),
            ("app/drafts/kept.liquid", true),
            ("app/drafts", false),
            ("app/views/pages/a.test.liquid", true),
            ("app/views/pages/deep/a.test.liquid", false),
            ("app/#odd", true),
            ("modules/core/public/spec/a.liquid", true),
            ("app/views/pages/index.liquid", false),
            ("", false),
        ] {
            assert_eq!(rules.has_file(path), expected, "{path}");
        }
    }

    #[test]
    fn a_project_without_rules_keeps_nothing_to_itself() {
        let project = tempfile::tempdir().unwrap();
        assert!(!Ignored::load(project.path()).unwrap().has_file("app/a.md"));
    }

    #[test]
    fn a_rule_that_cannot_be_understood_is_an_error_with_its_place() {
        let error = Ignored::parse("*.md\napp/{a\n").unwrap_err();
        assert_eq!(error.to_string(), ".posignore:2: cannot understand this rule");

        let project = tempfile::tempdir().unwrap();
        std::fs::write(project.path().join(".posignore"), b"\xff").unwrap();
        let error = Ignored::load(project.path()).unwrap_err().to_string();
        assert!(error.starts_with("cannot read ") && error.ends_with(".posignore"), "{error}");
    }
}
