//! Where a command goes: the environments a project names in its `.pos` file, the one of the `MPKIT_*` variables, and
//! the server of this machine, `local`. Read as the platform's own client reads them, except that an environment named
//! on the command line wins over `MPKIT_*`: otherwise `deploy production` could go elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::{Error, Place};

/// Read in this order, the first that exists; a path in `$CONFIG_FILE_PATH` comes before both.
const FILES: [&str; 2] = [".pos", ".marketplace-kit"];
const LOCAL: &str = "local";
const DEPLOY_SERVICE: &str = "DEPLOY_SERVICE_URL";

/// A platform instance and how to sign in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Environment {
    /// As in the file; `MPKIT_URL` for that of the variables.
    pub(crate) name: String,
    /// Without a slash at its end.
    pub(crate) url: String,
    pub(crate) email: Option<String>,
    pub(crate) token: Token,
    /// Who says where uploads are put, without a slash at its end; else the instance itself.
    pub(crate) deploy_service: Option<String>,
}

/// A secret: never displayed, masked in debug output.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Token(String);

/// Everything a project's commands could be sent to.
#[derive(Debug)]
pub(crate) struct Environments {
    /// The file that was read.
    file: String,
    entries: BTreeMap<String, Entry>,
    variables: Option<Environment>,
    /// `DEPLOY_SERVICE_URL`, for whichever of them is used.
    deploy_service: Option<String>,
    /// Variables missing where others of `MPKIT_*` are set.
    unset: Vec<&'static str>,
}

/// What a command was told to use, or found by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// `pos-cli run` of this project.
    Local,
    Remote(Environment),
}

/// Whether the server of this machine may be used unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Local {
    Present,
    Absent,
}

/// As far as it is understood; there may be more in it.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) url: Option<String>,
    pub(super) email: Option<String>,
    token: Option<Token>,
    pub(super) partner_portal_url: Option<String>,
}

impl Token {
    pub(crate) fn new(secret: String) -> Self {
        Self(secret)
    }

    /// For the header it is sent in, and nothing else.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl Environment {
    /// By its name.
    pub(crate) fn is_production(&self) -> bool {
        self.name.to_lowercase().contains("prod")
    }

    /// By its address, which no other machine is reached by.
    pub(crate) fn is_of_this_machine(&self) -> bool {
        let host = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        let ends = |rest: &str| rest.is_empty() || rest.starts_with([':', '/']);
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| host.strip_prefix(name).is_some_and(ends))
    }
}

impl Environments {
    /// Those of the project at `root`; none where it has no file. `variable` looks up a variable of the environment.
    pub(crate) fn load(root: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut environments =
            Self::of_variables(variable("MPKIT_URL"), variable("MPKIT_EMAIL"), variable("MPKIT_TOKEN"));
        environments.deploy_service = deploy_service(variable(DEPLOY_SERVICE))?;
        if let Some((file, text)) = read(root, variable)? {
            environments.entries = parse(&file, &text)?;
            environments.file = file;
        }
        Ok(environments)
    }

    /// The environment named on the command line; else the local server, if there is one; else that of `MPKIT_*`. An
    /// entry of the file called `local` stands before our own.
    pub(crate) fn choose(&self, named: Option<&str>, local: Local) -> Result<Target, Error> {
        match named {
            Some(name) if self.entries.contains_key(name) => self.entry(name),
            Some(LOCAL) => Ok(Target::Local),
            Some(name) => Err(Error::NoSuchEnvironment { name: name.to_owned(), known: self.names() }),
            None if local == Local::Present && self.entries.contains_key(LOCAL) => self.entry(LOCAL),
            None if local == Local::Present => Ok(Target::Local),
            None => {
                let none = || Error::NoEnvironment { known: self.names(), unset: self.unset.clone() };
                let environment = self.variables.clone().ok_or_else(none)?;
                Ok(Target::Remote(Environment { deploy_service: self.deploy_service.clone(), ..environment }))
            }
        }
    }

    /// Whether a command can be told to use it, the server of this machine included.
    pub(crate) fn knows(&self, name: &str) -> bool {
        name == LOCAL || self.entries.contains_key(name)
    }

    fn of_variables(url: Option<String>, email: Option<String>, token: Option<String>) -> Self {
        let names = ["MPKIT_URL", "MPKIT_EMAIL", "MPKIT_TOKEN"];
        let [url, email, token] = [url, email, token].map(|value| value.filter(|value| !value.is_empty()));
        let mut unset = Vec::new();
        for (name, value) in names.into_iter().zip([&url, &email, &token]) {
            if value.is_none() {
                unset.push(name);
            }
        }
        if unset.len() == names.len() {
            unset.clear();
        }
        let variables = match (url, token) {
            (Some(url), Some(token)) if unset.is_empty() => Some(Environment {
                name: "MPKIT_URL".to_owned(),
                url: without_slash(&url),
                email,
                token: Token(token),
                deploy_service: None,
            }),
            _ => None,
        };
        Self { file: ".pos".to_owned(), entries: BTreeMap::new(), variables, deploy_service: None, unset }
    }

    fn entry(&self, name: &str) -> Result<Target, Error> {
        let incomplete =
            |missing| Error::Incomplete { file: self.file.clone(), name: name.to_owned(), missing };
        let entry = self.entries.get(name).ok_or_else(|| incomplete("entry"))?;
        let url = entry.url.as_deref().filter(|url| !url.is_empty()).ok_or_else(|| incomplete("url"))?;
        let token = entry.token.clone().ok_or_else(|| incomplete("token"))?;
        Ok(Target::Remote(Environment {
            name: name.to_owned(),
            url: without_slash(url),
            email: entry.email.clone(),
            token,
            deploy_service: self.deploy_service.clone(),
        }))
    }

    fn names(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.url)
    }
}

/// Name and content of the file to read; `None` where a project has none.
pub(super) fn read(
    root: &Path,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<(String, String)>, Error> {
    let given = given_file(variable);
    for file in given.as_deref().into_iter().chain(FILES) {
        let path = root.join(file);
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((file.to_owned(), text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::Read { path, source }),
        }
    }
    Ok(None)
}

pub(super) fn given_file(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    variable("CONFIG_FILE_PATH").filter(|path| !path.is_empty())
}

/// JSON, with the place of a mistake.
pub(super) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let place = Place::File { name: file.to_owned(), line: error.line(), col: error.column() };
        // serde_json repeats the place behind its message.
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        Error::Syntax { place, message: message.to_owned() }
    })
}

/// It is told the token, so what is no address is not guessed at.
fn deploy_service(url: Option<String>) -> Result<Option<String>, Error> {
    let Some(url) = url.map(|url| without_slash(&url)).filter(|url| !url.is_empty()) else { return Ok(None) };
    let is_address = ["http://", "https://"]
        .iter()
        .any(|scheme| url.strip_prefix(scheme).is_some_and(|host| !host.is_empty()));
    if is_address { Ok(Some(url)) } else { Err(Error::Address { variable: DEPLOY_SERVICE, url }) }
}

/// `env add` of the platform's client stores URLs with a slash at the end; paths begin with one.
fn without_slash(url: &str) -> String {
    url.trim().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Environments, Local, Target};

    const POS: &str = r#"{
        "staging": {"url": "https://staging.example/", "token": "s3cret", "email": "a@b.example"},
        "half": {"url": "https://half.example"}
    }"#;

    fn environments(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Environments, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let variable = |name: &str| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        };
        Environments::load(folder.path(), variable).map_err(|error| error.to_string())
    }

    #[test]
    fn a_deploy_service_serves_whichever_environment_is_used() {
        let kit = [("MPKIT_URL", "https://kit.example"), ("MPKIT_EMAIL", "x"), ("MPKIT_TOKEN", "t")];
        for (variable, expected) in [
            ("http://deploy.example/api//", Ok(Some("http://deploy.example/api".to_owned()))),
            ("", Ok(None)),
            (
                "deploy.example",
                Err("DEPLOY_SERVICE_URL is no http or https address: `deploy.example`".to_owned()),
            ),
            ("https://", Err("DEPLOY_SERVICE_URL is no http or https address: `https:`".to_owned())),
        ] {
            let variables = [kit[0], kit[1], kit[2], ("DEPLOY_SERVICE_URL", variable)];
            let found = environments(&[(".pos", POS)], &variables);
            for named in [Some("staging"), None] {
                let chosen = found.as_ref().map_err(Clone::clone).map(|found| {
                    match found.choose(named, Local::Absent).unwrap() {
                        Target::Remote(environment) => environment.deploy_service,
                        Target::Local => None,
                    }
                });
                assert_eq!(chosen, expected, "{variable} {named:?}");
            }
        }
    }

    /// The URL chosen, `local`, or the error with its hint.
    fn chosen(environments: &Environments, named: Option<&str>, local: Local) -> String {
        match environments.choose(named, local) {
            Ok(Target::Local) => "local".to_owned(),
            Ok(Target::Remote(environment)) => environment.url,
            Err(error) => format!("{error} | {}", error.hint().unwrap_or_default()),
        }
    }

    #[test]
    fn the_named_one_wins_then_local_then_the_variables() {
        let kit = [("MPKIT_URL", "https://kit.example"), ("MPKIT_EMAIL", "x"), ("MPKIT_TOKEN", "t")];
        let both = environments(&[(".pos", POS)], &kit).unwrap();
        let file = environments(&[(".pos", POS)], &[]).unwrap();
        let neither = environments(&[], &[]).unwrap();
        let own_local = r#"{"local": {"url": "http://10.0.0.1:3000", "token": "t"}}"#;
        let own_local = environments(&[(".pos", own_local)], &[]).unwrap();
        for (environments, named, local, expected) in [
            (&both, Some("staging"), Local::Present, "https://staging.example"),
            (&both, None, Local::Present, "local"),
            (&both, None, Local::Absent, "https://kit.example"),
            (&both, Some("local"), Local::Absent, "local"),
            (&own_local, Some("local"), Local::Present, "http://10.0.0.1:3000"),
            (&own_local, None, Local::Present, "http://10.0.0.1:3000"),
            (
                &both,
                Some("prod"),
                Local::Present,
                "no environment `prod` | known: `half`, `staging`, and `local` where `pos-cli run` runs",
            ),
            (&both, Some("half"), Local::Present, "environment `half` of .pos has no token | "),
            (
                &file,
                None,
                Local::Absent,
                "no environment to use | start `pos-cli run` here, or name one of: `half`, `staging`",
            ),
            (
                &neither,
                None,
                Local::Absent,
                "no environment to use | start `pos-cli run` here, or name environments in a `.pos` file",
            ),
        ] {
            assert_eq!(chosen(environments, named, local), expected, "{named:?} {local:?}");
        }
    }

    #[test]
    fn incomplete_variables_do_not_count_and_are_mentioned() {
        let environments =
            environments(&[], &[("MPKIT_URL", "https://kit.example"), ("MPKIT_TOKEN", "")]).unwrap();

        assert_eq!(
            chosen(&environments, None, Local::Absent),
            "no environment to use | MPKIT_* counts only when complete; not set: MPKIT_EMAIL, MPKIT_TOKEN"
        );
    }

    #[test]
    fn the_first_file_that_exists_is_read() {
        let older = r#"{"old": {"url": "https://old.example", "token": "t"}}"#;
        let files = [(".pos", POS), (".marketplace-kit", older), ("given.json", older)];
        let of_pos = environments(&files, &[("CONFIG_FILE_PATH", "missing.json")]).unwrap();
        let of_variable = environments(&files, &[("CONFIG_FILE_PATH", "given.json")]).unwrap();
        let of_kit = environments(&[(".marketplace-kit", older)], &[]).unwrap();

        assert_eq!(chosen(&of_pos, Some("staging"), Local::Absent), "https://staging.example");
        assert_eq!(chosen(&of_variable, Some("old"), Local::Absent), "https://old.example");
        assert_eq!(chosen(&of_kit, Some("old"), Local::Absent), "https://old.example");
    }

    #[test]
    fn a_broken_file_is_an_error_with_its_place() {
        for (text, message) in [
            ("{\n  \"a\": }", ".pos:2:8: expected value"),
            ("", ".pos:1:0: EOF while parsing a value"),
            ("[]", ".pos:1:0: invalid type: sequence, expected a map"),
            ("{\"a\": {\"url\": 1}}", ".pos:1:15: invalid type: integer `1`, expected a string"),
        ] {
            assert_eq!(environments(&[(".pos", text)], &[]).unwrap_err(), message, "{text}");
        }
    }

    #[test]
    fn the_token_is_never_shown() {
        let environments = environments(&[(".pos", POS)], &[]).unwrap();
        let target = environments.choose(Some("staging"), Local::Absent).unwrap();

        assert!(!format!("{environments:?} {target:?}").contains("s3cret"));
    }
}
