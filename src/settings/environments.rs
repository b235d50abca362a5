//! Where a command goes: the environments a project names in its `.pos` file, the one of the `MPKIT_*` variables, and
//! the server of this machine, `local`. Read as the platform's own client reads them, except that an environment named
//! on the command line wins over `MPKIT_*`: otherwise `deploy production` could go elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::error::{Error, Place};

/// Read in this order, the first that exists; a path in `$CONFIG_FILE_PATH` comes before both.
const FILES: [&str; 2] = [".pos", ".marketplace-kit"];
const LOCAL: &str = "local";
const DEPLOY_SERVICE: &str = "DEPLOY_SERVICE_URL";
/// Bytes of a file of environments; what is larger is another file.
const MAX_BYTES: u64 = 1024 * 1024;

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
    /// `None`: it is no object of texts, which matters only to whoever means it.
    entries: BTreeMap<String, Option<Entry>>,
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

    /// # Errors
    /// Something of it cannot be sent. It is not repeated: a secret may stand in the wrong place.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let is_token = self.token.0.bytes().all(|byte| byte.is_ascii_graphic());
        let is_printable = |text: &String| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let wrong = match &self.email {
            _ if !is_token => "its token has a character that no token has",
            Some(email) if !is_printable(email) => "its e-mail has a character that cannot be sent",
            _ => match address_fault(&self.url) {
                Some(wrong) => wrong,
                None => return Ok(self),
            },
        };
        Err(Error::Unusable { name: self.name, wrong })
    }

    /// By its address, which no other machine is reached by.
    pub(crate) fn is_of_this_machine(&self) -> bool {
        let host = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        let ends = |rest: &str| rest.is_empty() || rest.starts_with([':', '/']);
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| host.strip_prefix(name).is_some_and(ends))
    }
}

impl Entry {
    /// `None`: it is no object of texts.
    pub(super) fn parse(json: Json) -> Option<Self> {
        serde_json::from_value(json).ok()
    }
}

impl Environments {
    /// Those of the project at `root`; none where it has no file. `variable` looks up a variable of the environment.
    pub(crate) fn load(root: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut environments =
            Self::of_variables(variable("MPKIT_URL"), variable("MPKIT_EMAIL"), variable("MPKIT_TOKEN"));
        environments.deploy_service = deploy_service(variable(DEPLOY_SERVICE))?;
        if let Some((file, text)) = read(root, variable)? {
            let entries = parse(&file, &text)?.into_iter();
            environments.entries = entries.map(|(name, entry)| (name, Entry::parse(entry))).collect();
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
                let deploy_service = self.deploy_service.clone();
                Environment { deploy_service, ..environment }.checked().map(Target::Remote)
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
        let entry = self.entries.get(name).and_then(Option::as_ref);
        let Entry { url, email, token, .. } =
            entry.ok_or_else(|| Error::Entry { file: self.file.clone(), name: name.to_owned() })?;
        let url = url.as_deref().filter(|url| !url.is_empty()).ok_or_else(|| incomplete("url"))?;
        let token = token.clone().filter(|token| !token.0.is_empty()).ok_or_else(|| incomplete("token"))?;
        let (name, url, email) = (name.to_owned(), without_slash(url), email.clone());
        let deploy_service = self.deploy_service.clone();
        Environment { name, url, email, token, deploy_service }.checked().map(Target::Remote)
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
        match read_text(&root.join(file)) {
            Ok(text) => return Ok(Some((file.to_owned(), text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::Read { path: PathBuf::from(file), source }),
        }
    }
    Ok(None)
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MB"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no UTF-8 text"))
}

pub(super) fn given_file(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    variable("CONFIG_FILE_PATH").filter(|path| !path.is_empty())
}

/// JSON, with the place of a mistake. No value is quoted: it may be a secret.
pub(super) fn parse(file: &str, text: &str) -> Result<Map<String, Json>, Error> {
    let wrong = |line, col, message: &str| {
        let place = Place::File { name: file.to_owned(), line, col };
        Error::Syntax { place, message: message.to_owned() }
    };
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(Json::Object(entries)) => Ok(entries),
        Ok(_) => Err(wrong(1, 1, "an object with an entry for each environment is expected")),
        Err(error) => {
            // serde_json repeats the place behind its message.
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
            Err(wrong(error.line(), error.column(), message))
        }
    }
}

/// What is wrong with the address of an instance.
fn address_fault(url: &str) -> Option<&'static str> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_http = ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !is_http || host.is_empty() || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("the url is not `https://` or `http://` and a host")
    } else if host.contains('@') {
        Some("a user name and a password are no part of the url")
    } else {
        None
    }
}

/// It is told the token, so what is no address is not guessed at.
fn deploy_service(url: Option<String>) -> Result<Option<String>, Error> {
    let Some(url) = url.map(|url| without_slash(&url)).filter(|url| !url.is_empty()) else { return Ok(None) };
    match address_fault(&url) {
        Some(wrong) => Err(Error::Address { variable: DEPLOY_SERVICE, wrong }),
        None => Ok(Some(url)),
    }
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
                Err("DEPLOY_SERVICE_URL: the url is not `https://` or `http://` and a host".to_owned()),
            ),
            (
                "https://",
                Err("DEPLOY_SERVICE_URL: the url is not `https://` or `http://` and a host".to_owned()),
            ),
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
            ("[]", ".pos:1:1: an object with an entry for each environment is expected"),
            ("\"s3cret\"", ".pos:1:1: an object with an entry for each environment is expected"),
            (&"x".repeat(2 << 20), "cannot read .pos"),
        ] {
            assert_eq!(environments(&[(".pos", text)], &[]).unwrap_err(), message, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_named_and_not_repeated() {
        for (entry, expected) in [
            (r#""s3cret""#, "environment `a` of .pos is not an object of texts"),
            (
                r#"{"url": "https://a.example", "token": 53}"#,
                "environment `a` of .pos is not an object of texts",
            ),
            (r#"{"url": "https://a.example", "token": ""}"#, "environment `a` of .pos has no token"),
            (
                r#"{"url": "https://a.example", "token": "s3cret\n"}"#,
                "environment `a`: its token has a character that no token has",
            ),
            (
                r#"{"url": "https://a.example", "token": "t", "email": "s3crét"}"#,
                "environment `a`: its e-mail has a character that cannot be sent",
            ),
            (
                r#"{"url": "s3cret", "token": "https://a.example"}"#,
                "environment `a`: the url is not `https://` or `http://` and a host",
            ),
            (
                r#"{"url": "https://u:s3cret@a.example/", "token": "t"}"#,
                "environment `a`: a user name and a password are no part of the url",
            ),
        ] {
            let pos = format!(r#"{{"a": {entry}, "fine": {{"url": "HTTP://f.example", "token": "t"}}}}"#);
            let environments = environments(&[(".pos", &pos)], &[]).unwrap();
            assert_eq!(chosen(&environments, Some("a"), Local::Absent), format!("{expected} | "), "{entry}");
            assert_eq!(chosen(&environments, Some("fine"), Local::Absent), "HTTP://f.example");
        }
        let kit = [("MPKIT_URL", "a.example"), ("MPKIT_EMAIL", "x"), ("MPKIT_TOKEN", "t")];
        let environments = environments(&[], &kit).unwrap();
        assert_eq!(
            chosen(&environments, None, Local::Absent),
            "environment `MPKIT_URL`: the url is not `https://` or `http://` and a host | "
        );
    }

    #[test]
    fn the_token_is_never_shown() {
        let environments = environments(&[(".pos", POS)], &[]).unwrap();
        let target = environments.choose(Some("staging"), Local::Absent).unwrap();

        assert!(!format!("{environments:?} {target:?}").contains("s3cret"));
    }
}
