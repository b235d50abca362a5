//! A place on Earth, and how far another one is: of a sphere, which is never more than 0.6 % off.

use serde_json::Value as Json;

/// Kilometers; the mean radius of the Earth.
const EARTH_RADIUS: f64 = 6371.0088;

/// In degrees; both are finite, the latitude lies between the poles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct GeoPoint {
    longitude: f64,
    latitude: f64,
}

impl GeoPoint {
    pub(crate) fn new(longitude: f64, latitude: f64) -> Option<Self> {
        let is_on_earth = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
        is_on_earth.then_some(Self { longitude, latitude })
    }

    /// A GeoJSON point, or a feature that is one; also as text. `None` for anything else.
    pub(crate) fn of(value: &Json) -> Option<Self> {
        if let Json::String(text) = value {
            // Only one level: text in text is no GeoJSON.
            return serde_json::from_str(text)
                .ok()
                .filter(Json::is_object)
                .and_then(|value| Self::of(&value));
        }
        let geometry = match value.get("type")?.as_str()? {
            "Feature" => value.get("geometry")?,
            _ => value,
        };
        let coordinates =
            geometry.get("coordinates").filter(|_| geometry.get("type") == Some(&"Point".into()))?;
        Self::new(coordinates.get(0)?.as_f64()?, coordinates.get(1)?.as_f64()?)
    }

    pub(crate) fn longitude(self) -> f64 {
        self.longitude
    }

    pub(crate) fn latitude(self) -> f64 {
        self.latitude
    }

    /// Along the surface, by the haversine formula.
    pub(crate) fn kilometers_to(self, other: Self) -> f64 {
        let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
        let parallels = self.latitude.to_radians().cos() * other.latitude.to_radians().cos();
        let haversine =
            half(self.latitude, other.latitude) + parallels * half(self.longitude, other.longitude);
        // Rounding may leave a little more than 1 for two ends of the Earth.
        2.0 * EARTH_RADIUS * haversine.sqrt().min(1.0).asin()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn place() -> impl Strategy<Value = GeoPoint> {
        (-180.0..=180.0, -90.0..=90.0).prop_map(|(longitude, latitude)| GeoPoint { longitude, latitude })
    }

    /// On a sphere of radius 1.
    fn vector(point: GeoPoint) -> [f64; 3] {
        let (longitude, latitude) = (point.longitude.to_radians(), point.latitude.to_radians());
        [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn distance_is_that_of_the_chord_through_the_sphere(a in place(), b in place()) {
            let chord: f64 = vector(a).iter().zip(vector(b)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            let expected = 2.0 * EARTH_RADIUS * (chord / 2.0).min(1.0).asin();
            prop_assert!((a.kilometers_to(b) - expected).abs() < 0.001, "{} {expected}", a.kilometers_to(b));
        }
    }

    #[test]
    fn known_distances() {
        let point = |longitude, latitude| GeoPoint { longitude, latitude };
        for (a, b, expected) in [
            (point(21.0122, 52.2297), point(19.945, 50.0647), 252.0),
            (point(-0.1278, 51.5074), point(-74.006, 40.7128), 5570.2),
            (point(179.5, 0.0), point(-179.5, 0.0), 111.2),
            (point(0.0, 90.0), point(90.0, -90.0), 20015.1),
            (point(7.0, 7.0), point(7.0, 7.0), 0.0),
        ] {
            let found = a.kilometers_to(b);
            assert!((found - expected).abs() < 0.1, "{a:?} {b:?}: {found}");
        }
    }

    #[test]
    fn only_points_on_earth_are_points() {
        let point = json!({"type": "Point", "coordinates": [1.5, -2, 30]});
        let found = Some(GeoPoint { longitude: 1.5, latitude: -2.0 });
        for (value, expected) in [
            (point.clone(), found),
            (json!({"type": "Feature", "geometry": point}), found),
            (json!(point.to_string()), found),
            (json!(json!(point.to_string()).to_string()), None),
            (json!({"type": "Polygon", "coordinates": [1.5, -2]}), None),
            (json!({"type": "Point", "coordinates": [1.5]}), None),
            (json!({"type": "Point", "coordinates": ["1.5", "-2"]}), None),
            (json!({"type": "Point", "coordinates": [180.5, 0]}), None),
            (json!({"type": "Point", "coordinates": [0, -91]}), None),
            (json!({"coordinates": [1.5, -2]}), None),
            (json!([1.5, -2]), None),
            (json!("Point"), None),
            (json!(null), None),
        ] {
            assert_eq!(GeoPoint::of(&value), expected, "{value}");
        }
    }
}
