//! Formats: what kind of document a page or layout is. One table ties together the extension in file names and URLs,
//! the name in `context.params.format` and the content type.

/// Content type family of a page or layout: `html`, `json`, `csv` …
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Format {
    #[default]
    Html,
    Json,
    Xml,
    Rss,
    Csv,
    Pdf,
    Css,
    Text,
    Js,
    Svg,
    Ics,
    Md,
}

/// The first name is the usual one. What is text says its charset; the `application/` types have none by definition.
const FORMATS: [(Format, &[&str], &str); 12] = [
    (Format::Html, &["html"], "text/html; charset=utf-8"),
    (Format::Json, &["json"], "application/json"),
    (Format::Xml, &["xml"], "application/xml"),
    (Format::Rss, &["rss"], "application/rss+xml"),
    (Format::Csv, &["csv"], "text/csv; charset=utf-8"),
    (Format::Pdf, &["pdf"], "application/pdf"),
    (Format::Css, &["css"], "text/css; charset=utf-8"),
    (Format::Text, &["txt", "text"], "text/plain; charset=utf-8"),
    (Format::Js, &["js"], "text/javascript; charset=utf-8"),
    (Format::Svg, &["svg"], "image/svg+xml"),
    (Format::Ics, &["ics"], "text/calendar; charset=utf-8"),
    (Format::Md, &["md"], "text/markdown; charset=utf-8"),
];

impl Format {
    /// The format of an extension without its dot; case does not matter.
    pub(crate) fn from_extension(extension: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|(_, names, _)| names.iter().any(|name| name.eq_ignore_ascii_case(extension)))
            .map(|&(format, ..)| format)
    }

    /// The format an `Accept` header asks for: of the types we know, the one with the highest `q`, the first on a tie.
    /// `None` if it names none of them or takes anything.
    pub(crate) fn from_accept(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Option<Self>)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or_default();
            let format = Self::from_media_type(media_type);
            if format.is_none() && media_type != "*/*" {
                continue;
            }
            let quality = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
            if quality > 0.0 && best.is_none_or(|(highest, _)| quality > highest) {
                best = Some((quality, format));
            }
        }
        best.and_then(|(_, format)| format)
    }

    fn from_media_type(media_type: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|(_, _, full)| {
                full.split(';').next().is_some_and(|bare| bare.eq_ignore_ascii_case(media_type))
            })
            .map(|&(format, ..)| format)
    }

    /// The usual extension, which is also the value of `context.params.format`.
    pub(crate) fn name(self) -> &'static str {
        self.row().1.first().copied().unwrap_or_default()
    }

    /// The value of the `Content-Type` header.
    pub(crate) fn content_type(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static [&'static str], &'static str) {
        FORMATS.iter().find(|(format, ..)| *format == self).expect("the table has a row for every format")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_own_name() {
        for (format, names, _) in FORMATS {
            assert_eq!(Format::from_extension(format.name()), Some(format));
            for name in names {
                assert_eq!(Format::from_extension(&name.to_uppercase()), Some(format));
            }
        }
        assert_eq!(Format::from_extension("php"), None);
    }

    #[test]
    fn accept_header_picks_the_most_wanted_format() {
        let cases = [
            ("application/json", Some(Format::Json)),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Format::Html)),
            ("text/html;q=0.5, application/json", Some(Format::Json)),
            ("text/csv;q=0.5, text/html;q=0.5", Some(Format::Csv)),
            ("image/png, application/json;q=0", None),
            ("*/*", None),
            ("*/*, application/json;q=0.1", None),
            ("application/json;q=x", None),
            ("", None),
        ];
        for (header, expected) in cases {
            assert_eq!(Format::from_accept(header), expected, "{header:?}");
        }
    }
}
