//! The reserved arguments of `{% background %}` and the metadata of an event's consumer: what they mean, and what becomes
//! of values out of range. The platform's own examples hold some, so none of them is an error.

use std::time::Duration;

use crate::jobs::Priority;
use crate::liquid::value::Value;

/// Some 45 days.
const MAX_DELAY_MINUTES: f64 = 65_535.0;

const MAX_ATTEMPTS: i64 = 5;

#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) source_name: Option<String>,
    pub(crate) priority: Priority,
    pub(crate) delay: Duration,
    /// All runs, the first included.
    pub(crate) max_attempts: u32,
    /// What was wrong with a value, without the job's name.
    pub(crate) warnings: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            source_name: None,
            priority: Priority::Default,
            delay: Duration::ZERO,
            max_attempts: 1,
            warnings: Vec::new(),
        }
    }
}

impl Options {
    /// Whether an argument of this name is an option, and no variable of the job.
    pub(crate) fn is_option(name: &str) -> bool {
        matches!(name, "delay" | "priority" | "max_attempts" | "source_name" | "source_type")
    }

    /// Takes an argument; false if `name` is none of the options but the job's own.
    pub(crate) fn set(&mut self, name: &str, value: &Value) -> bool {
        match name {
            "delay" => self.delay = self.delay(value),
            "priority" => self.priority = self.priority(value),
            "max_attempts" => self.max_attempts = attempts(value),
            "source_name" => {
                self.source_name = (!value.is_blank()).then(|| value.to_text().into_owned());
            }
            // A label of old; the platform has no use for it either.
            "source_type" => {}
            _ => return false,
        }
        true
    }

    /// Minutes, with fractions; a string of digits counts.
    fn delay(&mut self, value: &Value) -> Duration {
        let minutes = match value {
            _ if value.is_blank() => 0.0,
            Value::Int(i) => *i as f64,
            Value::Float(f) => *f,
            other => other.to_text().trim().parse().unwrap_or_else(|_| {
                self.warnings.push(format!("delay '{}' is no number of minutes; 0 is used", other.to_text()));
                0.0
            }),
        };
        if minutes > MAX_DELAY_MINUTES {
            self.warnings.push(format!("delay {minutes} is over {MAX_DELAY_MINUTES} minutes, which is used"));
        }
        let minutes = if minutes.is_nan() { 0.0 } else { minutes.clamp(0.0, MAX_DELAY_MINUTES) };
        Duration::from_secs_f64(minutes * 60.0)
    }

    fn priority(&mut self, value: &Value) -> Priority {
        if value.is_blank() {
            return Priority::Default;
        }
        let text = value.to_text();
        let known = Priority::ALL.into_iter().find(|priority| priority.as_str() == text);
        known.unwrap_or_else(|| {
            self.warnings.push(format!("priority '{text}' is not low, default or high; default is used"));
            Priority::Default
        })
    }
}

/// At least one run, at most five; what is no number is one. The core module asks for nine and gets five.
fn attempts(value: &Value) -> u32 {
    let attempts = match value {
        Value::Int(i) => *i,
        Value::Float(f) => *f as i64,
        Value::Str(text) => text.text.trim().parse().unwrap_or(1),
        _ => 1,
    };
    attempts.clamp(1, MAX_ATTEMPTS) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: Value) -> Options {
        let mut options = Options::default();
        assert!(options.set(name, &value));
        options
    }

    #[test]
    fn delay_is_minutes_within_its_range() {
        let cases = [
            (Value::Int(30), Duration::from_secs(1800), 0),
            (Value::Float(0.016), Duration::from_millis(960), 0),
            (Value::str("0.0001"), Duration::from_millis(6), 0),
            (Value::Int(-5), Duration::ZERO, 0),
            (Value::Nil, Duration::ZERO, 0),
            (Value::str(""), Duration::ZERO, 0),
            (Value::Float(f64::NAN), Duration::ZERO, 0),
            (Value::str("abc"), Duration::ZERO, 1),
            (Value::Int(70_000), Duration::from_secs(65_535 * 60), 1),
        ];
        for (value, delay, warnings) in cases {
            let options = set("delay", value.clone());
            assert_eq!((options.delay, options.warnings.len()), (delay, warnings), "{value:?}");
        }
    }

    #[test]
    fn unknown_priority_is_default_with_a_warning() {
        let cases = [
            (Value::str("high"), Priority::High, 0),
            (Value::str("low"), Priority::Low, 0),
            (Value::Nil, Priority::Default, 0),
            (Value::str("normal"), Priority::Default, 1),
            (Value::Int(1), Priority::Default, 1),
        ];
        for (value, priority, warnings) in cases {
            let options = set("priority", value.clone());
            assert_eq!((options.priority, options.warnings.len()), (priority, warnings), "{value:?}");
        }
    }

    #[test]
    fn attempts_are_one_to_five() {
        let cases = [
            (Value::Int(3), 3),
            (Value::Int(0), 1),
            (Value::Int(-1), 1),
            (Value::Int(99), 5),
            (Value::str("2"), 2),
            (Value::str("x"), 1),
            (Value::Nil, 1),
        ];
        for (value, attempts) in cases {
            assert_eq!(set("max_attempts", value.clone()).max_attempts, attempts, "{value:?}");
        }
    }

    #[test]
    fn other_names_are_the_jobs_own() {
        for name in ["delay", "priority", "max_attempts", "source_name", "source_type", "user_id", "type"] {
            assert_eq!(Options::default().set(name, &Value::Nil), Options::is_option(name), "{name}");
        }
        assert!(!Options::is_option("user_id"));
    }
}
