//! An address as a QR code, drawn as SVG: one path that stands in an `<svg>` of the page, or a whole picture.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

use super::arguments::{Arguments, integer};
use super::html::escape;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[Filter::new("url_to_qrcode_svg", 0..=1, url_to_qrcode_svg)];

/// Pixels along the side of one module.
const MODULE_SIZE: i64 = 11;
const MAX_MODULE_SIZE: i64 = 1000;

/// Options `color` (`000`), `module_size` (11), `shape_rendering` (`crispEdges`), `viewbox` (false), and `standalone`
/// (false): the picture instead of the path alone. The code can be read with up to 30 % of it covered.
fn url_to_qrcode_svg(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    let code = QrCode::encode_text(&text, QrCodeEcc::High).map_err(|_| {
        Rejection::Argument(format!("too long for a QR code: {} bytes, room is for 1273", text.len()))
    })?;
    let module_size = arguments.option("module_size").map_or(Ok(MODULE_SIZE), |size| integer(&size))?;
    if !(1..=MAX_MODULE_SIZE).contains(&module_size) {
        return Err(Rejection::Argument(format!("module_size must be between 1 and {MAX_MODULE_SIZE}")));
    }
    let color = arguments.option("color").unwrap_or_else(|| Value::str("000"));
    let color = color.to_text();
    let color = escape(color.trim_start_matches('#'));
    let path = format!(
        "<path d=\"{}\" style=\"fill:#{color}\" transform=\"translate(0,0) scale({module_size})\"/>",
        outline(&code)
    );
    surroundings.limits.grow(path.len())?;
    if !arguments.flag("standalone").unwrap_or(false) {
        return Ok(Value::safe(path));
    }
    let side = i64::from(code.size()) * module_size;
    let size = if arguments.flag("viewbox").unwrap_or(false) {
        format!("viewBox=\"0 0 {side} {side}\"")
    } else {
        format!("width=\"{side}\" height=\"{side}\"")
    };
    let rendering = arguments.option("shape_rendering").unwrap_or_else(|| Value::str("crispEdges"));
    Ok(Value::safe(format!(
        "<?xml version=\"1.0\" standalone=\"yes\"?><svg version=\"1.1\" xmlns=\"http://www.w3.org/2000/svg\" \
         xmlns:xlink=\"http://www.w3.org/1999/xlink\" {size} shape-rendering=\"{}\">{path}</svg>",
        escape(&rendering.to_text())
    )))
}

/// The dark modules, each row's neighbours drawn as one rectangle.
fn outline(code: &QrCode) -> String {
    let mut outline = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            if length > 0 {
                write!(outline, "M{x} {y}h{length}v1h-{length}z").expect("writing to a String cannot fail");
            }
            // The module behind the run is light.
            x += i32::try_from(length).unwrap_or(0) + 1;
        }
    }
    outline
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liquid::filters::tests::{call, check_rejections};
    use serde_json::json;

    fn svg(text: &str, options: serde_json::Value) -> String {
        call(&Value::str(text), "url_to_qrcode_svg", vec![], &options).unwrap().to_text().into_owned()
    }

    #[test]
    fn path_begins_with_the_finder_patterns() {
        let path = svg("https://example.com", json!({}));
        assert!(path.starts_with("<path d=\"M0 0h7v1h-7z"), "{path}");
        assert!(path.contains("M22 0h7v1h-7z"), "29 modules wide: {path}");
        assert!(path.ends_with("\" style=\"fill:#000\" transform=\"translate(0,0) scale(11)\"/>"), "{path}");
    }

    #[test]
    fn standalone_picture_has_its_size_or_a_view_box() {
        let picture = svg("https://example.com", json!({"standalone": true}));
        assert!(picture.contains("width=\"319\" height=\"319\" shape-rendering=\"crispEdges\""), "{picture}");
        let scalable =
            svg("https://example.com", json!({"standalone": true, "viewbox": true, "module_size": 2}));
        assert!(scalable.contains("viewBox=\"0 0 58 58\""), "{scalable}");
    }

    #[test]
    fn options_cannot_leave_their_attribute() {
        let path = svg("x", json!({"color": "f00\"><script>"}));
        assert!(path.contains("fill:#f00&quot;&gt;&lt;script&gt;"), "{path}");
        let outline = |text| svg(text, json!({})).split_once("\" style").unwrap().0.to_owned();
        assert_eq!(outline("x"), svg("x", json!({"color": "#f00"})).split_once("\" style").unwrap().0);
    }

    #[test]
    fn text_that_does_not_fit_is_refused() {
        check_rejections(&[
            (
                json!("ż".repeat(700)),
                "url_to_qrcode_svg",
                json!([]),
                "too long for a QR code: 1400 bytes, room is for 1273",
            ),
            (
                json!("x"),
                "url_to_qrcode_svg",
                json!([{"module_size": 0}]),
                "module_size must be between 1 and 1000",
            ),
            (json!("x"), "url_to_qrcode_svg", json!([{"module_size": "big"}]), "invalid integer"),
        ]);
    }
}
