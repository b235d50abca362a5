//! Ruby's `strftime`. Other than C's it has flags and widths (`%-d`, `%^a`, `%3N`), and prints what it does not know
//! as it stands instead of failing.

use std::iter::Peekable;
use std::str::Chars;

use jiff::ZonedDateTime;
use jiff::civil::Weekday;

/// Wider fields than this are cut to it.
const MAX_WIDTH: usize = 100;

/// An upper bound of how much longer than the format the result is, for charging growth.
pub(super) const GROWTH: usize = 32;

/// What stands between the percent sign and the letter.
#[derive(Default)]
struct Flags {
    padding: Padding,
    case: Case,
    width: Option<usize>,
    colons: usize,
}

#[derive(Default, Clone, Copy)]
enum Padding {
    /// As the directive has it.
    #[default]
    Usual,
    None,
    With(char),
}

#[derive(Default, Clone, Copy)]
enum Case {
    #[default]
    Usual,
    Upper,
    Swapped,
}

impl Flags {
    /// Reads the flags; leaves `chars` at the directive's letter.
    fn read(chars: &mut Peekable<Chars<'_>>) -> Self {
        let mut flags = Self::default();
        while let Some(c) = chars.peek().copied() {
            match c {
                '-' => flags.padding = Padding::None,
                '_' => flags.padding = Padding::With(' '),
                '0' if flags.width.is_none() && matches!(flags.padding, Padding::None) => {}
                '0' if flags.width.is_none() => flags.padding = Padding::With('0'),
                '^' => flags.case = Case::Upper,
                '#' => flags.case = Case::Swapped,
                ':' => flags.colons += 1,
                c => {
                    let Some(digit) = c.to_digit(10) else { break };
                    let width = flags.width.unwrap_or(0) * 10 + digit as usize;
                    flags.width = Some(width.min(MAX_WIDTH));
                }
            }
            chars.next();
        }
        flags
    }

    fn number(&self, number: i64, width: usize, padding: char) -> String {
        let padding = match self.padding {
            Padding::None => return number.to_string(),
            Padding::Usual => padding,
            Padding::With(padding) => padding,
        };
        let width = self.width.unwrap_or(width);
        let sign = if number < 0 { "-" } else { "" };
        let digits = number.unsigned_abs().to_string();
        let missing = width.saturating_sub(sign.len() + digits.len());
        let fill: String = std::iter::repeat_n(padding, missing).collect();
        if padding == '0' { format!("{sign}{fill}{digits}") } else { format!("{fill}{sign}{digits}") }
    }

    /// A text of which a swapped case is `swapped`.
    fn text(&self, text: &str, swapped: impl Fn(&str) -> String) -> String {
        let text = match self.case {
            Case::Usual => text.to_owned(),
            Case::Upper => text.to_uppercase(),
            Case::Swapped => swapped(text),
        };
        let padding = match self.padding {
            Padding::None => return text,
            Padding::Usual => ' ',
            Padding::With(padding) => padding,
        };
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        std::iter::repeat_n(padding, missing).chain(text.chars()).collect()
    }

    /// The first digits of nine: as many as the width says.
    fn fraction(&self, nanoseconds: i32, digits: usize) -> String {
        let digits = self.width.unwrap_or(digits);
        let all = format!("{nanoseconds:09}");
        all.chars().chain(std::iter::repeat('0')).take(digits).collect()
    }
}

/// `time` written as `format` says.
pub(super) fn strftime(time: &ZonedDateTime, format: &str) -> String {
    let mut written = String::with_capacity(format.len() * 2);
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            written.push(c);
            continue;
        }
        let start = chars.clone();
        let flags = Flags::read(&mut chars);
        let modifier = chars.next_if(|c| matches!(c, 'E' | 'O'));
        let directive = chars.next().filter(|letter| is_directive(*letter, modifier, &flags));
        match directive.and_then(|letter| field(time, letter, &flags)) {
            Some(field) => written.push_str(&field),
            None => {
                let length = start.clone().count() - chars.clone().count();
                written.push('%');
                written.extend(start.take(length));
            }
        }
    }
    written
}

/// Whether `letter` may have the modifier, which changes nothing, and the colons.
fn is_directive(letter: char, modifier: Option<char>, flags: &Flags) -> bool {
    let takes_modifier = match modifier {
        None => true,
        Some('E') => "cCxXyY".contains(letter),
        Some(_) => "deHkIlmMSuUVwWy".contains(letter),
    };
    takes_modifier && (flags.colons == 0 || letter == 'z')
}

/// What one directive prints; `None` if there is no such directive.
fn field(time: &ZonedDateTime, letter: char, flags: &Flags) -> Option<String> {
    let hour12 = match time.hour() % 12 {
        0 => 12,
        hour => i64::from(hour),
    };
    let week_date = time.iso_week_date();
    let compound = |format: &str| flags.text(&strftime(time, format), str::to_owned);
    Some(match letter {
        'Y' => flags.number(time.year().into(), if time.year() < 0 { 5 } else { 4 }, '0'),
        'C' => flags.number(i64::from(time.year()).div_euclid(100), 2, '0'),
        'y' => flags.number(i64::from(time.year()).rem_euclid(100), 2, '0'),
        'm' => flags.number(time.month().into(), 2, '0'),
        'B' => flags.text(month_name(time.month()), str::to_uppercase),
        'b' | 'h' => flags.text(short(month_name(time.month())), str::to_uppercase),
        'd' => flags.number(time.day().into(), 2, '0'),
        'e' => flags.number(time.day().into(), 2, ' '),
        'j' => flags.number(time.day_of_year().into(), 3, '0'),
        'H' => flags.number(time.hour().into(), 2, '0'),
        'k' => flags.number(time.hour().into(), 2, ' '),
        'I' => flags.number(hour12, 2, '0'),
        'l' => flags.number(hour12, 2, ' '),
        'M' => flags.number(time.minute().into(), 2, '0'),
        'S' => flags.number(time.second().into(), 2, '0'),
        'L' => flags.fraction(time.subsec_nanosecond(), 3),
        'N' => flags.fraction(time.subsec_nanosecond(), 9),
        'p' => flags.text(meridian(time), str::to_lowercase),
        'P' => flags.text(&meridian(time).to_lowercase(), str::to_uppercase),
        'A' => flags.text(weekday_name(time.weekday()), str::to_uppercase),
        'a' => flags.text(short(weekday_name(time.weekday())), str::to_uppercase),
        'u' => flags.number(time.weekday().to_monday_one_offset().into(), 1, '0'),
        'w' => flags.number(time.weekday().to_sunday_zero_offset().into(), 1, '0'),
        'G' => flags.number(week_date.year().into(), 4, '0'),
        'g' => flags.number(i64::from(week_date.year()).rem_euclid(100), 2, '0'),
        'V' => flags.number(week_date.week().into(), 2, '0'),
        'U' => flags.number(week_of_year(time, time.weekday().to_sunday_zero_offset()), 2, '0'),
        'W' => flags.number(week_of_year(time, time.weekday().to_monday_zero_offset()), 2, '0'),
        's' => flags.number(time.timestamp().as_second(), 1, '0'),
        'z' => offset(time, flags),
        'Z' => flags.text(&zone_name(time), str::to_lowercase),
        'n' => flags.text("\n", str::to_owned),
        't' => flags.text("\t", str::to_owned),
        '%' => flags.text("%", str::to_owned),
        'c' => compound("%a %b %e %H:%M:%S %Y"),
        'D' | 'x' => compound("%m/%d/%y"),
        'F' => compound("%Y-%m-%d"),
        'v' => compound("%e-%^b-%4Y"),
        'X' | 'T' => compound("%H:%M:%S"),
        'R' => compound("%H:%M"),
        'r' => compound("%I:%M:%S %p"),
        _ => return None,
    })
}

/// Weeks begin `weekday` days ago; days before the first are week zero.
fn week_of_year(time: &ZonedDateTime, weekday: i8) -> i64 {
    (i64::from(time.day_of_year()) + 6 - i64::from(weekday)) / 7
}

fn meridian(time: &ZonedDateTime) -> &'static str {
    if time.hour() < 12 { "AM" } else { "PM" }
}

/// `+0200`, `+02:00` with one colon, `+02:00:00` with two, as short as it can be with three. A width adds zeros behind
/// the sign, or spaces before it.
fn offset(time: &ZonedDateTime, flags: &Flags) -> String {
    let seconds = time.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let rest = match flags.colons {
        0 => format!("{minutes:02}"),
        1 => format!(":{minutes:02}"),
        3.. if minutes == 0 && seconds == 0 => String::new(),
        3.. if seconds == 0 => format!(":{minutes:02}"),
        _ => format!(":{minutes:02}:{seconds:02}"),
    };
    let width = flags.width.unwrap_or(0).max(rest.len() + 3);
    match flags.padding {
        Padding::With(' ') => format!("{:>width$}", format!("{sign}{hours}{rest}")),
        _ => format!("{sign}{hours:0>digits$}{rest}", digits = width - 1 - rest.len()),
    }
}

/// A time that was written with an offset alone has no zone to name.
fn zone_name(time: &ZonedDateTime) -> String {
    let zone = time.time_zone();
    match zone.iana_name() {
        Some(_) => zone.to_offset_info(time.timestamp()).abbreviation().to_owned(),
        None => String::new(),
    }
}

fn short(name: &str) -> &str {
    name.get(..3).unwrap_or(name)
}

pub(super) fn month_name(month: i8) -> &'static str {
    match month {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}

pub(super) fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::strftime;

    #[test]
    fn prints_as_ruby_does() {
        let time: jiff::ZonedDateTime = "2024-03-05T07:08:09.012345678+01:00[Europe/Warsaw]".parse().unwrap();
        let cases = [
            ("%Y-%m-%d %H:%M:%S", "2024-03-05 07:08:09"),
            ("%-d/%-m/%y %l:%M %P", "5/3/24  7:08 am"),
            ("%e|%_m|%03d|%-H", " 5| 3|005|7"),
            ("%A %^a %#b %B %10B", "Tuesday TUE MAR March      March"),
            ("%p %#p", "AM am"),
            ("%L %3N %6N %N %12N", "012 012 012345 012345678 012345678000"),
            ("%z %:z %::z %Z", "+0100 +01:00 +01:00:00 CET"),
            ("%j %U %W %V %G %u %w", "065 09 10 10 2024 2 2"),
            ("%s", "1709618889"),
            ("%c", "Tue Mar  5 07:08:09 2024"),
            ("%D %F %T %R %r", "03/05/24 2024-03-05 07:08:09 07:08 07:08:09 AM"),
            ("%v %x %X", " 5-MAR-2024 03/05/24 07:08:09"),
            ("%Ey %OH %Ej %:d %+", "24 07 %Ej %:d %+"),
            ("%-5a|%5%|%-0d|%#P|%#c", "Tue|    %|5|AM|Tue Mar  5 07:08:09 2024"),
            ("%:::z %10z %_6z", "+01 +000000100   +100"),
            ("100%% %Q %-Q % %", "100% %Q %-Q % %"),
            ("%", "%"),
            ("%99999999999999d", &format!("{:0>100}", 5)),
            ("", ""),
        ];
        for (format, expected) in cases {
            assert_eq!(strftime(&time, format), expected, "{format}");
        }
    }

    #[test]
    fn offset_alone_has_no_name() {
        let time: jiff::ZonedDateTime = "2024-03-05T07:08:09+02:00[+02:00]".parse().unwrap();
        assert_eq!(strftime(&time, "[%Z]%z"), "[]+0200");
    }
}
