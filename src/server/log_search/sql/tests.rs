//! What is read, what it is tried on, and what is refused.

use serde_json::json;

use super::*;

fn matches(condition: &str) -> bool {
    let query = Query::parse(&format!("SELECT * FROM logs WHERE {condition}")).unwrap();
    let hit =
        json!({ "_timestamp": 1000, "type": "error", "message": "it's 50% (done)\nnow", "trace": null });
    query.matches(hit.as_object().unwrap())
}

#[test]
fn conditions_are_tried_on_rows() {
    for (condition, expected) in [
        ("type = 'error'", true),
        ("\"type\" = 'error' and _timestamp >= 1000", true),
        ("type = 'Error'", false),
        ("type != 'error'", false),
        ("type <> 'info'", true),
        ("_timestamp > 999.5", true),
        ("_timestamp<1000", false),
        ("_timestamp <= '1000'", true),
        ("_timestamp > -1", true),
        ("message > 1", false),
        ("message = 'it''s 50% (done)\nnow'", true),
        ("message LIKE '%(done)%'", true),
        ("message like 'it_s 50%'", true),
        ("message LIKE 'done'", false),
        ("message ILIKE '%DONE%'", true),
        ("type = 'x' OR message ILIKE '%Done%' OR trace ILIKE '%done%'", true),
        ("type = 'x' OR type = 'error' AND _timestamp = 1", false),
        ("_timestamp = 1 AND type = 'x' OR type = 'error'", true),
        ("trace = 'null'", false),
        ("trace != 'x'", false),
    ] {
        assert_eq!(matches(condition), expected, "{condition}");
    }
}

#[test]
fn stream_order_and_limit_are_read() {
    for (sql, expected) in [
        ("SELECT * FROM logs", (Stream::Logs, Order::Descending, None)),
        ("select * from \"requests\" order by _timestamp", (Stream::Requests, Order::Ascending, None)),
        ("SELECT * FROM logs ORDER BY _timestamp DESC LIMIT 5", (Stream::Logs, Order::Descending, Some(5))),
        ("SELECT * FROM logs WHERE id = '1' ORDER BY _timestamp ASC", (Stream::Logs, Order::Ascending, None)),
    ] {
        let query = Query::parse(sql).unwrap();
        assert_eq!((query.stream, query.order, query.limit), expected, "{sql}");
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (sql, part) in [
        ("", "the end where SELECT"),
        ("DELETE FROM logs", "`DELETE` where SELECT"),
        ("SELECT count(*) FROM logs", "`count` where *"),
        ("SELECT * FROM users", "no stream `users`; there are logs and requests"),
        ("SELECT * FROM logs WHERE password = 'x'", "`logs` has no column `password`"),
        ("SELECT * FROM requests WHERE message = 'x'", "`requests` has no column `message`"),
        ("SELECT * FROM logs WHERE type IN ('a')", "`IN` where one of ="),
        ("SELECT * FROM logs WHERE type = type", "`type` where a number or a 'text'"),
        ("SELECT * FROM logs WHERE (type = 'a')", "`(` where a column"),
        ("SELECT * FROM logs WHERE type = 'a' OR", "the end where a column"),
        ("SELECT * FROM logs WHERE type = 'a", "a closing quote"),
        ("SELECT * FROM logs GROUP BY type", "`GROUP` where the end"),
        ("SELECT * FROM logs ORDER BY type", "`type` where _timestamp"),
        ("SELECT * FROM logs LIMIT -1", "`-1` where a whole number"),
        ("SELECT * FROM logs; DROP TABLE logs", "`;` where the end"),
        ("SELECT * FROM logs WHERE type = 1.2.3", "`1.2.3` where a number"),
    ] {
        let message = Query::parse(sql).unwrap_err().to_string();
        assert!(message.contains(part), "{sql}: {message}");
    }
    let many = vec!["id = '1'"; MAX_CONDITIONS + 1].join(" AND ");
    assert_eq!(Query::parse(&format!("SELECT * FROM logs WHERE {many}")).unwrap_err(), Error::TooMany);
}
