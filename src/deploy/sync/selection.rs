//! Which files are synced, and what an instance calls them. Pure.

/// Endings a platform has a use for.
const EXTENSIONS: [&str; 37] = [
    "avif", "br", "css", "csv", "doc", "docx", "eot", "gif", "graphql", "gz", "html", "ico", "jpeg", "jpg",
    "js", "json", "liquid", "map", "mp3", "mp4", "ogg", "otf", "pdf", "png", "ppt", "pptx", "svg", "ttf",
    "txt", "webm", "webp", "woff", "woff2", "xls", "xlsx", "yml", "zip",
];

/// Of a module: read while it is packed, no part of it.
const MANIFESTS: [&str; 2] = ["template-values.json", "pos-module.json"];

/// What a file is to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Without the leading `app/`: `views/pages/index.liquid`, `modules/core/public/lib/x.liquid`.
    pub(super) path: String,
    /// It travels on its own.
    pub(super) asset: Option<AssetPlace>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AssetPlace {
    /// Below the assets of the instance, `modules/core/icons`; empty: none.
    pub(super) folder: String,
    pub(super) name: String,
}

/// Why a file stays here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is outside `app` and the `public` and `private` parts of modules, or describes a module.
    NoPart,
    /// No platform has a use for files that end so.
    UnknownExtension,
    /// `.posignore` says so.
    Ignored,
    /// A `.yml` file without content, which a platform takes for a mistake.
    Empty,
}

impl Target {
    /// `path` is that of a file, from the project's root, with `/`.
    pub(super) fn of(path: &str) -> Result<Self, Kept> {
        let parts: Vec<&str> = path.split('/').collect();
        let (sent, asset) = match parts.as_slice() {
            ["app" | "marketplace_builder", "assets", below @ .., name] => {
                (strip_root(path), Some(AssetPlace { folder: below.join("/"), name: (*name).to_owned() }))
            }
            ["app" | "marketplace_builder", _, ..] => (strip_root(path), None),
            ["modules", module, "public", "assets", below @ .., name] => {
                let folder = [&["modules", module], below].concat().join("/");
                (path, Some(AssetPlace { folder, name: (*name).to_owned() }))
            }
            ["modules", _, "public" | "private", _, ..] => (path, None),
            _ => return Err(Kept::NoPart),
        };
        let name = parts.last().copied().unwrap_or_default();
        if MANIFESTS.contains(&name) {
            return Err(Kept::NoPart);
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        if !extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) {
            return Err(Kept::UnknownExtension);
        }
        Ok(Self { path: sent.to_owned(), asset })
    }
}

impl AssetPlace {
    /// As a page asks for it.
    pub(super) fn key(&self) -> String {
        if self.folder.is_empty() { self.name.clone() } else { format!("{}/{}", self.folder, self.name) }
    }
}

impl Kept {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NoPart => "it is no part of the app or of a module's public and private parts",
            Self::UnknownExtension => "its extension is not one a platform knows",
            Self::Ignored => ".posignore keeps it out",
            Self::Empty => "it is empty",
        }
    }
}

fn strip_root(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, below)| below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_names_and_places_at_an_instance() {
        for (path, expected) in [
            ("app/views/pages/index.liquid", Ok(("views/pages/index.liquid", None))),
            ("app/config.yml", Ok(("config.yml", None))),
            ("marketplace_builder/schema/a.YML", Ok(("schema/a.YML", None))),
            ("app/modules/core/public/lib/x.liquid", Ok(("modules/core/public/lib/x.liquid", None))),
            ("app/assets/a.css", Ok(("assets/a.css", Some(("", "a.css"))))),
            ("app/assets/img/big/a.png", Ok(("assets/img/big/a.png", Some(("img/big", "a.png"))))),
            ("app/views/assets/a.css", Ok(("views/assets/a.css", None))),
            ("modules/core/public/lib/x.liquid", Ok(("modules/core/public/lib/x.liquid", None))),
            ("modules/core/private/x.graphql", Ok(("modules/core/private/x.graphql", None))),
            (
                "modules/core/public/assets/js/m.js",
                Ok(("modules/core/public/assets/js/m.js", Some(("modules/core/js", "m.js")))),
            ),
            ("modules/core/README.txt", Err(Kept::NoPart)),
            ("modules/core/pos-module.json", Err(Kept::NoPart)),
            ("modules/core/public/template-values.json", Err(Kept::NoPart)),
            ("modules/core/public", Err(Kept::NoPart)),
            ("app", Err(Kept::NoPart)),
            ("pos-cli.toml", Err(Kept::NoPart)),
            ("", Err(Kept::NoPart)),
            ("app/views/pages/index.md", Err(Kept::UnknownExtension)),
            ("app/Makefile", Err(Kept::UnknownExtension)),
        ] {
            let target = Target::of(path);
            let shown = target.as_ref().map(|target| {
                let asset = target.asset.as_ref().map(|place| (place.folder.as_str(), place.name.as_str()));
                (target.path.as_str(), asset)
            });
            assert_eq!(shown.map_err(|kept| *kept), expected, "{path}");
        }
    }

    #[test]
    fn an_asset_is_asked_for_by_its_key() {
        let key = |path| Target::of(path).unwrap().asset.unwrap().key();
        assert_eq!(key("app/assets/a.css"), "a.css");
        assert_eq!(key("app/assets/img/a.png"), "img/a.png");
        assert_eq!(key("modules/core/public/assets/m.js"), "modules/core/m.js");
    }
}
