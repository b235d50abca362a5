//! The three levels: which job goes first, and how long it may take.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use serde::{Deserialize, Serialize};

/// How much longer each level waits before it goes ahead of the one above: a default job that has been due for this
/// long goes before a high job that is due only now, a low job after twice as long.
const WINDOW: Duration = Duration::from_secs(60);

/// Order in which waiting jobs are taken, and their time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Priority {
    High,
    Default,
    Low,
}

/// One value for each level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Levels<T> {
    pub(super) high: T,
    pub(super) default: T,
    pub(super) low: T,
}

impl Priority {
    pub(crate) const ALL: [Self; 3] = [Self::High, Self::Default, Self::Low];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Default => "default",
            Self::Low => "low",
        }
    }

    /// The number a row holds: lower goes first.
    pub(super) fn level(self) -> u8 {
        match self {
            Self::High => 0,
            Self::Default => 1,
            Self::Low => 2,
        }
    }

    fn from_level(level: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.level() == level)
    }

    /// When a job that is due at `due_at` has waited long enough to go before any fresh one. Of several jobs the one
    /// with the earliest such time goes first: jobs age without anyone updating their rows.
    pub(super) fn overdue_at(self, due_at: Timestamp) -> Timestamp {
        due_at.saturating_add(WINDOW * u32::from(self.level())).unwrap_or(Timestamp::MAX)
    }
}

impl FromSql for Priority {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let level = value.as_i64()?;
        u8::try_from(level).ok().and_then(Self::from_level).ok_or(FromSqlError::OutOfRange(level))
    }
}

impl<T> Levels<T> {
    pub(super) fn get(&self, priority: Priority) -> &T {
        match priority {
            Priority::High => &self.high,
            Priority::Default => &self.default,
            Priority::Low => &self.low,
        }
    }

    pub(super) fn get_mut(&mut self, priority: Priority) -> &mut T {
        match priority {
            Priority::High => &mut self.high,
            Priority::Default => &mut self.default,
            Priority::Low => &mut self.low,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Priority, &T)> {
        Priority::ALL.into_iter().map(|priority| (priority, self.get(priority)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_ages() {
        let at = |millis| Timestamp::from_millisecond(millis).unwrap();
        let before = |first: (Priority, i64), second: (Priority, i64)| {
            first.0.overdue_at(at(first.1)) < second.0.overdue_at(at(second.1))
        };
        assert!(before((Priority::High, 59_999), (Priority::Default, 0)));
        assert!(before((Priority::Default, 0), (Priority::High, 60_001)));
        assert!(before((Priority::High, 119_999), (Priority::Low, 0)));
        assert!(before((Priority::Low, 0), (Priority::High, 120_001)));
        assert_eq!(Priority::Low.overdue_at(Timestamp::MAX), Timestamp::MAX);
    }

    #[test]
    fn levels_are_the_numbers_of_the_rows() {
        for priority in Priority::ALL {
            assert_eq!(Priority::from_level(priority.level()), Some(priority));
        }
        assert_eq!(Priority::from_level(3), None);
    }
}
