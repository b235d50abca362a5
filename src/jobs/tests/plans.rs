//! The queries of a turn must not read more than they answer: each walks its own partial index.

use super::*;

fn plan(sql: &str) -> String {
    let store = Store::memory(Database::Queue).unwrap();
    store
        .read(|db| {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let parameters = statement.parameter_count();
            for index in 1..=parameters {
                statement.raw_bind_parameter(index, 1)?;
            }
            let mut rows = statement.raw_query();
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                lines.push(row.get::<_, String>("detail")?);
            }
            Ok(lines.join("\n"))
        })
        .unwrap()
}

#[test]
fn each_query_walks_the_index_made_for_it() {
    let cases = [
        (include_str!("../sql/ready.sql"), "SEARCH live USING COVERING INDEX live_ready (priority=?)"),
        (include_str!("../sql/next_due.sql"), "SCAN live USING INDEX live_waiting"),
        (include_str!("../sql/move_due.sql"), "SEARCH live USING INDEX live_waiting (due_at<?)"),
        (include_str!("../sql/orphans.sql"), "SCAN live USING INDEX live_running"),
        (include_str!("../sql/is_busy.sql"), "SCAN live USING COVERING INDEX live_ready"),
        (include_str!("../sql/is_busy.sql"), "SCAN live USING COVERING INDEX live_running"),
        (include_str!("../sql/is_busy.sql"), "SCAN live USING COVERING INDEX live_retrying"),
        (
            include_str!("../sql/prune_beyond.sql"),
            "SEARCH history USING COVERING INDEX history_age (state=?)",
        ),
        (
            include_str!("../sql/prune.sql"),
            "SEARCH history USING COVERING INDEX history_age (state=? AND finished_at<?)",
        ),
        (include_str!("../sql/counts.sql"), "SCAN history USING COVERING INDEX history_age"),
    ];
    for (sql, expected) in cases {
        let plan = plan(sql);
        assert!(plan.contains(expected), "{sql}{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{sql}{plan}");
    }
}

#[test]
fn the_rest_of_a_turn_goes_by_id() {
    for sql in [
        include_str!("../sql/claim.sql"),
        include_str!("../sql/load.sql"),
        include_str!("../sql/end.sql"),
        include_str!("../sql/withdraw.sql"),
        include_str!("../sql/wait_for_retry.sql"),
        include_str!("../sql/release.sql"),
        include_str!("../sql/hurry.sql"),
        include_str!("../sql/put_back.sql"),
    ] {
        let plan = plan(sql);
        assert!(
            plan.contains("USING INTEGER PRIMARY KEY (rowid=?)") && !plan.contains("SCAN"),
            "{sql}{plan}"
        );
    }
}
