//! The client against a server that says what the test tells it to.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use super::{Client, Error, FileIds, Finished, History};
use crate::protocol::IMPORT_LIMIT;

/// Answers each connection with the next of these, then listens no more. Gives the URL and what was asked for.
fn server(answers: &'static [&'static str]) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = thread::spawn(move || {
        let answer = |answer: &&str| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !is_whole(&request) {
                let read = stream.read(&mut buffer).unwrap();
                request.extend(buffer.iter().take(read));
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(request).unwrap()
        };
        answers.iter().map(answer).collect()
    });
    (url, requests)
}

/// Its head has come, and as much of a body as that announces.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    announced.map_or(0, |bytes| bytes.parse().unwrap()) <= body.len()
}

macro_rules! answer {
    ($status:literal, $body:literal) => {
        concat!("HTTP/1.1 ", $status, "\r\nconnection: close\r\n\r\n", $body)
    };
}

#[test]
fn asks_for_json_and_reads_it() {
    let (url, requests) = server(&[answer!("200 OK", r#"{"root":"/p","files":3,"digest":"ab","pid":7}"#)]);
    let identity = Client::local(&format!("{url}/")).app().unwrap();
    let request = requests.join().unwrap().remove(0).to_ascii_lowercase();

    assert_eq!((identity.root.as_str(), identity.files, identity.pid), ("/p", 3, 7));
    assert!(request.starts_with("get /_dev/app http/1.1\r\n"), "{request}");
    assert!(request.contains("accept: application/json\r\n"), "{request}");
}

#[test]
fn filters_of_the_list_are_in_the_query() {
    let (url, requests) = server(&[answer!("200 OK", r#"{"jobs":[]}"#), answer!("200 OK", r#"{"jobs":[]}"#)]);
    let client = Client::local(&url);

    assert_eq!(client.jobs(Finished::Included, Some(5)).unwrap(), []);
    assert_eq!(client.jobs(Finished::Excluded, None).unwrap(), []);
    let requests = requests.join().unwrap();
    let lines: Vec<_> = requests.iter().filter_map(|request| request.lines().next()).collect();
    assert_eq!(lines, ["GET /_dev/jobs?all=1&limit=5 HTTP/1.1", "GET /_dev/jobs? HTTP/1.1"]);
}

#[test]
fn refusals_carry_the_words_of_the_server() {
    let (url, _requests) = server(&[answer!("404 Not Found", r#"{"error":"no job 9"}"#)]);
    let error = Client::local(&url).retry_job(9).unwrap_err();

    assert_eq!(error.to_string(), "no job 9");
    assert!(matches!(error, Error::Refused { status: 404, .. }), "{error:?}");
}

#[test]
fn answers_of_another_program_are_told_apart() {
    let (url, _requests) = server(&[answer!("200 OK", "<html>")]);
    assert!(matches!(Client::local(&url).app(), Err(Error::Malformed { .. })));

    let (url, _requests) = server(&[answer!("404 Not Found", "<html>")]);
    assert!(matches!(Client::local(&url).app(), Err(Error::Status { status: 404, .. })));

    let (url, _requests) = server(&["SSH-2.0-OpenSSH\r\n"; 4]);
    assert!(matches!(Client::local(&url).app(), Err(Error::Connection { .. })));
}

#[test]
fn state_that_nobody_knows_is_quoted() {
    let (url, _requests) =
        server(&[answer!("200 OK", r#"{"id":1}"#), answer!("200 OK", r#"{"status":{"name":"stopped"}}"#)]);
    let error = Client::local(&url).clean_data("CLEAN DATA", History::Kept).unwrap_err();

    assert!(error.to_string().contains("`stopped`"), "{error}");
}

#[test]
fn what_never_ends_is_given_up() {
    let (url, _requests) = server(&[answer!("200 OK", r#"{"status":"pending"}"#)]);
    let error = Client::local(&url).finish_within(Duration::ZERO, "imports/1").unwrap_err();

    assert_eq!(error.to_string(), "the server has not ended it within 0ns; it may still do so");
}

#[test]
fn import_that_a_server_would_not_take_is_not_sent() {
    let error = Client::local("http://127.0.0.1:1")
        .import_archive(&vec![0; IMPORT_LIMIT + 1], FileIds::Raw)
        .unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
}

#[test]
fn a_busy_server_is_asked_again() {
    let (url, _requests) = server(&[answer!("503 Service Unavailable", ""), answer!("200 OK", "{}")]);
    assert!(Client::local(&url).job_counts().unwrap().is_empty());
}

#[test]
fn nobody_there_is_said_with_the_address() {
    let url = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let error = Client::local(&url).idle(Duration::ZERO).unwrap_err();

    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().starts_with(&format!("cannot reach {url}")), "{error}");
}
