//! Conditions on where something is: what `distance_sphere` and `within_radius` say of a geojson property. Pure.

use serde_json::{Map, Value as Json};

use super::cast;
use super::error::Error;
use super::selection::Field;
use crate::records::{Attribute, Direction, Filter, GeoPoint, Nearness, Radius, Sort, SortKey};

/// `distance_sphere`: not farther than so many kilometers. Without a place or a distance it is no condition.
pub(super) fn distance_sphere(property: &Attribute, input: &Json) -> Result<Option<Filter>, Error> {
    let Some(point) = point(input, "center")? else { return Ok(None) };
    let Some(radius) = input.get("distance_in_km").and_then(cast::float) else { return Ok(None) };
    let nearness = Nearness { point, radius: Radius::Kilometers(radius) };
    Ok(Some(Filter::Near(property.clone(), nearness)))
}

/// `within_radius`: the point lies in the circle around the property's place whose radius is another property.
pub(super) fn within_radius(property: &Attribute, input: &Json) -> Result<Option<Filter>, Error> {
    let Some(point) = point(input, "point")? else { return Ok(None) };
    let radius = input.get("radius_in_km_from_property").and_then(Json::as_str);
    let Some(radius) = radius.filter(|name| !name.trim().is_empty()) else { return Ok(None) };
    let nearness = Nearness { point, radius: Radius::Property(radius.into()) };
    Ok(Some(Filter::Near(property.clone(), nearness)))
}

/// The order that the distances in a field's `filter` ask for, which comes before that of `sort`: only conditions that all
/// rows must meet count, and those that say `NONE` ask for none.
pub(super) fn sorts(field: &Field) -> Vec<Sort> {
    let filters = field.argument("filter").and_then(|filter| filter.get("properties")?.as_array());
    let filters = filters.into_iter().flatten().filter_map(Json::as_object);
    filters.filter_map(by_distance).collect()
}

fn by_distance(filter: &Map<String, Json>) -> Option<Sort> {
    let name = filter.get("name")?.as_str().filter(|name| !name.trim().is_empty())?;
    let input = filter.get("distance_sphere")?;
    let direction = match input.get("sort")?.as_str()? {
        "ASC" => Direction::Ascending,
        "DESC" => Direction::Descending,
        _ => return None,
    };
    // A place that makes no sense has been refused with the filter.
    let key = SortKey::Distance(name.into(), point(input, "center").ok()??);
    Some(Sort { key, direction })
}

fn point(input: &Json, name: &str) -> Result<Option<GeoPoint>, Error> {
    match input.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.trim().is_empty() => Ok(None),
        Some(value) => GeoPoint::of(value).map(Some).ok_or_else(|| {
            let text = cast::text_of(value).unwrap_or_default();
            Error::new(format!(
                "{name}: `{text}` is no GeoJSON point; write {{ type: \"Point\", coordinates: [longitude, latitude] }}"
            ))
        }),
    }
}
