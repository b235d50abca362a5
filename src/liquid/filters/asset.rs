//! Addresses of the app's assets. They carry the time of the newest change, so that browsers may keep them for ever.

use super::arguments::Arguments;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("asset_name_to_raw_url", 0..=0, asset_name_to_raw_url),
    Filter::new("asset_path", 0..=0, asset_path),
    Filter::new("asset_url", 0..=0, asset_url),
];

/// Absolute; for the empty name the root of all assets.
fn asset_url(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(format!("{}{}", surroundings.base_url, path(surroundings, &input.to_text()))))
}

/// Nil for an asset that does not exist.
fn asset_name_to_raw_url(
    surroundings: &mut Surroundings<'_>,
    input: &Value,
    arguments: &Arguments,
) -> Filtered {
    match surroundings.app.asset(input.to_text().trim_start_matches('/')) {
        Some(_) => asset_url(surroundings, input, arguments),
        None => Ok(Value::Nil),
    }
}

fn asset_path(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(path(surroundings, &input.to_text())))
}

fn path(surroundings: &Surroundings<'_>, name: &str) -> String {
    let updated =
        surroundings.app.asset(name.trim_start_matches('/')).map(|_| surroundings.app.assets_updated());
    versioned(name, updated)
}

/// An asset that does not exist has no time of change.
fn versioned(name: &str, updated: Option<u64>) -> String {
    let version = updated.map_or_else(String::new, |seconds| format!("?updated={seconds}"));
    format!("/assets/{}{version}", name.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::versioned;

    #[test]
    fn only_assets_that_exist_carry_a_version() {
        assert_eq!(versioned("a/b.css", Some(7)), "/assets/a/b.css?updated=7");
        assert_eq!(versioned("nope.css", None), "/assets/nope.css");
        assert_eq!(versioned("", None), "/assets/");
    }
}
