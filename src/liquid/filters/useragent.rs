//! What a browser says it is: its name and version, its operating system, and the device. Told by a table of the browsers,
//! systems and robots that are met; the first row that fits counts, since most of them claim to be others as well.

use std::sync::LazyLock;

use ::regex::{Captures, Regex};

use super::arguments::Arguments;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[Filter::new("useragent", 0..=0, useragent)];

/// Longer headers are cut; servers refuse them anyway.
const LONGEST: usize = 8 << 10;

/// What stands where nothing is known.
const OTHER: &str = "Other";

/// An expression whose groups are the parts of a version, and the name it tells.
type Row = (&'static str, &'static str);

const BROWSERS: &[Row] = &[
    (r"(?i)Googlebot(?:-\w+)?/(\d+)\.(\d+)", "Googlebot"),
    (r"(?i)bingbot/(\d+)\.(\d+)", "bingbot"),
    (r"(?i)(?:YandexBot|YandexImages)/(\d+)\.(\d+)", "YandexBot"),
    (r"(?i)DuckDuckBot/(\d+)\.(\d+)", "DuckDuckBot"),
    (r"(?i)Baiduspider/(\d+)\.(\d+)", "Baiduspider"),
    (r"(?i)(?:facebookexternalhit|Facebot)/(\d+)\.(\d+)", "FacebookBot"),
    (r"(?i)Twitterbot/(\d+)\.(\d+)", "Twitterbot"),
    (r"(?i)LinkedInBot/(\d+)\.(\d+)", "LinkedInBot"),
    (r"(?i)Slackbot[\w-]*[ /](\d+)\.(\d+)", "Slackbot"),
    (r"(?i)(?:AhrefsBot|SemrushBot|MJ12bot|PetalBot|GPTBot|ClaudeBot)/v?(\d+)(?:\.(\d+))?", "Other Bot"),
    (r"^curl/(\d+)\.(\d+)\.?(\d+)?", "curl"),
    (r"^Wget/(\d+)\.(\d+)\.?(\d+)?", "Wget"),
    (r"python-requests/(\d+)\.(\d+)\.?(\d+)?", "Python Requests"),
    (r"okhttp/(\d+)\.(\d+)\.?(\d+)?", "okhttp"),
    (r"PostmanRuntime/(\d+)\.(\d+)\.?(\d+)?", "Postman"),
    (r"HeadlessChrome/(\d+)\.(\d+)\.(\d+)", "HeadlessChrome"),
    (r"(?:FBAN|FBAV)/(\d+)(?:\.(\d+))?(?:\.(\d+))?", "Facebook"),
    (r"Instagram[ /](\d+)\.(\d+)\.?(\d+)?", "Instagram"),
    (r"EdgiOS/(\d+)\.(\d+)\.?(\d+)?", "Edge Mobile"),
    (r"EdgA/(\d+)\.(\d+)\.?(\d+)?", "Edge Mobile"),
    (r"Edge?/(\d+)\.(\d+)\.?(\d+)?", "Edge"),
    (r"OPiOS/(\d+)\.(\d+)\.?(\d+)?", "Opera Mini"),
    (r"Opera Mini/(?:att/)?(\d+)(?:\.(\d+))?", "Opera Mini"),
    (r"Mobile.*OPR/(\d+)\.(\d+)\.?(\d+)?", "Opera Mobile"),
    (r"OPR/(\d+)\.(\d+)\.?(\d+)?", "Opera"),
    (r"Opera.*Version/(\d+)\.(\d+)", "Opera"),
    (r"Opera[ /](\d+)\.(\d+)", "Opera"),
    (r"SamsungBrowser/(\d+)\.(\d+)", "Samsung Internet"),
    (r"UCBrowser/(\d+)\.(\d+)\.?(\d+)?", "UC Browser"),
    (r"YaBrowser/(\d+)\.(\d+)\.?(\d+)?", "Yandex Browser"),
    (r"Vivaldi/(\d+)\.(\d+)\.?(\d+)?", "Vivaldi"),
    (r"DuckDuckGo/(\d+)", "DuckDuckGo Mobile"),
    (r"FxiOS/(\d+)\.(\d+)", "Firefox iOS"),
    (r"(?:Mobile|Tablet);.*Firefox/(\d+)\.(\d+)\.?(\d+)?", "Firefox Mobile"),
    (r"Firefox/(\d+)\.(\d+)\.?(\d+)?", "Firefox"),
    (r"CriOS/(\d+)\.(\d+)\.?(\d+)?", "Chrome Mobile iOS"),
    (r"; wv\).*Chrome/(\d+)\.(\d+)\.(\d+)", "Chrome Mobile WebView"),
    (r"Android.*Chrome/(\d+)\.(\d+)\.(\d+)", "Chrome Mobile"),
    (r"Chromium/(\d+)\.(\d+)\.(\d+)", "Chromium"),
    (r"Chrome/(\d+)\.(\d+)\.(\d+)", "Chrome"),
    (r"Android.*Version/(\d+)\.(\d+)\.?(\d+)?.*Safari", "Android"),
    (r"(?:iPhone|iPad|iPod).*Version/(\d+)\.(\d+)\.?(\d+)?.*Safari", "Mobile Safari"),
    (r"Version/(\d+)\.(\d+)\.?(\d+)?.*Safari/", "Safari"),
    (r"(?:iPhone|iPad|iPod).*AppleWebKit", "Mobile Safari UI/WKWebView"),
    (r"Trident/.*rv:(\d+)\.(\d+)", "IE"),
    (r"MSIE (\d+)\.(\d+)", "IE"),
];

const SYSTEMS: &[Row] = &[
    (r"Windows Phone(?: OS)?[ /](\d+)\.(\d+)", "Windows Phone"),
    (r"Windows NT 10\.0", "Windows 10"),
    (r"Windows NT 6\.3", "Windows 8.1"),
    (r"Windows NT 6\.2", "Windows 8"),
    (r"Windows NT 6\.1", "Windows 7"),
    (r"Windows NT 6\.0", "Windows Vista"),
    (r"Windows NT 5\.[12]", "Windows XP"),
    (r"Windows", "Windows"),
    (r"(?:iPhone|iPad|iPod).*? OS (\d+)[_.](\d+)(?:[_.](\d+))?", "iOS"),
    (r"iPhone|iPad|iPod", "iOS"),
    (r"Mac OS X (\d+)[_.](\d+)(?:[_.](\d+))?", "Mac OS X"),
    (r"Macintosh", "Mac OS X"),
    (r"Android[ -](\d+)(?:\.(\d+))?(?:\.(\d+))?", "Android"),
    (r"Android", "Android"),
    (r"CrOS \w+ (\d+)\.(\d+)\.?(\d+)?", "Chrome OS"),
    (r"Ubuntu(?:[/ ](\d+)\.(\d+))?", "Ubuntu"),
    (r"Fedora(?:[/ ](\d+))?", "Fedora"),
    (r"FreeBSD(?: (\d+)\.(\d+))?", "FreeBSD"),
    (r"Linux|X11", "Linux"),
];

/// An expression for a device; its family, model and brand, where `$1` is what the group matched.
const DEVICES: &[(&str, &str, &str, Option<&str>)] = &[
    (r"(?i)bot\b|spider|crawl|facebookexternalhit", "Spider", "Desktop", Some("Spider")),
    (r"\biPhone\b", "iPhone", "iPhone", Some("Apple")),
    (r"\biPad\b", "iPad", "iPad", Some("Apple")),
    (r"\biPod\b", "iPod", "iPod", Some("Apple")),
    (r"Macintosh", "Mac", "Mac", Some("Apple")),
    (r"; *(SM-[A-Z0-9]+)", "Samsung $1", "$1", Some("Samsung")),
    (r"; *(GT-[A-Z0-9]+)", "Samsung $1", "$1", Some("Samsung")),
    (r"; *(Pixel[ \w]*?)(?: Build|\)|;)", "$1", "$1", Some("Google")),
    (r"; *(Nexus [ \w]*?)(?: Build|\)|;)", "$1", "$1", Some("Google")),
    (r"; *((?:Redmi|Mi|POCO) [ \w]*?)(?: Build|\)|;)", "XiaoMi $1", "$1", Some("XiaoMi")),
    (r"; *(moto [ \w]*?|XT\d+)(?: Build|\)|;)", "Motorola $1", "$1", Some("Motorola")),
    (r"Android.*Mobile", "Generic Smartphone", "Smartphone", Some("Generic")),
    (r"Android", "Generic Tablet", "Tablet", Some("Generic")),
];

static COMPILED: LazyLock<Tables> = LazyLock::new(|| Tables {
    browsers: BROWSERS.iter().map(|(pattern, name)| (compile(pattern), *name)).collect(),
    systems: SYSTEMS.iter().map(|(pattern, name)| (compile(pattern), *name)).collect(),
    devices: DEVICES.iter().map(|row| compile(row.0)).collect(),
});

struct Tables {
    browsers: Vec<(Regex, &'static str)>,
    systems: Vec<(Regex, &'static str)>,
    /// In the order of [`DEVICES`].
    devices: Vec<Regex>,
}

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the expressions of this file are constants that compile")
}

/// `{device, family, os, version}`; what is not known is `Other`, or nil.
fn useragent(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let header = input.to_text();
    let header: String = header.chars().take(LONGEST).collect();
    let (family, version) = named(&COMPILED.browsers, &header);
    let (system, system_version) = named(&COMPILED.systems, &header);
    Ok(Value::hash_of([
        ("device", device(&header)),
        ("family", Value::str(family)),
        ("os", Value::hash_of([("version", system_version), ("family", Value::str(system))])),
        ("version", version),
    ]))
}

/// The name of the first row that fits, and the version; nil if the header has none.
fn named(rows: &[(Regex, &'static str)], header: &str) -> (&'static str, Value) {
    let found = rows.iter().find_map(|(pattern, name)| Some((*name, pattern.captures(header)?)));
    found.map_or((OTHER, Value::Nil), |(name, found)| (name, version(&found)))
}

fn version(found: &Captures<'_>) -> Value {
    let part = |at| found.get(at).map(|part| part.as_str());
    let parts = [part(1), part(2), part(3)];
    let whole: Vec<_> = parts.into_iter().map_while(|part| part).collect();
    if whole.is_empty() {
        return Value::Nil;
    }
    let [major, minor, patch] = parts.map(|part| part.map_or(Value::Nil, Value::str));
    Value::hash_of([
        ("version", Value::str(whole.join("."))),
        ("major", major),
        ("minor", minor),
        ("patch", patch),
    ])
}

fn device(header: &str) -> Value {
    let found = DEVICES.iter().zip(&COMPILED.devices).find_map(|((_, family, model, brand), pattern)| {
        Some((family, model, brand, pattern.captures(header)?))
    });
    let Some((family, model, brand, found)) = found else {
        return Value::hash_of([
            ("family", Value::str(OTHER)),
            ("model", Value::str(OTHER)),
            ("brand", Value::Nil),
        ]);
    };
    let filled = |template: &str| {
        let model = found.get(1).map_or("", |model| model.as_str());
        Value::str(template.replace("$1", model))
    };
    Value::hash_of([
        ("family", filled(family)),
        ("model", filled(model)),
        ("brand", brand.map_or(Value::Nil, Value::str)),
    ])
}

#[cfg(test)]
mod tests {
    use crate::liquid::filters::tests::{call, check};
    use crate::liquid::value::Value;
    use serde_json::json;

    #[test]
    fn header_is_taken_apart() {
        check(&[(
            json!("Mozilla/5.0 (Windows NT 6.1; WOW64; rv:47.0) Gecko/20100101 Firefox/47.0"),
            "useragent",
            json!([]),
            json!({
                "device": {"family": "Other", "model": "Other", "brand": null},
                "family": "Firefox",
                "os": {"version": null, "family": "Windows 7"},
                "version": {"version": "47.0", "major": "47", "minor": "0", "patch": null},
            }),
        )]);
    }

    #[test]
    fn browsers_that_claim_to_be_others_are_told_apart() {
        let rows = [
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.109 Safari/537.36",
                ["Chrome", "120.0.6099", "Mac OS X", "10.15.7", "Mac"],
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.61",
                ["Edge", "120.0.2210", "Windows 10", "", "Other"],
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1.2 Mobile/15E148 Safari/604.1",
                ["Mobile Safari", "17.1.2", "iOS", "17.1.2", "iPhone"],
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36",
                ["Chrome Mobile", "112.0.0", "Android", "13", "Samsung SM-S901B"],
            ),
            (
                "Mozilla/5.0 (Android 14; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0",
                ["Firefox Mobile", "121.0", "Android", "14", "Generic Smartphone"],
            ),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                ["Googlebot", "2.1", "Other", "", "Spider"],
            ),
            (
                "Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko",
                ["IE", "11.0", "Windows 8.1", "", "Other"],
            ),
            (
                "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
                ["Firefox", "115.0", "Ubuntu", "", "Other"],
            ),
            ("curl/8.4.0", ["curl", "8.4.0", "Other", "", "Other"]),
            ("", ["Other", "", "Other", "", "Other"]),
        ];
        for (header, expected) in rows {
            let found = call(&Value::str(header), "useragent", vec![], &json!({})).unwrap();
            let paths = ["family", "version.version", "os.family", "os.version.version", "device.family"];
            let told = paths.map(|path| {
                path.split('.').fold(found.clone(), |value, key| value.property(key)).to_text().into_owned()
            });
            assert_eq!(told, expected, "{header}");
        }
        let long = "Mozilla ".repeat(100_000);
        assert!(call(&Value::str(long), "useragent", vec![], &json!({})).is_ok());
    }
}
