//! What a browser says of itself, taken apart: `context.device`, and whoever else wants to know. Only what a page chooses
//! its layout by is told reliably; of the thousands of devices in the world the common ones have a name.

use serde_json::{Value as Json, json};

/// Tokens and the names the platform gives their browsers. Most browsers also carry the token of the one they descend
/// from, so the first that is found decides.
const BROWSERS: [(&str, &str); 24] = [
    ("EdgA/", "Microsoft Edge"),
    ("EdgiOS/", "Microsoft Edge"),
    ("Edg/", "Microsoft Edge"),
    ("Edge/", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Browser"),
    ("YaBrowser/", "Yandex Browser"),
    ("UCBrowser/", "UC Browser"),
    ("DuckDuckGo/", "DuckDuckGo Privacy Browser"),
    ("FxiOS/", "Firefox Mobile iOS"),
    ("CriOS/", "Chrome Mobile iOS"),
    ("HeadlessChrome/", "Headless Chrome"),
    ("Firefox/", "Firefox"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("MSIE ", "Internet Explorer"),
    ("Trident/7.0; rv:", "Internet Explorer"),
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("python-requests/", "Python Requests"),
    ("PostmanRuntime/", "Postman Desktop"),
    ("okhttp/", "OkHttp"),
];

const BOTS: [(&str, &str); 14] = [
    ("Googlebot", "Googlebot"),
    ("bingbot", "BingBot"),
    ("Applebot", "Applebot"),
    ("DuckDuckBot", "DuckDuckBot"),
    ("YandexBot", "Yandex Bot"),
    ("Baiduspider", "Baidu Spider"),
    ("facebookexternalhit", "Facebook External Hit"),
    ("Twitterbot", "Twitterbot"),
    ("LinkedInBot", "LinkedIn Bot"),
    ("Slackbot", "Slackbot"),
    ("AhrefsBot", "aHrefs Bot"),
    ("SemrushBot", "SemrushBot"),
    ("GPTBot", "GPTBot"),
    ("UptimeRobot", "Uptimebot"),
];

/// Versions of Windows by the number of their kernel.
const WINDOWS: [(&str, &str); 5] =
    [("10.0", "10"), ("6.3", "8.1"), ("6.2", "8"), ("6.1", "7"), ("6.0", "Vista")];

/// The `User-Agent` of a request, read. What it does not say is `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct UserAgent {
    name: Option<&'static str>,
    full_version: Option<String>,
    os_name: Option<&'static str>,
    os_full_version: Option<String>,
    /// `smartphone`, `tablet`, `tv`, `console`, else `desktop`; none for a robot.
    device_type: Option<&'static str>,
    device_brand: Option<&'static str>,
    device_name: Option<String>,
    bot_name: Option<&'static str>,
}

impl UserAgent {
    pub(crate) fn parse(agent: &str) -> Self {
        if let Some(bot_name) = bot(agent) {
            return Self { bot_name: Some(bot_name), ..Self::default() };
        }
        let (os_name, os_full_version) = system(agent).unzip();
        let (name, full_version) = browser(agent, os_name).unzip();
        let (device_brand, device_name) = device(agent);
        Self {
            name,
            full_version: full_version.flatten(),
            os_name,
            os_full_version: os_full_version.flatten(),
            device_type: device_type(agent, os_name),
            device_brand,
            device_name,
            bot_name: None,
        }
    }

    /// As `context.device` shows it.
    pub(crate) fn to_json(&self) -> Json {
        json!({
            "device_type": self.device_type,
            "device_brand": self.device_brand,
            "device_name": self.device_name,
            "name": self.name,
            "full_version": self.full_version,
            "os_name": self.os_name,
            "os_full_version": self.os_full_version,
            "bot": self.bot_name.is_some(),
            "bot_name": self.bot_name,
            "known": self.name.is_some() || self.bot_name.is_some(),
        })
    }
}

fn bot(agent: &str) -> Option<&'static str> {
    if let Some((_, name)) = BOTS.iter().find(|(token, _)| agent.contains(token)) {
        return Some(name);
    }
    let lower = agent.to_ascii_lowercase();
    let generic = ["bot/", "bot;", "bot)", "crawler", "spider"].iter().any(|word| lower.contains(word));
    generic.then_some("Generic Bot")
}

fn browser(agent: &str, system: Option<&str>) -> Option<(&'static str, Option<String>)> {
    let (token, name) = BROWSERS.iter().find(|(token, name)| {
        // Other browsers on Apple's engine have no `Version/`, others with one have no `Safari/`.
        agent.contains(token) && (*name != "Safari" || agent.contains("Safari/"))
    })?;
    let is_mobile = agent.contains("Mobile") || agent.contains("Mobi");
    let name = match (*name, system) {
        ("Chrome", Some("Android")) if agent.contains("; wv)") => "Chrome Webview",
        ("Chrome", Some("Android")) => "Chrome Mobile",
        ("Firefox", Some("Android")) => "Firefox Mobile",
        ("Safari", _) if is_mobile => "Mobile Safari",
        (name, _) => name,
    };
    Some((name, version_behind(agent, token)))
}

fn system(agent: &str) -> Option<(&'static str, Option<String>)> {
    let has = |part| agent.contains(part);
    if has("Windows Phone") {
        return Some(("Windows Phone", version_behind(agent, "Windows Phone ")));
    }
    if has("Windows") {
        let kernel = version_behind(agent, "Windows NT ");
        let named = |kernel: String| {
            WINDOWS
                .iter()
                .find(|(number, _)| *number == kernel)
                .map_or(kernel, |(_, name)| (*name).to_owned())
        };
        return Some(("Windows", kernel.map(named)));
    }
    if has("iPhone") || has("iPod") {
        return Some(("iOS", version_behind(agent, "iPhone OS ")));
    }
    if has("iPad") {
        return Some(("iPadOS", version_behind(agent, "CPU OS ")));
    }
    if has("Android") {
        return Some(("Android", version_behind(agent, "Android ")));
    }
    if has("Mac OS X") || has("Macintosh") {
        return Some(("Mac", version_behind(agent, "Mac OS X ")));
    }
    if has("CrOS") {
        return Some(("Chrome OS", version_behind(agent, "CrOS x86_64 ")));
    }
    if has("Ubuntu") {
        return Some(("Ubuntu", version_behind(agent, "Ubuntu/")));
    }
    has("Linux").then_some(("GNU/Linux", None))
}

fn device_type(agent: &str, system: Option<&str>) -> Option<&'static str> {
    let has = |part| agent.contains(part);
    if has("SmartTV") || has("SMART-TV") || has("AppleTV") || has("GoogleTV") || has("Web0S") {
        return Some("tv");
    }
    if has("PlayStation") || has("Xbox") || has("Nintendo") {
        return Some("console");
    }
    match system {
        Some("iPadOS") => Some("tablet"),
        Some("iOS" | "Windows Phone") => Some("smartphone"),
        Some("Android") if has("Tablet") || !has("Mobile") => Some("tablet"),
        Some("Android") => Some("smartphone"),
        _ if has("Mobi") => Some("smartphone"),
        // A page that chooses its layout by this has to choose one for scripts too.
        _ => Some("desktop"),
    }
}

/// Brand and model.
fn device(agent: &str) -> (Option<&'static str>, Option<String>) {
    for name in ["iPhone", "iPad", "iPod"] {
        if agent.contains(name) {
            return (Some("Apple"), Some(name.to_owned()));
        }
    }
    if agent.contains("Macintosh") {
        return (Some("Apple"), None);
    }
    let Some(model) = android_model(agent) else { return (None, None) };
    let brand = match model {
        _ if model.starts_with("SM-") || model.starts_with("Galaxy") => Some("Samsung"),
        _ if model.starts_with("Pixel") || model.starts_with("Nexus") => Some("Google"),
        _ if model.starts_with("Redmi") || model.starts_with("Mi ") => Some("Xiaomi"),
        _ => None,
    };
    (brand, Some(model.to_owned()))
}

/// The part behind the version of Android: `Linux; Android 14; Pixel 8 Build/UD1A`. `K` stands for any, where a browser
/// keeps its device to itself.
fn android_model(agent: &str) -> Option<&str> {
    let (_, behind) = agent.split_once("Android ")?;
    let inside = behind.split(')').next()?;
    let model = inside.split(';').skip(1).map(str::trim).find(|part| !part.is_empty())?;
    let model = model.split(" Build/").next().unwrap_or(model);
    let is_model =
        !model.is_empty() && !matches!(model, "K" | "wv" | "Mobile" | "Tablet") && !model.contains(':');
    is_model.then_some(model)
}

/// The version that follows `token`; Apple writes it with underscores.
fn version_behind(agent: &str, token: &str) -> Option<String> {
    let (_, behind) = agent.split_once(token)?;
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_');
    let version: String = behind.chars().take_while(|c| is_part(*c)).collect();
    let version = version.trim_matches(['.', '_']).replace('_', ".");
    (!version.is_empty()).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 \
        (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1";
    const IPAD: &str = "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
        CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1";
    const PIXEL: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A) AppleWebKit/537.36 (KHTML, like Gecko) \
        Chrome/119.0.0.0 Mobile Safari/537.36";
    const TABLET: &str = "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) \
        SamsungBrowser/22.0 Chrome/111.0.5563.116 Safari/537.36";
    const WINDOWS_EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
        Chrome/119.0.0.0 Safari/537.36 Edg/119.0.2151.58";
    const MAC_SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 \
        (KHTML, like Gecko) Version/17.0 Safari/605.1.15";
    const LINUX_FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";

    #[test]
    fn common_browsers_are_known() {
        let cases = [
            (IPHONE, ["Mobile Safari", "17.1", "iOS", "17.1", "smartphone", "iPhone"]),
            (IPAD, ["Chrome Mobile iOS", "119.0.6045.109", "iPadOS", "16.6", "tablet", "iPad"]),
            (PIXEL, ["Chrome Mobile", "119.0.0.0", "Android", "14", "smartphone", "Pixel 8"]),
            (TABLET, ["Samsung Browser", "22.0", "Android", "13", "tablet", "SM-X700"]),
            (WINDOWS_EDGE, ["Microsoft Edge", "119.0.2151.58", "Windows", "10", "desktop", ""]),
            (MAC_SAFARI, ["Safari", "17.0", "Mac", "10.15.7", "desktop", ""]),
            (LINUX_FIREFOX, ["Firefox", "120.0", "GNU/Linux", "", "desktop", ""]),
            ("curl/8.4.0", ["curl", "8.4.0", "", "", "desktop", ""]),
        ];
        for (agent, expected) in cases {
            let device = UserAgent::parse(agent).to_json();
            let keys = ["name", "full_version", "os_name", "os_full_version", "device_type", "device_name"];
            let found = keys.map(|key| device[key].as_str().unwrap_or_default());
            assert_eq!(found, expected, "{agent}");
            assert_eq!((&device["bot"], &device["known"]), (&json!(false), &json!(true)), "{agent}");
        }
    }

    #[test]
    fn robots_are_told_apart() {
        let google =
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Chrome/119 Mobile (compatible; Googlebot/2.1)";
        for (agent, name) in [(google, "Googlebot"), ("AcmeBot/1.0 (+https://acme.test)", "Generic Bot")] {
            let device = UserAgent::parse(agent).to_json();
            assert_eq!((&device["bot"], &device["bot_name"]), (&json!(true), &json!(name)), "{agent}");
            assert!(device["device_type"].is_null(), "{agent}");
        }
    }

    #[test]
    fn unknown_agents_say_nothing() {
        for agent in ["", "(", "Android ", "Version/", "\u{202e}Windows NT", &"Android 1;".repeat(10_000)] {
            let device = UserAgent::parse(agent).to_json();
            assert_eq!((&device["name"], &device["known"]), (&Json::Null, &json!(false)), "{agent:.20}");
        }
    }
}
