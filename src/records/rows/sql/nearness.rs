//! Distances as SQL: `kilometers(geojson, longitude, latitude)` measures, row by row.

use super::{Row, Sql};
use crate::records::rows::criteria::Field;
use crate::records::rows::nearness::{Nearness, Radius};
use crate::store::GeoPoint;

impl Sql {
    pub(super) fn nearness(&mut self, field: &Field, nearness: &Nearness, row: &Row<'_>) {
        self.push("coalesce(");
        self.distance(field, nearness.point, row);
        self.push(" <= ");
        match &nearness.radius {
            Radius::Kilometers(radius) => drop(self.bind(*radius)),
            Radius::Property(name) => self.number_of(&Field::Property(name.clone()), row),
        }
        self.push(", 0)");
    }

    /// NULL where the field holds no point.
    pub(super) fn distance(&mut self, field: &Field, point: GeoPoint, row: &Row<'_>) {
        self.push("kilometers(");
        self.json(field, row);
        self.push(", ").bind(point.longitude()).push(", ").bind(point.latitude()).push(")");
    }
}
