//! Ruby's dialect of regular expressions in the words of Rust's engine. That one runs in linear time, which is why it cannot
//! look around, refer back or hold on to a match: an expression that asks for it is refused by the name of what it asks
//! for, where compiling it would either fail with a riddle or mean something else. Filters and the forms of an app read it
//! alike.

use std::iter::Peekable;
use std::str::Chars;

/// Translates `pattern`, or names what cannot be translated.
pub(crate) fn translate(pattern: &str) -> Result<String, &'static str> {
    let mut translator = Translator {
        rest: pattern.chars().peekable(),
        translated: String::with_capacity(pattern.len() * 2),
        class_depth: 0,
        is_behind_quantifier: false,
    };
    while let Some(c) = translator.rest.next() {
        translator.push(c)?;
    }
    Ok(translator.translated)
}

struct Translator<'p> {
    rest: Peekable<Chars<'p>>,
    translated: String,
    /// Brackets that are open: in them most characters stand for themselves.
    class_depth: usize,
    /// Whether a plus sign here would make a quantifier possessive.
    is_behind_quantifier: bool,
}

impl Translator<'_> {
    fn push(&mut self, c: char) -> Result<(), &'static str> {
        let was_behind_quantifier = std::mem::take(&mut self.is_behind_quantifier);
        match c {
            '\\' => self.escape()?,
            '[' if self.class_depth > 0 && self.rest.peek() == Some(&':') => self.posix_class(),
            '[' => {
                self.class_depth += 1;
                self.translated.push('[');
                self.translated.extend(self.rest.next_if_eq(&'^'));
                // A bracket that comes first closes nothing.
                if self.rest.next_if_eq(&']').is_some() {
                    self.translated.push_str("\\]");
                }
            }
            ']' if self.class_depth > 0 => {
                self.class_depth -= 1;
                self.translated.push(']');
            }
            // White space counts in brackets, with the option `x` too.
            ' ' if self.class_depth > 0 => self.translated.push_str("\\x20"),
            '#' if self.class_depth > 0 => self.translated.push_str("\\#"),
            // Two of them would subtract one class from another.
            '-' | '~' if self.class_depth > 0 && self.rest.peek() == Some(&c) => {
                self.translated.extend(['\\', c]);
            }
            _ if self.class_depth > 0 => self.translated.push(c),
            '(' if self.rest.peek() == Some(&'?') => self.group()?,
            '{' => self.braces(),
            '+' if was_behind_quantifier => return Err("a possessive quantifier such as `*+`"),
            '*' | '+' | '?' => {
                self.translated.push(c);
                self.is_behind_quantifier = !was_behind_quantifier;
            }
            _ => self.translated.push(c),
        }
        Ok(())
    }

    /// Classes mean ASCII in Ruby; `\h` is a hexadecimal digit there, `\Z` the end but for a last line end. A class in
    /// brackets is right inside other brackets too.
    fn escape(&mut self) -> Result<(), &'static str> {
        let Some(c) = self.rest.next() else {
            self.translated.push('\\');
            return Ok(());
        };
        self.translated.push_str(match c {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            'w' => "[a-zA-Z0-9_]",
            'W' => "[^a-zA-Z0-9_]",
            's' => r"[ \t\r\n\x0C\x0B]",
            'S' => r"[^ \t\r\n\x0C\x0B]",
            'h' => "[0-9a-fA-F]",
            'H' => "[^0-9a-fA-F]",
            'R' => r"(?:\r\n|[\n-\r\x{85}\x{2028}\x{2029}])",
            'Z' => r"(?:\n?\z)",
            'e' => r"\x1B",
            'b' if self.class_depth > 0 => r"\x08",
            ' ' => r"\x20",
            '0' => {
                let code = self.octal_digits();
                self.translated.push_str(&format!("\\x{{{code:X}}}"));
                return Ok(());
            }
            '1'..='9' | 'k' => return Err("a back reference such as `\\1`"),
            'g' => return Err("a call of a group with `\\g`"),
            'G' => return Err("the end of the last match, `\\G`"),
            'K' => return Err("keeping with `\\K`"),
            'X' => return Err("a grapheme, `\\X`"),
            'A' | 'z' | 'b' | 'B' | 'p' | 'P' | 'x' | 'u' | 'a' | 'f' | 'n' | 'r' | 't' | 'v' => {
                self.translated.extend(['\\', c]);
                return Ok(());
            }
            // Any other escape stands for the character itself; to Rust `\<` is the beginning of a word.
            _ => {
                if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
                    self.translated.push('\\');
                }
                self.translated.push(c);
                return Ok(());
            }
        });
        Ok(())
    }

    /// At most two digits behind `\0`.
    fn octal_digits(&mut self) -> u32 {
        let mut code = 0;
        for _ in 0..2 {
            let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(8)) else { break };
            self.rest.next();
            code = code * 8 + digit;
        }
        code
    }

    /// `[:alpha:]` in brackets, which is Unicode in Ruby and ASCII in Rust.
    fn posix_class(&mut self) {
        let ahead: String = self.rest.clone().take_while(|c| *c != ']').take(12).collect();
        let Some(name) = ahead.strip_prefix(':').and_then(|name| name.strip_suffix(':')) else {
            self.class_depth += 1;
            self.translated.push('[');
            return;
        };
        let (sign, name) = name.strip_prefix('^').map_or(("", name), |name| ("^", name));
        let members = match name {
            "alpha" => r"\p{Alphabetic}",
            "digit" => r"\p{Nd}",
            "alnum" => r"\p{Alphabetic}\p{Nd}",
            "upper" => r"\p{Uppercase}",
            "lower" => r"\p{Lowercase}",
            "space" => r"\s",
            "punct" => r"\p{P}$+<=>^`|~",
            "word" => r"\w",
            other => &format!("[:{other}:]"),
        };
        let members = members.to_owned();
        self.translated.extend(["[", sign, &members, "]"]);
        // The name and the bracket behind it.
        self.rest.by_ref().take(ahead.chars().count() + 1).for_each(drop);
    }

    /// `(?…`: a group with a name, flags or none; the parenthesis has been taken.
    fn group(&mut self) -> Result<(), &'static str> {
        let ahead: String = self.rest.clone().skip(1).take(2).collect();
        match ahead.as_bytes() {
            [b'=' | b'!', ..] => return Err("a look-ahead, `(?=` or `(?!`"),
            [b'<', b'=' | b'!'] => return Err("a look-behind, `(?<=` or `(?<!`"),
            [b'>', ..] => return Err("an atomic group, `(?>`"),
            [b'~', ..] => return Err("an absence group, `(?~`"),
            [b'(', ..] => return Err("a condition, `(?(`"),
            [b'#', ..] => {
                self.rest.by_ref().take_while(|c| *c != ')').for_each(drop);
                return Ok(());
            }
            _ => {}
        }
        self.translated.push_str("(?");
        self.rest.next();
        // Ruby's `m` is everyone else's `s`.
        while let Some(flag) = self.rest.next_if(|c| matches!(c, 'm' | 'i' | 'x' | '-')) {
            self.translated.push(if flag == 'm' { 's' } else { flag });
        }
        Ok(())
    }

    /// A brace that begins no quantifier stands for itself.
    fn braces(&mut self) {
        let ahead: String = self.rest.clone().take_while(|c| *c != '}').take(12).collect();
        let is_closed = self.rest.clone().nth(ahead.chars().count()) == Some('}');
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match ahead.split_once(',') {
            _ if !is_closed || ahead.is_empty() || ahead == "," => self.translated.push_str("\\{"),
            Some(("", most)) if is_number(most) => {
                self.translated.push_str("{0");
            }
            Some((least, most)) if is_number(least) && is_number(most) => self.translated.push('{'),
            None if is_number(&ahead) => self.translated.push('{'),
            _ => self.translated.push_str("\\{"),
        }
    }
}

#[cfg(test)]
mod tests {
    use ::regex::Regex;

    use super::translate;

    #[test]
    fn expressions_mean_what_they_mean_in_ruby() {
        let rows = [
            (r"\A\d+\z", "12", true),
            (r"\d", "٣", false),
            (r"[\h-]+\Z", "a-f\n", true),
            (r"{{ x }}", "{{ x }}", true),
            (r"a{,2}b", "aab", true),
            (r"a{2}b", "aab", true),
            (r"a{x}", "a{x}", true),
            (r"[[:alpha:]]", "ż", true),
            (r"[^[:alpha:]]", "ż", false),
            (r"[[:^digit:]x]", "1", false),
            (r"[[:xdigit:]]", "F", true),
            (r"[a[bc]]", "c", true),
            (r"[]a]", "]", true),
            (r"[a\-z#~~]", "-", true),
            (r"\<b\>", "<b>", true),
            (r"\/\'\%\q", "/'%q", true),
            (r"\é", "é", true),
            (r"\0\012", "\0\n", true),
            (r"(?m:a.b)", "a\nb", true),
            (r"(?mi-x)A.B", "a\nb", true),
            (r"(?<year>\d{4})", "2024", true),
            (r"(?#note)a", "a", true),
            (r"a\R\z", "a\r\n", true),
            (r"(?:a+)+?", "a", true),
            (r"a{1,2}+", "aaa", true),
            ("[ ]", " ", true),
        ];
        for (pattern, text, expected) in rows {
            let translated =
                translate(pattern).unwrap_or_else(|construct| panic!("{pattern} has {construct}"));
            let regex = Regex::new(&translated).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(regex.is_match(text), expected, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn constructs_that_need_more_than_linear_time_are_named() {
        let rows = [
            ("a(?=b)", "look-ahead"),
            ("a(?!b)", "look-ahead"),
            ("(?<=a)b", "look-behind"),
            ("(?<!a)b", "look-behind"),
            ("(?>a)b", "atomic group"),
            ("(?~a)", "absence group"),
            ("(a)?(?(1)b|c)", "condition"),
            (r"(a)\1", "back reference"),
            (r"(?<x>a)\k<x>", "back reference"),
            (r"(?<x>a)\g<x>", "call of a group"),
            ("a*+", "possessive quantifier"),
            ("a++", "possessive quantifier"),
            ("a?+", "possessive quantifier"),
            (r"\Ga", r"\G"),
            (r"a\Kb", r"\K"),
            (r"\X", "grapheme"),
        ];
        for (pattern, construct) in rows {
            let refused = translate(pattern).expect_err(pattern);
            assert!(refused.contains(construct), "{pattern}: {refused}");
        }
        for harmless in ["a+?", r"[*+]", r"\*+", r"\(?=", "[(?=]", "a*?b+"] {
            assert!(translate(harmless).is_ok(), "{harmless}");
        }
    }
}
