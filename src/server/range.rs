//! What of a file a client asks for: a part of it, or nothing because its copy is still good. Pure.

/// What part of a file is asked for. Browsers need parts to seek in audio and video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    Whole,
    /// Both ends are included.
    Part {
        first: usize,
        last: usize,
    },
    Outside,
}

impl Range {
    /// One range of bytes; several, other units and nonsense ask for the whole file, as HTTP allows.
    pub(super) fn parse(header: &str, size: usize) -> Self {
        let Some((first, last)) =
            header.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'))
        else {
            return Self::Whole;
        };
        let number = |digits: &str| digits.trim().parse::<usize>().ok();
        match (first.trim(), last.trim()) {
            ("", last) => match number(last) {
                Some(0) => Self::Outside,
                Some(_) if size == 0 => Self::Outside,
                Some(count) => Self::Part { first: size.saturating_sub(count), last: size - 1 },
                None => Self::Whole,
            },
            (first, last) => {
                let Some(first) = number(first) else { return Self::Whole };
                let Some(last) = (if last.is_empty() { Some(usize::MAX) } else { number(last) }) else {
                    return Self::Whole;
                };
                if last < first {
                    Self::Whole
                } else if first >= size {
                    Self::Outside
                } else {
                    Self::Part { first, last: last.min(size - 1) }
                }
            }
        }
    }
}

/// One of the tags that a client has is this one.
pub(super) fn matches_any(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_answered_and_the_rest_is_the_whole_file() {
        for (header, size, expected) in [
            ("bytes=0-0", 10, Range::Part { first: 0, last: 0 }),
            ("bytes=2-", 10, Range::Part { first: 2, last: 9 }),
            ("bytes=2-99", 10, Range::Part { first: 2, last: 9 }),
            ("bytes=-3", 10, Range::Part { first: 7, last: 9 }),
            ("bytes=-30", 10, Range::Part { first: 0, last: 9 }),
            ("bytes=10-", 10, Range::Outside),
            ("bytes=0-", 0, Range::Outside),
            ("bytes=-1", 0, Range::Outside),
            ("bytes=-0", 10, Range::Outside),
            ("bytes=3-2", 10, Range::Whole),
            ("bytes=0-1,4-5", 10, Range::Whole),
            ("bytes=x-", 10, Range::Whole),
            ("lines=1-2", 10, Range::Whole),
            ("bytes=99999999999999999999999-", 10, Range::Whole),
        ] {
            assert_eq!(Range::parse(header, size), expected, "{header} of {size}");
        }
    }

    #[test]
    fn a_copy_that_is_still_good_is_not_sent_again() {
        for (tags, matches) in
            [("\"a-1\"", true), ("W/\"a-1\"", true), ("\"x\", \"a-1\"", true), ("*", true), ("\"a\"", false)]
        {
            assert_eq!(matches_any(tags, "\"a-1\""), matches, "{tags}");
        }
    }
}
