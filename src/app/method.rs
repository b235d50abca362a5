//! The request methods a page can answer.

use std::fmt;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Method {
    #[default]
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl Method {
    pub(crate) const ALL: [Self; 6] =
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete, Self::Options];

    /// Case does not matter. `HEAD` is answered by the page of `GET`; anything else unknown by none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("head") {
            return Some(Self::Get);
        }
        Self::ALL.into_iter().find(|method| method.name().eq_ignore_ascii_case(text))
    }

    /// Lower case, as in front matter.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Options => "options",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_parse_in_any_case() {
        let cases = [
            ("GET", Some(Method::Get)),
            ("head", Some(Method::Get)),
            ("Post", Some(Method::Post)),
            ("delete", Some(Method::Delete)),
            ("TRACE", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Method::parse(text), expected, "{text:?}");
        }
    }
}
