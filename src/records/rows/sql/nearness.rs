//! Distances as SQL: `kilometers(geojson, longitude, latitude)` measures, row by row.

use super::{Row, Sql};
use crate::records::rows::criteria::Attribute;
use crate::records::rows::nearness::{Nearness, Radius};
use crate::store::GeoPoint;

impl Sql {
    pub(super) fn nearness(&mut self, attribute: &Attribute, nearness: &Nearness, row: &Row<'_>) {
        self.push("coalesce(");
        self.distance(attribute, nearness.point, row);
        self.push(" <= ");
        match &nearness.radius {
            Radius::Kilometers(radius) => drop(self.bind(*radius)),
            Radius::Property(name) => self.number_of(&Attribute::Property(name.clone()), row),
        }
        self.push(", 0)");
    }

    /// NULL where the attribute holds no point.
    pub(super) fn distance(&mut self, attribute: &Attribute, point: GeoPoint, row: &Row<'_>) {
        self.push("kilometers(");
        self.json(attribute, row);
        self.push(", ").bind(point.longitude()).push(", ").bind(point.latitude()).push(")");
    }
}
