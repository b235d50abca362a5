//! What an expression is made of, for walks that do not care how its parts are joined.

use super::ast::{Condition, Expression, Filtered, HashKey, Path, Piece, Segment};

/// One part of an expression; the parts inside it are shown on their own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'e> {
    /// A variable that is read.
    Path(&'e Path),
    /// A value with its filters, also one without any.
    Filtered(&'e Filtered),
}

impl Expression {
    /// Shows every part, outer ones first.
    pub(crate) fn parts<'e>(&'e self, see: &mut dyn FnMut(Part<'e>)) {
        match self {
            Self::Literal(_) => {}
            Self::Path(path) => path.parts(see),
            Self::Range(ends) => {
                ends.0.parts(see);
                ends.1.parts(see);
            }
            Self::Array(items) => items.iter().for_each(|item| item.parts(see)),
            Self::Hash(entries) => {
                for (key, value) in entries {
                    if let HashKey::Bare(path) = key {
                        path.parts(see);
                    }
                    value.parts(see);
                }
            }
            Self::Interpolated(pieces) => {
                for piece in pieces {
                    if let Piece::Value(filtered) = piece {
                        filtered.parts(see);
                    }
                }
            }
            Self::Condition(condition) => condition.parts(see),
            Self::Filtered(filtered) => filtered.parts(see),
        }
    }
}

impl Filtered {
    /// Shows itself and every part inside.
    pub(crate) fn parts<'e>(&'e self, see: &mut dyn FnMut(Part<'e>)) {
        see(Part::Filtered(self));
        self.value.parts(see);
        for call in &self.filters {
            call.positional.iter().for_each(|argument| argument.parts(see));
            call.named.iter().for_each(|(_, argument)| argument.parts(see));
        }
    }
}

impl Path {
    fn parts<'e>(&'e self, see: &mut dyn FnMut(Part<'e>)) {
        see(Part::Path(self));
        for segment in &self.segments {
            if let Segment::Index(index) = segment {
                index.parts(see);
            }
        }
    }
}

impl Condition {
    fn parts<'e>(&'e self, see: &mut dyn FnMut(Part<'e>)) {
        match self {
            Self::Value(value) => value.parts(see),
            Self::Compare(left, _, right) => {
                left.parts(see);
                right.parts(see);
            }
            Self::And(both) | Self::Or(both) => {
                both.0.parts(see);
                both.1.parts(see);
            }
        }
    }
}
