//! Addresses of videos: what their provider calls them, and the player to embed. Told from the address alone; nobody
//! is asked.

use std::sync::LazyLock;

use ::regex::Regex;

use super::arguments::Arguments;
use super::html::escape;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] =
    &[Filter::new("video_params", 0..=0, video_params), Filter::new("videoify", 0..=1, videoify)];

struct Provider {
    name: &'static str,
    /// Matches an address; its only group is the id of the video.
    address: Regex,
    /// Stands before the id in the address of the player.
    player: &'static str,
}

static PROVIDERS: LazyLock<[Provider; 4]> = LazyLock::new(|| {
    let provider = |name, address, player| Provider {
        name,
        address: Regex::new(address).expect("the expressions of this file are constants that compile"),
        player,
    };
    [
        provider(
            "YouTube",
            r"(?x)^(?:https?:)?(?://)?(?:(?:www|m|music)\.)?
              (?: youtu\.be/
                | youtube(?:-nocookie)?\.com/
                  (?: (?:embed|v|shorts|live)/ | (?:watch|attribution_link)?\?(?:[^\#]*&)?(?:amp;)?v=) )
              ([\w-]{6,20})(?:[?&\#/].*)?$",
            "https://www.youtube.com/embed/",
        ),
        provider(
            "Vimeo",
            r"^(?:https?:)?(?://)?(?:www\.|player\.)?vimeo\.com/(?:video/|channels/[\w-]+/|groups/[\w-]+/videos/|album/\d+/video/)?(\d{1,20})(?:[?#/].*)?$",
            "https://player.vimeo.com/video/",
        ),
        provider(
            "Dailymotion",
            r"^(?:https?:)?(?://)?(?:(?:www\.)?dailymotion\.com/(?:embed/)?video/|dai\.ly/)([a-zA-Z0-9]{3,20})(?:[_?#/].*)?$",
            "https://www.dailymotion.com/embed/video/",
        ),
        provider(
            "Wistia",
            r"^(?:https?:)?(?://)?(?:[\w-]+\.)?wistia\.(?:com|net)/(?:medias|embed/iframe|embed/medias)/([a-zA-Z0-9]{3,20})(?:[.?#/].*)?$",
            "https://fast.wistia.net/embed/iframe/",
        ),
    ]
});

struct Video {
    provider: &'static str,
    id: String,
    player: String,
}

impl Video {
    fn find(address: &str) -> Option<Self> {
        PROVIDERS.iter().find_map(|provider| {
            let id = provider.address.captures(address)?.get(1)?.as_str();
            let player = format!("{}{id}", provider.player);
            Some(Self { provider: provider.name, id: id.to_owned(), player })
        })
    }

    /// `extra` are attributes of the frame, each beginning with a space.
    fn frame(&self, extra: &str) -> String {
        format!(
            "<iframe src=\"{}\" frameborder=\"0\" allowfullscreen=\"allowfullscreen\"{extra}></iframe>",
            self.player
        )
    }
}

/// Provider, id and player of a video; empty for an address of no known provider.
fn video_params(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let address = input.to_text();
    let Some(video) = Video::find(address.trim()) else {
        return Ok(Value::hash(Map::default()));
    };
    let embed_code = video.frame("");
    let entries = [
        ("provider", Value::str(video.provider)),
        ("url", Value::str(address.trim())),
        ("video_id", Value::str(video.id)),
        ("embed_url", Value::str(video.player)),
        ("embed_code", Value::str(embed_code)),
    ];
    Ok(Value::hash(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
}

/// The player in a frame, with attributes as the hash `iframe_attributes` has them; nothing for an address of no known
/// provider.
fn videoify(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let Some(video) = Video::find(input.to_text().trim()) else {
        return Ok(Value::safe(""));
    };
    let mut extra = String::new();
    if let Some(Value::Hash(attributes)) = arguments.option("iframe_attributes") {
        for (name, value) in attributes.borrow().iter() {
            extra.extend([" ", &escape(name), "=\"", &escape(&value.to_text()), "\""]);
        }
    }
    surroundings.limits.grow(extra.len())?;
    Ok(Value::safe(video.frame(&extra)))
}

#[cfg(test)]
mod tests {
    use super::Video;
    use crate::liquid::filters::tests::check;
    use serde_json::json;

    #[test]
    fn addresses_tell_provider_and_id() {
        let rows = [
            ("https://www.youtube.com/watch?v=8N_tupPBtWQ", Some(("YouTube", "8N_tupPBtWQ"))),
            ("http://youtube.com/watch?list=x&v=8N_tupPBtWQ&t=1", Some(("YouTube", "8N_tupPBtWQ"))),
            ("//youtu.be/8N_tupPBtWQ?t=5", Some(("YouTube", "8N_tupPBtWQ"))),
            ("https://m.youtube.com/shorts/8N_tupPBtWQ", Some(("YouTube", "8N_tupPBtWQ"))),
            ("https://www.youtube-nocookie.com/embed/8N_tupPBtWQ", Some(("YouTube", "8N_tupPBtWQ"))),
            ("https://vimeo.com/76979871", Some(("Vimeo", "76979871"))),
            ("https://player.vimeo.com/video/76979871#t=1", Some(("Vimeo", "76979871"))),
            ("https://www.dailymotion.com/video/x7tgad0_title", Some(("Dailymotion", "x7tgad0"))),
            ("https://home.wistia.com/medias/e4a27b971d", Some(("Wistia", "e4a27b971d"))),
            ("https://example.com/watch?v=8N_tupPBtWQ", None),
            ("https://evil.com/https://youtu.be/8N_tupPBtWQ", None),
            ("javascript:alert(1)//youtu.be/8N_tupPBtWQ", None),
            ("https://www.youtube.com/watch?v=\"><script>", None),
            ("", None),
        ];
        for (address, expected) in rows {
            let video = Video::find(address);
            let found = video.as_ref().map(|video| (video.provider, video.id.as_str()));
            assert_eq!(found, expected, "{address}");
        }
    }

    #[test]
    fn players_are_embedded_and_unknown_addresses_are_not() {
        let frame = "<iframe src=\"https://www.youtube.com/embed/8N_tupPBtWQ\" frameborder=\"0\" \
                     allowfullscreen=\"allowfullscreen\"></iframe>";
        let address = "https://www.youtube.com/watch?v=8N_tupPBtWQ";
        check(&[
            (
                json!(address),
                "video_params",
                json!([]),
                json!({
                    "provider": "YouTube",
                    "url": address,
                    "video_id": "8N_tupPBtWQ",
                    "embed_url": "https://www.youtube.com/embed/8N_tupPBtWQ",
                    "embed_code": frame,
                }),
            ),
            (json!(address), "videoify", json!([]), json!(frame)),
            (
                json!("vimeo.com/1"),
                "videoify",
                json!([{"iframe_attributes": {"width": "1\">"}}]),
                json!(
                    "<iframe src=\"https://player.vimeo.com/video/1\" frameborder=\"0\" \
                     allowfullscreen=\"allowfullscreen\" width=\"1&quot;&gt;\"></iframe>"
                ),
            ),
            (json!("nope"), "videoify", json!([]), json!("")),
            (json!(null), "videoify", json!([]), json!("")),
            (json!([1]), "video_params", json!([]), json!({})),
        ]);
    }
}
