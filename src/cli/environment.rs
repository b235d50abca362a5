//! Which server a command means: an environment of `.pos`, the one of `MPKIT_*`, or the server that runs here.

use std::path::Path;

use super::state::StateArgs;
use super::{Context, Error, Kind};
use crate::client::Client;
use crate::settings::{Environment, Environments, Local, Target};

/// A server that can be asked.
#[derive(Debug)]
pub(super) enum Server {
    /// It runs here; its URL.
    Local(String),
    Remote(Environment),
}

/// What is typed to name one.
#[derive(Debug, clap::Args)]
pub(super) struct ServerArgs {
    /// `local`, which is the server running here, or an environment of `.pos`
    environment: Option<String>,
    #[command(flatten)]
    state: StateArgs,
}

impl ServerArgs {
    pub(super) fn client(&self, context: &Context) -> Result<Client, Error> {
        client(self.environment.as_deref(), &self.state, context)
    }

    pub(super) fn is_named(&self) -> bool {
        self.environment.is_some()
    }

    pub(super) fn named(self, environment: String) -> Self {
        Self { environment: Some(environment), ..self }
    }
}

impl Server {
    /// The server that `named` means.
    ///
    /// # Errors
    /// It is the one here, and none runs; or there is no such environment, or more than one it could be.
    pub(super) fn choose(named: Option<&str>, state: &StateArgs) -> Result<Self, Error> {
        let root = Path::new(".");
        let server = state.server(root)?;
        let presence = if server.is_some() { Local::Present } else { Local::Absent };
        let environments = Environments::load(root, |name| std::env::var(name).ok())?;
        match (environments.choose(named, presence)?, server) {
            (Target::Local, Some(server)) => Ok(Self::Local(server.url)),
            (Target::Local, None) => {
                Err(Error::new(Kind::User, "no server runs here")
                    .hint("start `pos-cli run` in another terminal"))
            }
            (Target::Remote(environment), _) => Ok(Self::Remote(environment)),
        }
    }

    /// A client of it; says on stderr which one it is unless it is the one here.
    pub(super) fn client(self, context: &Context) -> Client {
        match self {
            Self::Local(url) => Client::local(&url),
            Self::Remote(environment) => {
                context.ui.note(&format!("environment: {environment}"));
                Client::of_environment(&environment)
            }
        }
    }
}

/// A client of the server that `named` means.
pub(super) fn client(named: Option<&str>, state: &StateArgs, context: &Context) -> Result<Client, Error> {
    Ok(Server::choose(named, state)?.client(context))
}
