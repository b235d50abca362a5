//! The filter inputs of queries to [`Criteria`]. Pure. The rules of blank operands are here: null switches a condition off,
//! for every operator; so do an empty text and an empty list in a condition on a property, unless `allow_empty` is set,
//! because every search form sends them. On a column an empty text is compared: a sign-in without an address must not find
//! the first user.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::cast;
use super::error::Error;
use super::geo;
use super::words;
use crate::app::{App, PropertyType, Table, table_id};
use crate::records::{
    ArrayTest, Attribute, Bound, Case, Column, Criteria, Entity, Filter, Liveness, Operand, TextPart,
    TextTest,
};

type Result<T> = std::result::Result<T, Error>;
type Input = Map<String, Json>;

/// What a filter input says of records; without one, all live records of all tables.
pub(super) fn records(app: &App, filter: Option<&Json>) -> Result<Criteria> {
    criteria(app, Entity::Record, filter, None)
}

pub(super) fn users(app: &App, filter: Option<&Json>) -> Result<Criteria> {
    criteria(app, Entity::User, filter, None)
}

/// `tables` restricts to these besides the filter.
pub(super) fn in_tables(app: &App, tables: &[&str], filter: Option<&Json>) -> Result<Criteria> {
    criteria(app, Entity::Record, filter, Some(tables))
}

/// Conditions of one filter, each of which binds a few values; a statement may have 32,766 of these.
const MOST_CONDITIONS: usize = 4_000;

/// Relations within relations of one filter. Fewer than a selection may have: SQLite adds up how deep the expressions of
/// statements within statements are, and refuses a thousand levels.
const MAX_DEPTH: usize = 10;

/// # Errors
/// It makes no sense, or has too many conditions.
fn criteria(app: &App, entity: Entity, filter: Option<&Json>, tables: Option<&[&str]>) -> Result<Criteria> {
    let criteria = criteria_of(app, entity, filter, tables, MAX_DEPTH)?;
    if criteria.filter.conditions() > MOST_CONDITIONS {
        return Err(Error::new(format!("a filter may have at most {MOST_CONDITIONS} conditions")));
    }
    Ok(criteria)
}

fn criteria_of(
    app: &App,
    entity: Entity,
    filter: Option<&Json>,
    tables: Option<&[&str]>,
    depth: usize,
) -> Result<Criteria> {
    let empty = Input::new();
    let input = filter.and_then(Json::as_object).unwrap_or(&empty);
    let table = match tables {
        Some([table]) => Some((*table).to_owned()),
        _ => exact_table(app, input),
    };
    let types = Types { app, entity, table: table.as_deref(), depth };
    let mut all = types.conditions(input)?;
    if let Some(tables @ ([] | [_, _, ..])) = tables {
        let tables = tables.iter().map(|table| Operand::Text((*table).to_owned())).collect();
        all.push(Filter::OneOf(Attribute::Column(Column::Table), tables));
    }
    let liveness = match input.get("deleted_at").and_then(Json::as_object) {
        Some(deleted) => match deleted.get("exists").and_then(Json::as_bool) {
            Some(false) => Liveness::Live,
            Some(true) => Liveness::Deleted,
            None if column_conditions(Column::DeletedAt, deleted)?.is_empty() => Liveness::Live,
            None => Liveness::Deleted,
        },
        None => Liveness::Live,
    };
    Ok(Criteria { entity, table: table.map(Arc::from), liveness, filter: Filter::All(all) })
}

/// The one table a filter names.
fn exact_table(app: &App, input: &Input) -> Option<String> {
    let exact = |key: &str| {
        let table = input.get(key)?;
        let exact = table.get("value").filter(|value| !value.is_null()).or_else(|| table.get("exact"));
        exact.and_then(cast::text_of)
    };
    let by_id = |key: &str| exact(key).map(|id| table_named(app, id));
    exact("table")
        .or_else(|| exact("model_schema_name"))
        .or_else(|| by_id("table_id"))
        .or_else(|| by_id("model_schema_id"))
}

/// The name of the table with this id. What is no id of a table is taken for a name.
fn table_named(app: &App, id: String) -> String {
    let named = id.parse().ok().and_then(|id: u64| app.tables().find(|table| table_id(&table.name) == id));
    named.map_or(id, |table| table.name.to_string())
}

/// Where the types of properties come from.
#[derive(Clone, Copy)]
struct Types<'a> {
    app: &'a App,
    entity: Entity,
    table: Option<&'a str>,
    /// How many relations may still lie in each other.
    depth: usize,
}

impl Types<'_> {
    /// The declared type. Without a table, that of the first table which has a property of this name.
    fn of(&self, name: &str, told: Option<&str>) -> PropertyType {
        let declared = |table: &Arc<Table>| table.properties.get(name).map(|property| property.kind);
        let declared = match (self.entity, self.table) {
            (Entity::User, _) => declared(self.app.users_table()),
            (Entity::Record, Some(table)) => self.app.table(table).and_then(declared),
            (Entity::Record, None) => self.app.tables().find_map(declared),
            (Entity::Profile, Some(name)) => self.app.profile_type(name).and_then(declared),
            (Entity::Profile, None) => self.app.profile_types().find_map(declared),
            (Entity::Activity, _) => None,
        };
        declared.or_else(|| told.and_then(PropertyType::named)).unwrap_or_default()
    }

    fn conditions(&self, input: &Input) -> Result<Vec<Filter>> {
        let mut all = Vec::new();
        for (key, value) in input.iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "or" => all.extend(self.any(value)?),
                "properties" => all.extend(self.properties(value)?),
                "related_records" | "related_models" | "models" => {
                    all.extend(self.related(value, Entity::Record)?);
                }
                "profiles" => all.extend(self.profiles(value)?),
                "related_users" | "users" => all.extend(self.related(value, Entity::User)?),
                "fulltext" => all.extend(words::condition(self.app, self.table, value)?),
                "table_id" | "model_schema_id" => all.extend(self.table_ids(value)?),
                key => {
                    let Some(operators) = value.as_object() else { continue };
                    let column = match (self.entity, key) {
                        // Of old, the name of a model's table.
                        (Entity::Record, "name") => Column::Table,
                        (_, key) => column(key)
                            .ok_or_else(|| Error::new(format!("not supported here: filter `{key}`")))?,
                    };
                    all.extend(column_conditions(column, operators)?);
                }
            }
        }
        Ok(all)
    }

    /// Rows have the name of their table, not its id.
    fn table_ids(&self, operators: &Json) -> Result<Vec<Filter>> {
        let Some(operators) = operators.as_object() else { return Ok(Vec::new()) };
        let name =
            |id: &Json| Ok(Operand::Text(table_named(self.app, cast::text_of(id).unwrap_or_default())));
        operator_conditions(&Attribute::Column(Column::Table), false, operators, &name)
    }

    /// Branches without a condition say nothing; where none says anything, neither does `or`.
    fn any(&self, branches: &Json) -> Result<Option<Filter>> {
        let branches = branches.as_array().into_iter().flatten().filter_map(Json::as_object);
        let mut any = Vec::new();
        for branch in branches {
            let table = exact_table(self.app, branch);
            let all = Types { table: table.as_deref().or(self.table), ..*self }.conditions(branch)?;
            if !all.is_empty() {
                any.push(Filter::All(all));
            }
        }
        Ok((!any.is_empty()).then_some(Filter::Any(any)))
    }

    fn properties(&self, filters: &Json) -> Result<Vec<Filter>> {
        let mut all = Vec::new();
        for filter in filters.as_array().into_iter().flatten().filter_map(Json::as_object) {
            let name = filter.get("name").and_then(Json::as_str).unwrap_or_default();
            if name.trim().is_empty() {
                continue;
            }
            let kind = self.of(name, filter.get("property_type").and_then(Json::as_str));
            all.extend(property_conditions(name, kind, filter)?);
        }
        Ok(all)
    }

    /// Each entry holds if the user has a live profile that is as it says.
    fn profiles(&self, filters: &Json) -> Result<Vec<Filter>> {
        let mut all = Vec::new();
        for filter in filters.as_array().into_iter().flatten().filter_map(Json::as_object) {
            let name = filter.get("name").and_then(Json::as_str);
            let types = Types { entity: Entity::Profile, table: name, ..*self };
            let mut tests = match filter.get("properties") {
                Some(properties) => types.properties(properties)?,
                None => Vec::new(),
            };
            if let Some(name) = name {
                let name = Operand::Text(name.to_owned());
                tests.push(Filter::OneOf(Attribute::Column(Column::Table), vec![name]));
            }
            if let Some(operators) = filter.get("name_filter").and_then(Json::as_object) {
                tests.extend(column_conditions(Column::Table, operators)?);
            }
            if !tests.is_empty() {
                let criteria = profiles_that(tests);
                let (ours, theirs) = (Attribute::Column(Column::Id), Attribute::Column(Column::UserId));
                all.push(Filter::Related { ours, theirs, criteria: Box::new(criteria) });
            }
        }
        Ok(all)
    }

    fn related(&self, relations: &Json, entity: Entity) -> Result<Vec<Filter>> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| {
            Error::new(format!("relations in a filter may lie {MAX_DEPTH} deep in each other"))
        })?;
        let mut all = Vec::new();
        for relation in relations.as_array().into_iter().flatten().filter_map(Json::as_object) {
            let join = relation.get("join").and_then(Json::as_object);
            let says = |key: &str| join.and_then(|join| join.get(key)).and_then(Json::as_str);
            let ours = attribute(self.entity, says("join_on_property").unwrap_or("id"));
            let theirs = attribute(entity, says("foreign_property").unwrap_or("id"));
            let criteria = Box::new(criteria_of(self.app, entity, relation.get("filter"), None, depth)?);
            all.push(Filter::Related { ours, theirs, criteria });
        }
        Ok(all)
    }
}

/// Live profiles of which all this holds.
fn profiles_that(tests: Vec<Filter>) -> Criteria {
    Criteria { entity: Entity::Profile, table: None, liveness: Liveness::Live, filter: Filter::All(tests) }
}

/// Live profiles of users, of one type where one is named.
pub(super) fn profiles(profile_type: Option<&str>) -> Criteria {
    let named = profile_type
        .map(|name| Filter::OneOf(Attribute::Column(Column::Table), vec![Operand::Text(name.to_owned())]));
    profiles_that(named.into_iter().collect())
}

/// A column by its name, else a property: either side of a join may be both.
pub(super) fn attribute(entity: Entity, name: &str) -> Attribute {
    let of_both = matches!(name, "id" | "external_id" | "created_at" | "updated_at" | "deleted_at");
    let is_column = of_both
        || match entity {
            Entity::Record | Entity::Profile => name == "user_id",
            Entity::User => matches!(
                name,
                "email" | "first_name" | "middle_name" | "last_name" | "name" | "slug" | "language"
            ),
            Entity::Activity => name == "uuid",
        };
    match column(name).filter(|_| is_column) {
        Some(column) => Attribute::Column(column),
        None => Attribute::Property(name.into()),
    }
}

/// The column that filters and sorts call so.
pub(super) fn column(name: &str) -> Option<Column> {
    Some(match name {
        "id" => Column::Id,
        // What is sorted by the tables is sorted by their names.
        "table" | "table_id" | "model_schema_name" | "model_schema_id" => Column::Table,
        "user_id" => Column::UserId,
        "external_id" => Column::ExternalId,
        "created_at" => Column::CreatedAt,
        "updated_at" => Column::UpdatedAt,
        "deleted_at" => Column::DeletedAt,
        "email" => Column::Email,
        "first_name" => Column::FirstName,
        "middle_name" => Column::MiddleName,
        "last_name" => Column::LastName,
        "name" => Column::Name,
        "slug" => Column::Slug,
        "language" => Column::Language,
        "uuid" => Column::Uuid,
        _ => return None,
    })
}

fn column_conditions(column: Column, operators: &Input) -> Result<Vec<Filter>> {
    let is_time = matches!(column, Column::CreatedAt | Column::UpdatedAt | Column::DeletedAt);
    operator_conditions(&Attribute::Column(column), is_time, operators, &|value| operand(column, value))
}

/// What the operators of one input object say of an attribute.
pub(super) fn operator_conditions(
    attribute: &Attribute,
    is_time: bool,
    operators: &Input,
    operand: &dyn Fn(&Json) -> Result<Operand>,
) -> Result<Vec<Filter>> {
    let case = case(operators);
    let mut all = Vec::new();
    for (operator, value) in operators.iter().filter(|(_, value)| !value.is_null()) {
        if is_time && value.as_str().is_some_and(str::is_empty) {
            continue;
        }
        let (operator, is_negated) = positive(operator);
        let filter = match operator {
            "value" | "exact" => Filter::OneOf(attribute.clone(), vec![operand(value)?]),
            "value_in" => {
                let values: Result<_> = items(value).iter().map(operand).collect();
                Filter::OneOf(attribute.clone(), values?)
            }
            "contains" => text_test(attribute.clone(), TextPart::Anywhere, value, case),
            "starts_with" => text_test(attribute.clone(), TextPart::Start, value, case),
            "ends_with" => text_test(attribute.clone(), TextPart::End, value, case),
            "exists" => exists(attribute, value),
            // `is_null: true` is `exists: false`.
            "is_null" => exists(attribute, value).not(),
            "range" => match bounds(value, operand)? {
                bounds if bounds.is_empty() => continue,
                bounds => Filter::Range(attribute.clone(), bounds),
            },
            "gt" | "gte" | "lt" | "lte" => {
                let bound = bound(operator).map(|bound| Ok((bound, operand(value)?)));
                Filter::Range(attribute.clone(), bound.into_iter().collect::<Result<_>>()?)
            }
            // `case_sensitive` is none by itself.
            _ => continue,
        };
        all.push(if is_negated { filter.not() } else { filter });
    }
    Ok(all)
}

fn exists(attribute: &Attribute, value: &Json) -> Filter {
    let exists = Filter::Exists(attribute.clone());
    if value.as_bool() == Some(false) { exists.not() } else { exists }
}

pub(super) fn property_conditions(name: &str, kind: PropertyType, filter: &Input) -> Result<Vec<Filter>> {
    let attribute = Attribute::Property(name.into());
    let case = case(filter);
    let allows_empty = filter.get("allow_empty").and_then(Json::as_bool).unwrap_or(false);
    let mut all = Vec::new();
    for (operator, value) in filter {
        if value.is_null()
            || matches!(
                operator.as_str(),
                "name" | "key" | "allow_empty" | "case_sensitive" | "property_type"
            )
        {
            continue;
        }
        let is_empty =
            value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(Vec::is_empty);
        if is_empty && !allows_empty {
            continue;
        }
        let (operator, is_negated) = positive(operator);
        let is = |operands: Vec<Operand>| Filter::OneOf(attribute.clone(), operands);
        let filter = match operator {
            "value" => is(vec![Operand::Text(cast::text_of(value).unwrap_or_default())]),
            "value_boolean" => is(match value.as_bool() {
                Some(true) => vec![Operand::Text("true".into()), Operand::Text("t".into())],
                _ => vec![Operand::Text("false".into()), Operand::Text("f".into())],
            }),
            "value_int" | "value_float" => is(number(value).into_iter().collect()),
            "value_in" if kind == PropertyType::Array => {
                Filter::Array(attribute.clone(), ArrayTest::Within(texts(value)))
            }
            "value_in" => is(texts(value).into_iter().map(Operand::Text).collect()),
            "value_array" => Filter::Array(attribute.clone(), ArrayTest::Equals(texts(value))),
            "array_contains" => Filter::Array(attribute.clone(), ArrayTest::Contains(texts(value))),
            "array_overlaps" => Filter::Array(attribute.clone(), ArrayTest::Overlaps(texts(value))),
            "contains" => text_test(attribute.clone(), TextPart::Anywhere, value, case),
            "starts_with" => text_test(attribute.clone(), TextPart::Start, value, case),
            "ends_with" => text_test(attribute.clone(), TextPart::End, value, case),
            "exists" => exists(&attribute, value),
            "range" => match bounds(value, &|value| Ok(of_type(value, kind)))? {
                bounds if bounds.is_empty() => continue,
                bounds => Filter::Range(attribute.clone(), bounds),
            },
            "distance_sphere" | "within_radius" => {
                let condition = match operator {
                    "distance_sphere" => geo::distance_sphere(&attribute, value)?,
                    _ => geo::within_radius(&attribute, value)?,
                };
                let Some(near) = condition else { continue };
                near
            }
            other => return Err(Error::new(format!("not supported here: filter `{other}` of a property"))),
        };
        all.push(if is_negated { filter.not() } else { filter });
    }
    Ok(all)
}

/// The operator without its `not_`.
fn positive(operator: &str) -> (&str, bool) {
    operator.strip_prefix("not_").map_or((operator, false), |positive| (positive, true))
}

fn case(operators: &Input) -> Case {
    match operators.get("case_sensitive").and_then(Json::as_bool) {
        Some(true) => Case::Sensitive,
        Some(false) | None => Case::Insensitive,
    }
}

fn text_test(attribute: Attribute, part: TextPart, value: &Json, case: Case) -> Filter {
    Filter::Text(attribute, TextTest { part, text: cast::text_of(value).unwrap_or_default(), case })
}

fn items(value: &Json) -> &[Json] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn texts(value: &Json) -> Vec<String> {
    items(value).iter().filter_map(cast::text_of).collect()
}

fn bounds(range: &Json, operand: &dyn Fn(&Json) -> Result<Operand>) -> Result<Vec<(Bound, Operand)>> {
    let range = range.as_object().into_iter().flatten();
    let given = range.filter(|(_, value)| !value.is_null() && value.as_str() != Some(""));
    let bounds = given.filter_map(|(name, value)| Some((bound(name)?, operand(value))));
    bounds.map(|(bound, operand)| Ok((bound, operand?))).collect()
}

fn bound(name: &str) -> Option<Bound> {
    Some(match name {
        "gt" => Bound::Above,
        "gte" => Bound::AtLeast,
        "lt" => Bound::Below,
        "lte" => Bound::AtMost,
        _ => return None,
    })
}

/// An operand for a column.
fn operand(column: Column, value: &Json) -> Result<Operand> {
    let text = cast::text_of(value).unwrap_or_default();
    Ok(match column {
        Column::Id | Column::UserId => Operand::id(text),
        Column::CreatedAt | Column::UpdatedAt | Column::DeletedAt => {
            let moment =
                cast::moment(value).ok_or_else(|| Error::new(format!("`{text}` is not a date and time")))?;
            Operand::Integer(moment.as_millisecond())
        }
        _ => Operand::Text(text),
    })
}

/// A bound for a property: a number or a moment where the type is one, else text.
fn of_type(value: &Json, kind: PropertyType) -> Operand {
    let text = || Operand::Text(cast::text_of(value).unwrap_or_default());
    match kind {
        PropertyType::Integer | PropertyType::Float => number(value).unwrap_or_else(text),
        PropertyType::Datetime | PropertyType::Date | PropertyType::Time => {
            match cast::to_stored(value.clone(), kind) {
                Ok(Json::String(stored)) => Operand::Text(stored),
                _ => text(),
            }
        }
        _ => text(),
    }
}

fn number(value: &Json) -> Option<Operand> {
    Operand::number(&cast::text_of(value)?)
}
