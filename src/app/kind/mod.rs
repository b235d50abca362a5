//! What a file is by where it lies. One table of folders, with their old names; the same below `app/`, below
//! `marketplace_builder/` (its old name) and below `public/` and `private/` of a module. Pure.

#[cfg(test)]
mod tests;

use super::format::Format;
use super::nearest::nearest;

/// What the app uses a file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum FileKind {
    Page,
    Layout,
    Partial,
    Policy,
    Email,
    ApiCall,
    Sms,
    Migration,
    Form,
    Schema,
    UserProfileType,
    Translation,
    Graphql,
    Asset,
    /// `app/config.yml`
    Config,
    /// `app/user.yml`
    User,
}

/// A path of the app, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: FileKind,
    /// Reference name: below the kind's folder, without extension; `modules/<module>/` in front for a module's.
    /// Layouts and partials lose their format too, pages keep it; assets keep all.
    pub(super) name: String,
    pub(super) module: Option<String>,
    /// The format the file name tells.
    pub(super) format: Option<Format>,
    /// The file ends in `.liquid`.
    pub(super) is_liquid: bool,
    pub(super) rank: Rank,
}

/// Of several files with one reference name the lowest rank is used. The order of the fields is the order of the
/// platform's own look-up: plain names before formats, `views/partials` before `lib`, then the roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    format: FormatRank,
    folder: usize,
    root: Root,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum FormatRank {
    Plain,
    Html,
    Other,
}

/// Where the folders of the table lie. An app's own root is before its old name, an override before the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    App,
    MarketplaceBuilder,
    OverridePublic,
    OverridePrivate,
    ModulePublic,
    ModulePrivate,
}

/// What [`classify`] makes of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Classified {
    Member(Place),
    /// In a folder of the app, but with an extension that is easily taken for the right one.
    Misnamed {
        expected: &'static str,
    },
    /// Nothing of the app's.
    Foreign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extension {
    Any,
    Liquid,
    Yml,
    Graphql,
}

/// The folders of each kind, the canonical name first. A folder inside another one's (`lib/smses`) belongs to the outer.
const FOLDERS: [(FileKind, &[&str], Extension); 14] = [
    (FileKind::Page, &["views/pages", "pages"], Extension::Any),
    (FileKind::Layout, &["views/layouts"], Extension::Liquid),
    (FileKind::Partial, &["views/partials", "lib"], Extension::Liquid),
    (FileKind::Policy, &["authorization_policies"], Extension::Liquid),
    (FileKind::Email, &["emails", "notifications/email_notifications"], Extension::Liquid),
    (FileKind::ApiCall, &["api_calls", "notifications/api_call_notifications"], Extension::Liquid),
    (FileKind::Sms, &["smses", "notifications/sms_notifications"], Extension::Liquid),
    (FileKind::Migration, &["migrations"], Extension::Liquid),
    (FileKind::Form, &["forms", "form_configurations"], Extension::Liquid),
    (FileKind::Schema, &["schema", "custom_model_types", "model_schemas"], Extension::Yml),
    (
        FileKind::UserProfileType,
        &["user_profile_types", "instance_profile_types", "user_profile_schemas"],
        Extension::Yml,
    ),
    (FileKind::Translation, &["translations"], Extension::Yml),
    (FileKind::Graphql, &["graphql", "graphqls", "graph_queries"], Extension::Graphql),
    (FileKind::Asset, &["assets"], Extension::Any),
];

/// Understands a path from the project root, written with `/`.
pub(super) fn classify(path: &str) -> Classified {
    let Some((root, module, below_root)) = split_root(path) else { return Classified::Foreign };
    let file_name = path.rsplit('/').next().unwrap_or(path);
    if file_name.starts_with('.') || file_name.ends_with('~') {
        return Classified::Foreign;
    }
    if module.is_none() {
        let kind = match below_root {
            "config.yml" => Some(FileKind::Config),
            "user.yml" => Some(FileKind::User),
            _ => None,
        };
        if let Some(kind) = kind {
            return Classified::Member(single_file(kind, root));
        }
    }
    for (kind, folders, extension) in FOLDERS {
        for (folder_rank, folder) in folders.iter().enumerate() {
            let below = below_root.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            if let Some(below) = below.filter(|below| !below.is_empty()) {
                return place_in_folder(kind, extension, below, module, root, folder_rank);
            }
        }
    }
    Classified::Foreign
}

/// What people call a file by where it lies; `Other` for one that the app has no use for.
pub(crate) fn category(path: &str) -> &'static str {
    match classify(path) {
        Classified::Member(place) => place.kind.category(),
        Classified::Misnamed { .. } | Classified::Foreign => "Other",
    }
}

/// Of a file that [`classify`] finds foreign: the folder it lies in and the folder of the app that was probably meant.
/// `None` for a folder that is one, whatever the file is.
pub(super) fn misspelt_folder(path: &str) -> Option<(&str, &'static str)> {
    let (_, _, below_root) = split_root(path)?;
    let root_len = path.len() - below_root.len();
    let known = || FOLDERS.iter().flat_map(|(_, folders, _)| folders.iter().copied());
    let of_depth = |depth: usize| {
        let (at, _) = below_root.match_indices('/').nth(depth - 1)?;
        below_root.get(..at)
    };
    let typed = |folder: &str| of_depth(folder.split('/').count());
    if known().any(|folder| typed(folder) == Some(folder)) {
        return None;
    }
    known().find_map(|folder| {
        let typed = typed(folder)?;
        nearest(typed, [folder])?;
        Some((path.get(..root_len + typed.len())?, folder))
    })
}

/// The root, the module if it is one's, and the rest of the path.
fn split_root(path: &str) -> Option<(Root, Option<&str>, &str)> {
    let overriding = path.strip_prefix("app/modules/");
    if let Some(rest) = overriding.or_else(|| path.strip_prefix("modules/")) {
        let (module, rest) = rest.split_once('/')?;
        let (visibility, below) = rest.split_once('/')?;
        let root = match (overriding.is_some(), visibility) {
            (true, "public") => Root::OverridePublic,
            (true, "private") => Root::OverridePrivate,
            (false, "public") => Root::ModulePublic,
            (false, "private") => Root::ModulePrivate,
            _ => return None,
        };
        return Some((root, Some(module), below));
    }
    if let Some(below) = path.strip_prefix("app/") {
        return Some((Root::App, None, below));
    }
    path.strip_prefix("marketplace_builder/").map(|below| (Root::MarketplaceBuilder, None, below))
}

fn single_file(kind: FileKind, root: Root) -> Place {
    let rank = Rank { format: FormatRank::Plain, folder: 0, root };
    Place { kind, name: String::new(), module: None, format: None, is_liquid: false, rank }
}

fn place_in_folder(
    kind: FileKind,
    extension: Extension,
    below: &str,
    module: Option<&str>,
    root: Root,
    folder: usize,
) -> Classified {
    let stem = match strip_extension(extension, below) {
        Ok(stem) => stem,
        Err(classified) => return classified,
    };
    let (bare, format) = split_format(stem);
    let (name, format) = match kind {
        FileKind::Layout | FileKind::Partial => (bare, format),
        FileKind::Page => (stem, format),
        FileKind::Asset => (below, None),
        _ => (stem, None),
    };
    let name = match module {
        Some(module) => format!("modules/{module}/{name}"),
        None => name.to_owned(),
    };
    let format_rank = match format {
        None => FormatRank::Plain,
        Some(Format::Html) => FormatRank::Html,
        Some(_) => FormatRank::Other,
    };
    Classified::Member(Place {
        kind,
        name,
        module: module.map(str::to_owned),
        format,
        is_liquid: below.ends_with(".liquid"),
        rank: Rank { format: format_rank, folder, root },
    })
}

fn strip_extension(extension: Extension, below: &str) -> Result<&str, Classified> {
    let (expected, mistaken): (_, &[&str]) = match extension {
        Extension::Any => return Ok(below.strip_suffix(".liquid").unwrap_or(below)),
        Extension::Liquid => (".liquid", &[".html", ".htm", ".liquid.html"]),
        Extension::Yml => (".yml", &[".yaml"]),
        Extension::Graphql => (".graphql", &[".gql"]),
    };
    match below.strip_suffix(expected) {
        Some(stem) => Ok(stem),
        None if mistaken.iter().any(|ending| below.ends_with(ending)) => {
            Err(Classified::Misnamed { expected })
        }
        None => Err(Classified::Foreign),
    }
}

/// `1col.html` is `1col` in html; `user.avatar` keeps its dot.
pub(super) fn split_format(stem: &str) -> (&str, Option<Format>) {
    let split = stem.rsplit_once('.').filter(|(bare, _)| !bare.is_empty() && !bare.ends_with('/'));
    match split.and_then(|(bare, extension)| Some((bare, Format::from_extension(extension)?))) {
        Some((bare, format)) => (bare, Some(format)),
        None => (stem, None),
    }
}

impl FileKind {
    fn category(self) -> &'static str {
        match self {
            Self::Page => "Page",
            Self::Layout => "Layout",
            Self::Partial => "Partial",
            Self::Policy => "AuthorizationPolicy",
            Self::Email => "Email",
            Self::ApiCall => "ApiCall",
            Self::Sms => "Sms",
            Self::Migration => "Migration",
            Self::Form => "FormConfiguration",
            Self::Schema => "Schema",
            Self::UserProfileType => "UserProfileType",
            Self::Translation => "Translation",
            Self::Graphql => "GraphQL",
            Self::Asset => "Asset",
            Self::Config => "Config",
            Self::User => "User",
        }
    }
}

impl Place {
    /// An override in `app/modules/` of a file a module brings.
    pub(super) fn is_override(&self) -> bool {
        matches!(self.rank.root, Root::OverridePublic | Root::OverridePrivate)
    }

    /// The name without the module in front.
    pub(super) fn local_name(&self) -> &str {
        let prefix = self.module.as_ref().map_or(0, |module| "modules/".len() + module.len() + "/".len());
        self.name.get(prefix..).unwrap_or_default()
    }
}
