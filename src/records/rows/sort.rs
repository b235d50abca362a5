//! The order of rows. Missing values come last when ascending and first when descending, as in PostgreSQL.

use std::sync::Arc;

use super::criteria::Column;
use crate::store::GeoPoint;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sort {
    pub(crate) key: SortKey,
    pub(crate) direction: Direction,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SortKey {
    Column(Column),
    /// By code points.
    Text(Arc<str>),
    /// What is no number counts as missing.
    Number(Arc<str>),
    /// As these values of the column follow each other; rows with another value count as missing.
    Listed(Column, Vec<String>),
    /// Of the place that a property holds; what holds none counts as missing.
    Distance(Arc<str>, GeoPoint),
    Random,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Direction {
    #[default]
    Ascending,
    Descending,
}

impl Direction {
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}
