//! The port we listen on: the one asked for, or the next free one after it.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

use super::{Error, Options, port_holder};

/// Ports tried after the one asked for.
const TRIES: u16 = 100;

/// A listener, and what to say of its port if it is not the one asked for.
pub(super) async fn bind(options: &Options) -> Result<(TcpListener, Option<String>), Error> {
    let (host, port) = (options.host, options.port);
    let taken = match listen(host, port).await {
        Ok(listener) => return Ok((listener, None)),
        Err(source) if source.kind() == io::ErrorKind::AddrInUse => source,
        Err(source) => return Err(Error::Listen { address: SocketAddr::new(host, port), source }),
    };
    let holder = port_holder::of(port);
    if options.strict_port {
        return Err(Error::PortTaken { port, holder });
    }
    for next in (port..=u16::MAX).skip(1).take(usize::from(TRIES)) {
        match listen(host, next).await {
            Ok(listener) => {
                let by = holder.map(|holder| format!(" by {holder}")).unwrap_or_default();
                return Ok((listener, Some(format!("port {port} is taken{by}, using {next}"))));
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(source) => return Err(Error::Listen { address: SocketAddr::new(host, next), source }),
        }
    }
    Err(Error::Listen { address: SocketAddr::new(host, port), source: taken })
}

async fn listen(host: IpAddr, port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((host, port)).await
}
