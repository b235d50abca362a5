//! `pos-cli render`: a template to text, without an app or a server. `batch` answers many, one JSON line each.

mod batch;
mod template;

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::{Context, Error, Exit, Kind};
use crate::app::{Format, Source};
use crate::liquid::{Bindings, Printing};
use crate::logs::Log;
use template::{Failure, Template};

const EXAMPLES: &str = "\
Examples:
  pos-cli render page.liquid --data '{\"name\": \"Ada\"}'
  echo '{{ 1 | plus: 2 }}' | pos-cli render
  pos-cli render page.liquid --partials app/views/partials --format txt
";

/// Renders a template to text
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    /// The template, its front matter skipped; without it, or `-`, standard input
    file: Option<PathBuf>,
    /// Variables, as a JSON object; its `context` becomes the context object
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// Partials below this folder are found by their path without `.liquid`
    #[arg(long, value_name = "DIR")]
    partials: Option<PathBuf>,
    /// html escapes printed values, others do not; default: what front matter or the file's name says, else html
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Print arrays and hashes as Shopify's Liquid does, and escape nothing
    #[arg(long)]
    plain: bool,
    /// Answer JSON requests from standard input, one a line: {"template", "data", "templates", "format", "plain"}
    #[arg(long, conflicts_with_all = ["file", "data", "partials", "format", "plain"])]
    batch: bool,
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    if args.batch {
        return template::on_large_stack(|| batch::answer(context));
    }
    let path = args.file.as_deref().map_or("-".into(), |file| file.display().to_string());
    let text = text(args.file.as_deref())?;
    // Shopify's files have no front matter; there, two lines of dashes are text.
    let source = match Source::standalone(&path, &text) {
        _ if args.plain => Source::of_text(&path, &text),
        Ok(source) => source,
        Err(problem) => {
            context.ui.problem(&problem);
            return Ok(Exit::Failed);
        }
    };
    let template = Template {
        variables: variables(args.data.as_deref())?,
        partials: args.partials.as_deref().map_or(Ok(Vec::new()), partials)?,
        format: match &args.format {
            Some(name) => Format::from_extension(name).ok_or_else(|| unknown_format(name))?,
            None => format_of(&source, args.file.as_deref()).unwrap_or_default(),
        },
        source,
        printing: if args.plain { Printing::Plain } else { Printing::Platform },
    };
    let bindings = Bindings::detached(Log::starting_after(0));
    let result = template::on_large_stack(|| template.render(&bindings));
    for entry in bindings.log.take_pending() {
        context.ui.note(&format!("{}: {}", entry.event.error_type, entry.event.message));
    }
    match result {
        Ok(text) => context.ui.text(&text).map_or_else(super::ui::Closed::outcome, |()| Ok(Exit::Done)),
        Err(Failure::Template(error)) => {
            context.ui.problem(&error.to_problem());
            Ok(Exit::Failed)
        }
        Err(Failure::Panic) => {
            Err(Error::new(Kind::Internal, "cannot render this template: a fault of ours"))
        }
    }
}

fn text(file: Option<&Path>) -> Result<String, Error> {
    let (bytes, name) = match file {
        Some(file) if file != Path::new("-") => (std::fs::read(file), file.display().to_string()),
        _ => {
            let mut bytes = Vec::new();
            (std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes), "standard input".into())
        }
    };
    let cannot_read = || Error::new(Kind::User, format!("cannot read {name}"));
    let bytes = bytes.map_err(|error| cannot_read().because(&error))?;
    String::from_utf8(bytes).map_err(|error| cannot_read().because(&error))
}

fn variables(data: Option<&str>) -> Result<Map<String, Json>, Error> {
    let Some(data) = data else { return Ok(Map::new()) };
    let wrong =
        || Error::new(Kind::Usage, "--data must be a JSON object").hint("--data '{\"name\": \"value\"}'");
    match serde_json::from_str(data) {
        Ok(Json::Object(variables)) => Ok(variables),
        Ok(_) => Err(wrong()),
        Err(error) => Err(wrong().because(&error)),
    }
}

/// Every `.liquid` file below `folder`, by its path without that ending.
fn partials(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(below) = folders.pop() {
        let cannot_read = |path: &Path, error: &std::io::Error| {
            Error::new(Kind::User, format!("cannot read {}", path.display())).because(error)
        };
        let entries = std::fs::read_dir(&below).map_err(|error| cannot_read(&below, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| cannot_read(&below, &error))?.path();
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
            let Some(name) = name.strip_suffix(".liquid") else {
                // A link to a folder may lead round in a circle.
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                }
                continue;
            };
            let text = std::fs::read_to_string(&path).map_err(|error| cannot_read(&path, &error))?;
            found.push((name.strip_suffix(".html").unwrap_or(name).to_owned(), text));
        }
    }
    Ok(found)
}

/// What the front matter says, else the name: `report.csv.liquid`.
fn format_of(source: &Source, file: Option<&Path>) -> Option<Format> {
    let said = source.front_matter.get("format").and_then(Json::as_str);
    said.and_then(Format::from_extension).or_else(|| {
        let stem = Path::new(file?.file_stem()?);
        Format::from_extension(stem.extension()?.to_str()?)
    })
}

fn unknown_format(name: &str) -> Error {
    Error::new(Kind::Usage, format!("unknown format `{name}`"))
        .hint("html, txt, json, xml, csv, js, css, md …")
}
