//! Which server a command means: an environment of `.pos`, the one of `MPKIT_*`, or the server that runs here.

use std::path::Path;

use super::state::StateArgs;
use super::{Context, Error, Kind};
use crate::client::Client;
use crate::settings::{Environments, Local, Target};

/// The server that `named` means, and says on stderr which one that is unless it is the only one there can be.
pub(super) fn client(named: Option<&str>, state: &StateArgs, context: &Context) -> Result<Client, Error> {
    let root = Path::new(".");
    let server = state.server(root)?;
    let presence = if server.is_some() { Local::Present } else { Local::Absent };
    let environments = Environments::load(root, |name| std::env::var(name).ok())?;
    match (environments.choose(named, presence)?, server) {
        (Target::Local, Some(server)) => Ok(Client::local(&server.url)),
        (Target::Local, None) => {
            Err(Error::new(Kind::User, "no server runs here").hint("start `pos-cli run` in another terminal"))
        }
        (Target::Remote(environment), _) => {
            context.ui.note(&format!("environment: {environment}"));
            Ok(Client::of_environment(&environment))
        }
    }
}
