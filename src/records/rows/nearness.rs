//! How near the place that a property holds is to another one.

use std::sync::Arc;

use serde_json::Value as Json;

use super::criteria::Attribute;
use super::holds::float;
use super::values;
use crate::store::GeoPoint;

/// Of a geojson property. What holds no point is near to nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Nearness {
    pub(crate) point: GeoPoint,
    pub(crate) radius: Radius,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Radius {
    Kilometers(f64),
    /// As many kilometers as this property of the same row says.
    Property(Arc<str>),
}

impl Nearness {
    pub(super) fn holds(&self, place: &Json, value: &dyn Fn(&Attribute) -> Json) -> bool {
        let Some(place) = GeoPoint::of(place) else { return false };
        let radius = match &self.radius {
            Radius::Kilometers(radius) => Some(*radius),
            Radius::Property(name) => {
                values::number(&value(&Attribute::Property(name.clone()))).and_then(|radius| float(&radius))
            }
        };
        radius.is_some_and(|radius| self.point.kilometers_to(place) <= radius)
    }
}
