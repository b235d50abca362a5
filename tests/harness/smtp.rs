//! A mail server on loopback that takes, refuses or drops what it is told to, one connection after the other.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// How one connection is treated; the last of a list goes for all that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conduct {
    Accepts,
    /// 550 to every recipient.
    RefusesRecipients,
    /// Closes the connection in the middle of the message.
    DropsInData,
    /// Takes the message and never answers.
    Hangs,
}

/// What was sent in one connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delivered {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
    /// Decoded: `\0user\0password`.
    pub(crate) credentials: String,
}

#[derive(Debug)]
pub(crate) struct SmtpServer {
    port: u16,
    delivered: Arc<Mutex<Vec<Delivered>>>,
    begun: Arc<Mutex<usize>>,
}

impl SmtpServer {
    pub(crate) fn start(conducts: &[Conduct]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, delivered: Arc::default(), begun: Arc::default() };
        let (delivered, begun) = (Arc::clone(&server.delivered), Arc::clone(&server.begun));
        let mut conducts = conducts.to_vec();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let conduct = if conducts.len() > 1 { conducts.remove(0) } else { conducts[0] };
                let (delivered, begun) = (Arc::clone(&delivered), Arc::clone(&begun));
                thread::spawn(move || serve(conduct, stream, &delivered, &begun));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://ann:s3cret@127.0.0.1:{}", self.port)
    }

    pub(crate) fn delivered(&self) -> Vec<Delivered> {
        self.delivered.lock().unwrap().clone()
    }

    /// Connections in which a message was begun.
    pub(crate) fn begun(&self) -> usize {
        *self.begun.lock().unwrap()
    }
}

fn serve(conduct: Conduct, stream: TcpStream, delivered: &Mutex<Vec<Delivered>>, begun: &Mutex<usize>) {
    let mut out = stream.try_clone().unwrap();
    // The client may have gone: then the next read ends the conversation.
    let mut say = move |line: &str| drop(out.write_all(format!("{line}\r\n").as_bytes()));
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut mail = Delivered::default();
    say("220 peer ready");
    while let Some(line) = lines.next() {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" => {
                say("250-peer");
                say("250 AUTH PLAIN");
            }
            "AUTH" => {
                mail.credentials = line.rsplit(' ').next().unwrap_or_default().to_owned();
                say("235 welcome");
            }
            "MAIL" => {
                mail.from = address(&line);
                say("250 ok");
            }
            "RCPT" if conduct == Conduct::RefusesRecipients => say("550 no such user here"),
            "RCPT" => {
                mail.to.push(address(&line));
                say("250 ok");
            }
            "DATA" => {
                *begun.lock().unwrap() += 1;
                say("354 go on");
                if conduct == Conduct::DropsInData {
                    return;
                }
                let data: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                if conduct == Conduct::Hangs {
                    // Until the client goes.
                    lines.by_ref().for_each(drop);
                    return;
                }
                mail.data = data.join("\r\n");
                delivered.lock().unwrap().push(std::mem::take(&mut mail));
                say("250 taken");
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 ok"),
        }
    }
}

/// What stands between angle brackets.
fn address(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
