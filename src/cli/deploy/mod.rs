//! `pos-cli deploy`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::environment::Server;
use super::state::StateArgs;
use super::ui::{Progress, Ui};
use super::{Context, Error, Exit, Kind};
use crate::deploy::{self, News, Options};

const EXAMPLES: &str = "\
Examples:
  pos-cli deploy            check and pack the app, and see that `pos-cli run` serves it
  pos-cli deploy --json     for programs: one object per phase
";

/// Checks and packs the app, and verifies that the server has it
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to: `local`, which is the server running here, or an environment of `.pos`
    environment: Option<String>,
    #[command(flatten)]
    state: StateArgs,
}

/// Shows the phases as they pass.
#[derive(Debug)]
struct Display<'a> {
    ui: &'a Ui,
    json: bool,
    progress: Option<Progress>,
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let root = PathBuf::from(".");
    let url = local_server(&args)?;
    context.ui.note(&format!("deploying to local ({url})"));

    let start = Instant::now();
    let mut display = Display { ui: &context.ui, json: context.global.json, progress: None };
    match deploy::deploy(&Options { root, url }, |news| display.show(&news)) {
        Ok(()) => {
            drop(display);
            context.ui.note(&format!("deployed in {}", seconds(start.elapsed())));
            Ok(Exit::Done)
        }
        Err(deploy::Error::Problems(problems)) => {
            drop(display);
            problems.iter().for_each(|problem| context.ui.problem(problem));
            Err(Error::new(Kind::User, "the app has problems: nothing was sent")
                .hint("`pos-cli check` lists them again"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The address of the server that runs here, if it is what was meant.
fn local_server(args: &Args) -> Result<String, Error> {
    match Server::choose(args.environment.as_deref(), &args.state)? {
        Server::Local(url) => Ok(url),
        Server::Remote(environment) => Err(Error::new(
            Kind::User,
            format!("cannot deploy to {environment}: only the local server can be deployed to yet"),
        )
        .hint("start `pos-cli run` here, then `pos-cli deploy local`")),
    }
}

impl Display<'_> {
    fn show(&mut self, news: &News<'_>) {
        match news {
            News::Checking => self.progress = Some(self.ui.spinner("checking")),
            News::Packing { files } => self.progress = Some(self.ui.bar("packing", *files)),
            News::PackedFile => self.progress.iter().for_each(Progress::advance),
            News::Verifying => self.progress = Some(self.ui.spinner("verifying")),
            News::Checked { files, warnings, took } => {
                self.progress = None;
                warnings.iter().for_each(|warning| self.ui.problem(warning));
                self.phase(
                    &format!("checked   {} in {}", count(*files), seconds(*took)),
                    &json!({"phase": "check", "files": files, "warnings": warnings.len(), "ms": millis(*took)}),
                );
            }
            News::Packed { archive: None, took } => self.phase(
                "packed    nothing: there are only assets",
                &json!({"phase": "pack", "files": 0, "ms": millis(*took)}),
            ),
            News::Packed { archive: Some(archive), took } => {
                let path = archive.path.strip_prefix(".").unwrap_or(&archive.path).display().to_string();
                self.phase(
                    &format!(
                        "packed    {}, {} bytes, in {}: {path}",
                        count(archive.files),
                        archive.bytes,
                        seconds(*took)
                    ),
                    &json!({
                        "phase": "pack", "files": archive.files, "bytes": archive.bytes, "path": path,
                        "ms": millis(*took),
                    }),
                );
            }
            News::Verified { digest, took } => self.phase(
                &format!("verified  the server has this tree, in {}", seconds(*took)),
                &json!({"phase": "verify", "digest": digest, "ms": millis(*took)}),
            ),
        }
    }

    /// A phase is over. Whether anyone reads the report does not decide whether the deploy goes on.
    fn phase(&mut self, line: &str, json: &Json) {
        self.progress = None;
        let _ = if self.json { self.ui.line(&json.to_string()) } else { self.ui.line(line) };
    }
}

impl From<deploy::Error> for Error {
    fn from(error: deploy::Error) -> Self {
        let hint = match error {
            deploy::Error::Load(error) => return error.into(),
            deploy::Error::Server(error) => return error.into(),
            deploy::Error::OtherProject { .. } => {
                Some("start `pos-cli run` in this project, or `--state DIR`")
            }
            deploy::Error::OtherTree { .. } => Some("its terminal shows what it could not load"),
            _ => None,
        };
        Self { hint: hint.map(str::to_owned), ..Self::of(Kind::User, &error) }
    }
}

fn count(files: usize) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{}ms", duration.as_millis())
    } else {
        format!("{:.1}s", duration.as_secs_f64())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
