//! `app/config.yml`: the flags of the instance that change what we do.

use super::keys::Keys;
use super::problem::Problem;
use super::yaml;

/// The flags of `app/config.yml` that change what we do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) escape_output_instead_of_sanitize: bool,
    pub(crate) liquid_raise_mode: bool,
    pub(crate) safe_translate: bool,
    pub(crate) slug_exact_match: bool,
    pub(crate) html_format_exact_match: bool,
    pub(crate) default_layout: String,
    pub(crate) redirect_trailing_slash: bool,
    pub(crate) string_interpolation: bool,
    pub(crate) liquid_add_old_variables: bool,
    pub(crate) theme_search_paths: Vec<String>,
    pub(crate) cookies_same_site: String,
    pub(crate) do_not_add_return_to_to_authorization_policies: bool,
    pub(crate) require_table_for_record_delete_mutation: bool,
    pub(crate) maintenance: Maintenance,
    pub(crate) liquid_check_mode: CheckMode,
    pub(crate) graphql_argument_type_mismatch_mode: MismatchMode,
}

/// While it is on, visitors see one partial instead of pages, unless they know the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Maintenance {
    pub(crate) enabled: bool,
    /// The constant that holds the password.
    pub(crate) password_constant: String,
    pub(crate) partial: String,
}

/// What Liquid that does not parse is, before anybody has rendered it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum CheckMode {
    /// The app is not deployed.
    #[default]
    Error,
    /// The app is deployed; the file fails when it is used.
    Warning,
}

/// What an argument of the wrong type in a query is, before anybody has run it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum MismatchMode {
    #[default]
    Error,
    Warning,
    Ignore,
}

const KNOWN_KEYS: [&str; 24] = [
    "escape_output_instead_of_sanitize",
    "liquid_raise_mode",
    "liquid_check_mode",
    "safe_translate",
    "slug_exact_match",
    "html_format_exact_match",
    "default_layout",
    "redirect_trailing_slash",
    "string_interpolation",
    "liquid_add_old_variables",
    "graphql_argument_type_mismatch_mode",
    "theme_search_paths",
    "maintenance",
    "modules_that_allow_delete_on_deploy",
    "cookies_same_site",
    "do_not_add_return_to_to_authorization_policies",
    "require_table_for_record_delete_mutation",
    "skip_elasticsearch",
    "sync_assets",
    "sync_translations",
    "translation_keys_to_ignore",
    "validations_for_graph_queries",
    "websockets_require_csrf_token",
    "high_performance_sql_filtering",
];

const MAINTENANCE_KEYS: [&str; 3] = ["enabled", "password_constant", "partial"];

impl Default for Config {
    /// What a new instance has.
    fn default() -> Self {
        Self {
            escape_output_instead_of_sanitize: true,
            liquid_raise_mode: true,
            safe_translate: true,
            slug_exact_match: true,
            html_format_exact_match: false,
            default_layout: "application".to_owned(),
            redirect_trailing_slash: false,
            string_interpolation: true,
            liquid_add_old_variables: false,
            theme_search_paths: Vec::new(),
            cookies_same_site: "Lax".to_owned(),
            do_not_add_return_to_to_authorization_policies: false,
            require_table_for_record_delete_mutation: false,
            maintenance: Maintenance::default(),
            liquid_check_mode: CheckMode::default(),
            graphql_argument_type_mismatch_mode: MismatchMode::default(),
        }
    }
}

impl Default for Maintenance {
    fn default() -> Self {
        Self {
            enabled: false,
            password_constant: "MAINTENANCE_PASSWORD".to_owned(),
            partial: "maintenance".to_owned(),
        }
    }
}

impl Config {
    /// Reads the file. A key with a senseless value keeps its default and is a problem, an unknown one a warning; only
    /// a file that is no YAML mapping is refused as a whole.
    pub(super) fn parse(path: &str, text: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let keys = Keys::new(path, text, yaml::parse_mapping(path, text)?);
        let mut problems = keys.repeated();
        problems.extend(keys.unknown(&KNOWN_KEYS));
        let mut config = Self::default();

        let flags = [
            ("escape_output_instead_of_sanitize", &mut config.escape_output_instead_of_sanitize),
            ("liquid_raise_mode", &mut config.liquid_raise_mode),
            ("safe_translate", &mut config.safe_translate),
            ("slug_exact_match", &mut config.slug_exact_match),
            ("html_format_exact_match", &mut config.html_format_exact_match),
            ("redirect_trailing_slash", &mut config.redirect_trailing_slash),
            ("string_interpolation", &mut config.string_interpolation),
            ("liquid_add_old_variables", &mut config.liquid_add_old_variables),
            (
                "require_table_for_record_delete_mutation",
                &mut config.require_table_for_record_delete_mutation,
            ),
            (
                "do_not_add_return_to_to_authorization_policies",
                &mut config.do_not_add_return_to_to_authorization_policies,
            ),
        ];
        for (key, flag) in flags {
            set(flag, keys.flag(key), &mut problems);
        }
        for (key, name) in [
            ("default_layout", &mut config.default_layout),
            ("cookies_same_site", &mut config.cookies_same_site),
        ] {
            set(name, keys.filled_text(key), &mut problems);
        }
        set(&mut config.theme_search_paths, keys.texts("theme_search_paths").map(Some), &mut problems);
        set(&mut config.liquid_check_mode, check_mode(&keys), &mut problems);
        set(&mut config.graphql_argument_type_mismatch_mode, mismatch_mode(&keys), &mut problems);
        match keys.nested("maintenance") {
            Ok(maintenance) => {
                problems.extend(maintenance.unknown(&MAINTENANCE_KEYS));
                let Maintenance { enabled, password_constant, partial } = &mut config.maintenance;
                set(enabled, maintenance.flag("enabled"), &mut problems);
                set(password_constant, maintenance.filled_text("password_constant"), &mut problems);
                set(partial, maintenance.filled_text("partial"), &mut problems);
            }
            Err(problem) => problems.push(problem),
        }
        Ok((config, problems))
    }
}

fn check_mode(keys: &Keys<'_>) -> Result<Option<CheckMode>, Problem> {
    match keys.filled_text("liquid_check_mode")?.as_deref() {
        None => Ok(None),
        Some("error") => Ok(Some(CheckMode::Error)),
        Some("warning" | "warn") => Ok(Some(CheckMode::Warning)),
        Some(_) => Err(keys.wrong("liquid_check_mode", "must be `error` or `warning`")),
    }
}

fn mismatch_mode(keys: &Keys<'_>) -> Result<Option<MismatchMode>, Problem> {
    const KEY: &str = "graphql_argument_type_mismatch_mode";
    match keys.filled_text(KEY)?.as_deref() {
        None => Ok(None),
        Some("error") => Ok(Some(MismatchMode::Error)),
        Some("warning") => Ok(Some(MismatchMode::Warning)),
        Some("ignore") => Ok(Some(MismatchMode::Ignore)),
        Some(_) => Err(keys.wrong(KEY, "must be `error`, `warning` or `ignore`")),
    }
}

fn set<T>(field: &mut T, read: Result<Option<T>, Problem>, problems: &mut Vec<Problem>) {
    match read {
        Ok(Some(value)) => *field = value,
        Ok(None) => {}
        Err(problem) => problems.push(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Config, Vec<String>) {
        let (config, problems) = Config::parse("app/config.yml", text).unwrap();
        (config, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn empty_file_has_the_defaults() {
        for text in ["", "# nothing\n", "---\n", "---\n---\nslug_exact_match: false\n"] {
            assert_eq!(parse(text), (Config::default(), vec![]), "{text:?}");
        }
    }

    #[test]
    fn flags_are_read() {
        let (config, problems) = parse(
            "slug_exact_match: no\nliquid_raise_mode: 'false'\ndefault_layout: main\nliquid_check_mode: warn\n\
             theme_search_paths: ['', modules/user]\nmaintenance: {enabled: yes, partial: down, password_constant: P}\n---\n",
        );

        assert_eq!(problems, [""; 0]);
        assert_eq!(
            config,
            Config {
                slug_exact_match: false,
                liquid_raise_mode: false,
                default_layout: "main".into(),
                theme_search_paths: vec![String::new(), "modules/user".into()],
                maintenance: Maintenance {
                    enabled: true,
                    password_constant: "P".into(),
                    partial: "down".into(),
                },
                liquid_check_mode: CheckMode::Warning,
                ..Config::default()
            }
        );
    }

    #[test]
    fn senseless_values_keep_the_default() {
        let (config, problems) =
            parse("slug_exact_mach: false\nsafe_translate: maybe\nmaintenance: 5\nliquid_check_mode: loud\n");

        assert_eq!(config, Config::default());
        assert_eq!(
            problems,
            [
                "app/config.yml:1:1: warning: unknown key `slug_exact_mach`",
                "app/config.yml:2:17: error: `safe_translate` must be true or false",
                "app/config.yml:4:20: error: `liquid_check_mode` must be `error` or `warning`",
                "app/config.yml:3:14: error: `maintenance` must have keys of its own",
            ]
        );
    }

    #[test]
    fn file_that_is_no_mapping_is_refused() {
        for text in ["- a\n", "just text\n", "a: b: c\n"] {
            assert!(Config::parse("app/config.yml", text).is_err(), "{text:?}");
        }
    }
}
