//! Against a real server that answers oddly, our own among them.

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;

use serde_json::{Value as Json, json};

use super::{app, error_of, inline, lines, posting, run, send};
use crate::harness::{Peer, Reply, response};

#[test]
fn template_is_rendered_and_its_answer_is_in_the_next_line() {
    let peer = Peer::answering(201, r#"{"id":9}"#);
    let app = app(&[(
        "views/pages/send.liquid",
        &posting("{% graphql g = 'send', template: 'erp', data: context.params %}"),
    )])
    .serve(&[]);
    let data = json!({"url": peer.url(""), "path": "orders", "k": "v\"1", "n": 3});
    let answered = json!({"response": {"status": 201, "body": "{\"id\":9}"}, "errors": []});
    assert_eq!(send(&app, &data), answered);

    let received = peer.received();
    let [call] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!((call.line.as_str(), call.text().as_str()), ("POST /orders", "{\"n\": 3}"));
    assert_eq!(call.header("x-k"), Some("v\"1"));
    assert_eq!(call.header("content-type"), Some("application/json"));
    let line = app.wait_for_log("api call: ");
    assert!(line.contains(&format!("api call: POST {} 201 (", peer.url("/orders"))), "{line}");
}

#[test]
fn mutation_that_says_itself_what_to_send_is_never_liquid() {
    let peer = Peer::answering(200, "ok");
    let app = app(&[]).serve(&[]);
    let body = "{{ not_liquid }} &";
    let call = json!({"url": peer.url("/x"), "method": "PUT", "headers": {"A": 1, "B": null}, "body": body});
    assert_eq!(inline(&app, &call)["response"]["status"], 200);
    let call = &peer.received()[0];
    assert_eq!((call.line.as_str(), call.text().as_str()), ("PUT /x", body));
    assert_eq!((call.header("a"), call.header("b")), (Some("1"), None));
    assert_eq!(call.header("content-type"), Some("text/plain"));
}

#[test]
fn odd_answers_are_answers_or_one_error() {
    let app = app(&[]).serve(&[]);
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all("zażółć".as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let (ok, latin) = (response(200, &[("X-A", "1"), ("X-A", "2")], b"ok"), response(200, &[], b"a\xffb"));
    let zipped = response(200, &[("content-encoding", "gzip")], &gzip);
    for (bytes, status, body) in [
        (ok, 200, "ok"),
        (latin, 200, "a\u{fffd}b"),
        (zipped, 200, "zażółć"),
        (response(500, &[], b"oops"), 500, "oops"),
        (response(204, &[], b""), 204, ""),
        (b"HTTP/1.1 404 x\r\nconnection: close\r\n\r\nto the end".to_vec(), 404, "to the end"),
    ] {
        let peer = Peer::start(move |_, _| Reply::Bytes(bytes.clone()));
        let result = inline(&app, &json!({"url": peer.url("/")}));
        assert_eq!(result["errors"], json!([]), "{result}");
        assert_eq!(
            (&result["response"]["status"], &result["response"]["body"]),
            (&json!(status), &json!(body))
        );
    }

    let half = b"HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\nhal".to_vec();
    let vast = b"HTTP/1.1 200 x\r\ncontent-length: 60000000\r\n\r\n".to_vec();
    for (reply, expected) in [
        (Reply::Bytes(Vec::new()), "the connection was closed before the answer was complete"),
        (Reply::Bytes(half), "the connection was closed before the answer was complete"),
        (Reply::Bytes(b"SSH-2.0\r\n\r\n".to_vec()), "http"),
        (Reply::Bytes(vast), "the answer is larger than 50 MB"),
        (Reply::Endless(60 << 20), "the answer is larger than 50 MB"),
        (Reply::Never, "no answer within 1 second"),
    ] {
        let reply = std::sync::Mutex::new(Some(reply));
        let peer = Peer::start(move |_, _| reply.lock().unwrap().take().unwrap_or(Reply::Never));
        let url = peer.url("/x");
        let timeout = if expected.ends_with("second") { 1 } else { 5 };
        let error = error_of(&inline(&app, &json!({"url": url, "options": {"timeout": timeout}})));
        assert!(error.starts_with(&format!("GET {url}: ")) && error.contains(expected), "{error}");
    }

    let garbage = Peer::start(|_, _| Reply::Bytes(b"\x15\x03\x01\x00\x02\x02\x28".to_vec()));
    error_of(&inline(
        &app,
        &json!({"url": garbage.url("/").replace("http:", "https:"), "options": {"timeout": 2}}),
    ));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = error_of(&inline(&app, &json!({"url": format!("http://{nobody}/")})));
    assert_eq!(error, format!("GET http://{nobody}/: connection refused"));
    assert_eq!(app.get("/_dev/idle").status, 200);
}

#[test]
fn redirects_are_followed_for_requests_that_only_read() {
    let app = app(&[]).serve(&[]);
    let peer = Peer::start(|_, request| {
        Reply::Bytes(match request.line.as_str() {
            "GET /loop" => response(302, &[("location", "/loop")], b""),
            "GET /there" => response(200, &[], b"there"),
            _ => response(302, &[("location", "/there")], b"moved"),
        })
    });
    let call = |method: &str, path: &str| inline(&app, &json!({"url": peer.url(path), "method": method}));
    assert_eq!(call("get", "/")["response"]["body"], "there");
    let posted = call("post", "/");
    assert_eq!((&posted["response"]["status"], &posted["response"]["body"]), (&json!(302), &json!("moved")));
    assert_eq!(posted["response"]["headers"]["location"], "/there");
    assert!(error_of(&call("get", "/loop")).ends_with("over 5 redirects"));
}

#[test]
fn pages_that_call_their_own_server_do_not_wait_for_each_other() {
    let outer = "{% capture url %}https://{{ context.location.host }}/inner{% endcapture %}{% graphql g = 'inline', url: url %}{{ g.c.response.body }}";
    let own_loop = "{% parse_json o %}{\"internal\": true}{% endparse_json %}{% graphql g = 'inline', url: '/loop', options: o %}[{{ g.c.response.body }}{{ g.c.errors[0].message }}]";
    let app = app(&[
        ("views/pages/outer.liquid", outer),
        ("views/pages/inner.liquid", "inner"),
        ("views/pages/loop.liquid", own_loop),
    ])
    .serve(&[]);
    let calls: Vec<_> = (0..64)
        .map(|_| app.new_browser())
        .map(|browser| thread::spawn(move || browser.get("/outer").text()))
        .collect();
    for call in calls {
        assert_eq!(call.join().unwrap(), "inner");
    }
    let text = app.get("/loop").has_status(200).text();
    assert!(text.contains("the page calls itself, directly or through others: 9 deep"), "{text}");
    assert_eq!(text.matches('[').count(), 9, "{text}");
}

#[test]
fn files_are_fetched_and_sent_as_parts_of_a_form() {
    let peer = Peer::start(|_, request| {
        Reply::Bytes(match request.line.as_str() {
            "GET /a.pdf" => response(200, &[("content-type", "application/pdf")], b"%PDF\xff"),
            "POST /up" => response(200, &[], b"taken"),
            _ => response(404, &[], b""),
        })
    });
    let app = app(&[("assets/own.txt", "mine"), ("views/pages/page.liquid", "a page")]).serve(&[]);
    let call = |body: &Json| {
        let headers = json!({"Content-Type": "application/json"});
        inline(
            &app,
            &json!({"url": peer.url("/up"), "method": "post_multipart", "headers": headers, "body": body.to_string()}),
        )
    };
    let body = json!({"doc": {"url": peer.url("/a.pdf"), "name": "Käse.pdf"}, "n": 3});
    assert_eq!(call(&body)["response"]["body"], "taken");
    let sent = peer.received().into_iter().find(|request| request.line == "POST /up").unwrap();
    let boundary =
        sent.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"Käse.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\u{fffd}\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n3\r\n--{boundary}--\r\n"
    );
    assert_eq!(sent.text(), expected);
    let own = json!({"file": {"url": "/assets/own.txt"}, "page": {"url": "/page"}});
    assert_eq!(call(&own)["response"]["body"], "taken");
    let sent = peer.received().pop().unwrap().text();
    assert!(sent.contains("filename=\"own.txt\"\r\nContent-Type: text/plain\r\n\r\nmine\r\n"), "{sent}");
    assert!(
        sent.contains("filename=\"page\"\r\nContent-Type: text/html; charset=utf-8\r\n\r\na page\r\n"),
        "{sent}"
    );
    for (url, expected) in [
        ("/assets/none.txt", "/assets/none.txt: there is no such file here"),
        ("/none", "/none: it answered with status 404"),
    ] {
        let error = error_of(&call(&json!({"doc": {"url": url}})));
        assert!(error.ends_with(expected), "{error}");
    }
    let error = error_of(&call(&json!({"doc": {"url": peer.url("/none.pdf")}})));
    assert!(
        error.ends_with(&format!("file `doc`: {}: it answered with status 404", peer.url("/none.pdf"))),
        "{error}"
    );
}

#[test]
fn exchanges_are_kept_with_their_place_and_without_secrets() {
    let peer = Peer::answering(201, "made for sk_live_1234");
    let page = format!(
        "\n{{% parse_json h %}}{{\"X-Api-Key\": \"hidden\", \"X-B\": \"b\"}}{{% endparse_json %}}{{% graphql g = 'inline', url: '{}?token=hidden&a=1', method: 'post', headers: h, body: 'sk_live_1234 and 2' %}}",
        peer.url("/x")
    );
    let project = app(&[("views/pages/index.liquid", &page)]);
    project.write("secrets.env", "KEY=sk_live_1234\n");
    let log = run(&project, &["--constants", "secrets.env"]).exits(0).stdout;
    assert_eq!(
        lines(&log, &format!("api call: POST {}?token=***&a=1 201 (", peer.url("/x"))).len(),
        1,
        "{log}"
    );
    let logged = project.cli(["logs", "--kind", "api", "--json"]).run().exits(0).stdout;
    let logged: Json = serde_json::from_str(logged.trim()).unwrap();
    assert_eq!(
        (&logged["kind"], &logged["error_type"], &logged["level"]),
        (&json!("api"), &json!("api_call"), &json!("info"))
    );
    assert_eq!(logged["data"]["place"], "views/pages/index.liquid:2");

    let db = rusqlite::Connection::open(project.path(".pos-dev/queue.sqlite3")).unwrap();
    let row: Json = db
        .query_row(
            "SELECT json_object('place', place, 'url', url, 'sent', json(request_headers), 'body', request_body, 'status', status,
                                'answer', response_body, 'trace', trace, 'request', request) FROM api_calls",
            [],
            |row| Ok(serde_json::from_str(&row.get::<_, String>(0)?).unwrap()),
        )
        .unwrap();
    let expected = json!({
        "place": "views/pages/index.liquid:2",
        "url": format!("{}?token=***&a=1", peer.url("/x")),
        "sent": {"X-Api-Key": "***", "X-B": "b"},
        "body": "*** and 2",
        "status": 201,
        "answer": "made for ***",
        "trace": logged["trace"],
        "request": logged["request"],
    });
    assert_eq!(row, expected);
    let options: String = db
        .query_row("SELECT options FROM sent_notifications WHERE kind = 'API_CALL'", [], |row| row.get(0))
        .unwrap();
    let options: Json = serde_json::from_str(&options).unwrap();
    assert_eq!((&options["request_type"], &options["response_status"]), (&json!("POST"), &json!(201)));
}
