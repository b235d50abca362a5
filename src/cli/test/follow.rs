//! A run of all tests, told by the log: it begins when the tests module says which rows are its own, and ends with the row
//! that sums it up.

use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::report::Report;
use crate::cli::{Context, Error, Kind};
use crate::client::{self, Client};
use crate::logs::{NewEntry, Row, Status};
use crate::protocol::{StartedTests, TestOutcome, TestReport};

/// Between two looks at the log: of this machine, of another one.
const NEAR: Duration = Duration::from_millis(250);
const FAR: Duration = Duration::from_secs(1);

/// As the id of the last row: whoever has none is given the newest ones.
const NEWEST: &str = "0";

/// Results that come one by one are shown at once; gives back the sum.
pub(super) fn run_all(
    client: &Client,
    timeout: Duration,
    report: &mut Report<'_>,
    context: &Context,
) -> Result<TestReport, Error> {
    let end = Instant::now() + timeout;
    // What was logged before is of other runs.
    let mut last = rows(client, NEWEST)?.pop().map_or_else(|| NEWEST.to_owned(), |row| row.id);
    let StartedTests { test_name } = client.start_tests().map_err(super::module_or_else)?;
    let summary = format!("{test_name} SUMMARY");
    let _spinner = context.ui.spinner("running tests");
    let mut is_away = false;
    // Why the job failed, if it did.
    let mut cause = None;
    loop {
        let found = match rows(client, &last) {
            Ok(found) => {
                is_away = false;
                found
            }
            // The run goes on without us.
            Err(error) if error.may_pass() => {
                if !is_away {
                    context.ui.note(&format!("cannot read the log: {error}; trying again"));
                }
                is_away = true;
                Vec::new()
            }
            Err(error) => return Err(error.into()),
        };
        for row in found {
            last = row.id;
            let event = row.entry.event;
            if event.error_type == summary {
                if let Ok(sum @ TestReport { tests: Some(_), .. }) = serde_json::from_str(&event.message) {
                    return Ok(sum);
                }
            } else if event.error_type == test_name {
                if let Ok(test) = serde_json::from_str::<TestOutcome>(&event.message) {
                    report.add(test);
                }
            } else if is_of_tests(&event) {
                cause = event.error.map(|error| error.message).or(cause);
                // Nobody writes the sum.
                if matches!(event.status, Some(Status::Dead | Status::Cancelled)) {
                    let mut error = Error::new(Kind::User, "the job that runs the tests failed");
                    error.causes.push(cause.unwrap_or(event.message));
                    return Err(error);
                }
            }
        }
        if Instant::now() >= end {
            let message = format!("the tests have not ended within {timeout:?}");
            return Err(Error::new(Kind::User, message)
                .hint("`--timeout` gives them longer; `pos-cli logs` may say what holds them up"));
        }
        thread::sleep(if client.is_platform() { FAR } else { NEAR });
    }
}

/// In their order; what is no row is left out.
fn rows(client: &Client, after: &str) -> Result<Vec<Row>, client::Error> {
    let now = Timestamp::now();
    Ok(client.logs(after)?.into_iter().filter_map(|row| Row::read(row, now)).collect())
}

/// A row of a job that runs tests, by its name: a word of it is `tests`.
fn is_of_tests(event: &NewEntry) -> bool {
    let mut words =
        event.source_name.as_deref().unwrap_or_default().split(|char: char| !char.is_alphanumeric());
    words.any(|word| word == "tests")
}
