//! Against a peer on the loopback address that answers as each test tells it to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

use super::*;
use crate::app::App;
use crate::liquid::limits::Limits;
use crate::liquid::value::Cycles;

/// A server that answers each connection with the next of its answers, and hands back the request lines.
struct Peer {
    url: String,
    requests: JoinHandle<Vec<String>>,
}

impl Peer {
    fn answering(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = std::thread::spawn(move || {
            answers.into_iter().map(|answer| serve(&listener.accept().unwrap().0, &answer)).collect()
        });
        Self { url, requests }
    }

    fn requests(self) -> Vec<String> {
        self.requests.join().unwrap()
    }
}

fn serve(stream: &TcpStream, answer: &[u8]) -> String {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
    // A client that has heard enough hangs up.
    let _ = { stream }.write_all(answer);
    request
}

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn download(url: &str, arguments: Vec<Value>, limits: &Limits) -> Filtered {
    let app = Arc::new(App::of_texts(&[], &[]));
    let now = jiff::ZonedDateTime::now();
    let mut surroundings = Surroundings {
        app: &app,
        language: "en",
        base_url: "http://127.0.0.1:3000",
        now: &now,
        keeps_json: false,
        offline: false,
        limits,
        cycles: &Cycles::default(),
        plain: false,
        data: None,
    };
    let arguments = Arguments { positional: arguments, ..Arguments::default() };
    download_file(&mut surroundings, &Value::str(url), &arguments)
}

fn unlimited() -> Limits {
    Limits::new(None, None)
}

fn refusal(url: &str, arguments: Vec<Value>) -> String {
    match download(url, arguments, &unlimited()) {
        Err(Rejection::Argument(text)) => text,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn body_comes_as_it_is() {
    let peer = Peer::answering(vec![ok("zażółć".as_bytes()), ok(&[0xff, 0, 1]), ok(b"")]);
    let get = || download(&format!("{}/a?b=c", peer.url), vec![], &unlimited()).unwrap();

    assert_eq!(get().to_text(), "zażółć");
    assert_eq!(*get().to_bytes(), [0xff, 0, 1]);
    assert_eq!(get().to_text(), "");
    assert_eq!(peer.requests(), ["GET /a?b=c HTTP/1.1"; 3]);
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let redirect = |to: &str| {
        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .into_bytes()
    };
    let peer = Peer::answering(vec![redirect("/b"), ok(b"there")]);
    assert_eq!(download(&peer.url, vec![], &unlimited()).unwrap().to_text(), "there");
    assert_eq!(peer.requests(), ["GET / HTTP/1.1", "GET /b HTTP/1.1"]);

    let peer = Peer::answering(vec![redirect("/again"); 6]);
    assert_eq!(refusal(&peer.url, vec![]), format!("cannot download '{}': over 5 redirects", peer.url));
    peer.requests();

    let peer = Peer::answering(vec![redirect("file:///etc/passwd")]);
    assert!(refusal(&peer.url, vec![]).starts_with("cannot download"));
}

#[test]
fn answers_that_are_no_success_are_errors() {
    let peer = Peer::answering(vec![b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnope".to_vec()]);
    let expected = format!("cannot download '{}': it answered with status 404", peer.url);
    assert_eq!(refusal(&peer.url, vec![]), expected);

    let peer = Peer::answering(vec![
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\ncut".to_vec(),
        b"SSH-2.0\r\n".to_vec(),
    ]);
    assert!(refusal(&peer.url, vec![]).starts_with("cannot download"));
    assert!(refusal(&peer.url, vec![]).starts_with("cannot download"));

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(
        refusal(&format!("http://{nobody}/"), vec![])
            .starts_with(&format!("cannot download 'http://{nobody}/': "))
    );
}

#[test]
fn size_is_bounded_with_and_without_a_promised_length() {
    let megabyte = vec![b'a'; 1 << 20];
    let without_length =
        [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_slice(), &megabyte, b"b"].concat();
    let larger = [megabyte.as_slice(), b"b"].concat();
    let peer = Peer::answering(vec![ok(&megabyte), ok(&larger), without_length, ok(&larger), ok(b"abc")]);
    let too_large = |size| format!("cannot download '{}': it is larger than {size} MB", peer.url);

    assert_eq!(download(&peer.url, vec![], &unlimited()).unwrap().to_bytes().len(), 1 << 20);
    assert_eq!(refusal(&peer.url, vec![]), too_large("1"));
    assert_eq!(refusal(&peer.url, vec![]), too_large("1"));
    assert!(download(&peer.url, vec![Value::Int(60)], &unlimited()).is_ok());
    assert!(refusal(&peer.url, vec![Value::Float(0.000_001)]).contains("it is larger than"));
    assert_eq!(refusal(&peer.url, vec![Value::Int(0)]), "max_size must be between 0 and 50 megabytes");
    assert_eq!(refusal(&peer.url, vec![Value::str("x")]), "max_size must be between 0 and 50 megabytes");
}

#[test]
fn waiting_ends_with_the_time_of_the_render() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let soon = Limits::new(Some(Instant::now() + Duration::from_millis(100)), None);
    assert_eq!(download(&url, vec![], &soon).unwrap_err(), Rejection::Limit(Limit::Deadline));

    let over = Limits::new(Some(Instant::now()), None);
    assert_eq!(download(&url, vec![], &over).unwrap_err(), Rejection::Limit(Limit::Deadline));
}

#[test]
fn a_cancelled_render_stops_reading() {
    let peer = Peer::answering(vec![ok(b"abc")]);
    let cancelled = Limits::new(None, Some(Arc::new(AtomicBool::new(true))));
    assert_eq!(download(&peer.url, vec![], &cancelled).unwrap_err(), Rejection::Limit(Limit::Cancelled));
}

#[test]
fn only_the_web_is_downloaded_from() {
    for url in ["", "file:///etc/passwd", "ftp://x/y", "/relative", "httpx://x", "x"] {
        let expected = format!("cannot download '{url}': the address must begin with http:// or https://");
        assert_eq!(refusal(url, vec![]), expected);
    }
    for url in ["http://", "http://a b/", "https://\u{0}"] {
        assert!(refusal(url, vec![]).starts_with(&format!("cannot download '{url}': ")), "{url}");
    }
}
