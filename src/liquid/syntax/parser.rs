//! Blocks: which tags open, divide and close them. What a single tag means is in `liquid/tags/`; the tags that only
//! concern the text itself (`liquid`, `raw`, `comment`, `doc`, `#`) end here and leave no node of their own.

use std::sync::Arc;

use super::ast::{Block, Filtered, Node, Span, Template};
use super::doc::Doc;
use super::lexer::{Lexer, Nesting, Token};
use super::markup::Markup;
use super::source::{Interpolation, MAX_DEPTH, Source, is_space};
use super::statements::Statements;
use crate::app::nearest;
use crate::liquid::error::{Error, Result};
use crate::liquid::foreign::instead_of_tag;
use crate::liquid::place::Place;
use crate::liquid::tags;

/// What is compiled: a file, or Liquid that stands inside one.
#[derive(Debug)]
pub(crate) struct Input {
    /// From the project root.
    pub(crate) path: Arc<str>,
    pub(crate) source: Arc<str>,
    /// The byte of `source` at which the Liquid begins: behind the front matter.
    pub(crate) body: usize,
    /// The file's line on which `source` begins.
    pub(crate) first_line: u32,
    pub(crate) interpolation: Interpolation,
}

pub(crate) fn compile(input: Input) -> Result<Template> {
    let Input { path, source, body, first_line, interpolation } = input;
    if u32::try_from(source.len()).is_err() {
        return Err(
            Error::syntax("Template too large: more than 4 GB").at(|| Place::of(&path, "", first_line, 0))
        );
    }
    let (nodes, doc) =
        compile_body(&Source::new(Arc::clone(&path), &source, first_line, interpolation), body)?;
    Ok(Template { path, first_line, nodes, doc, source: Arc::clone(&source) })
}

/// What stands from byte `body` on, behind a byte order mark.
pub(super) fn compile_body(source: &Source<'_>, body: usize) -> Result<(Block, Option<Doc>)> {
    let text = source.text.get(body..).unwrap_or_default();
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let tokens = Tokens::Template(Lexer::new(body + mark));
    let mut nodes = Block::new();
    let mut parser = Parser { source, tokens, depth: 0, doc: None };
    parser.nodes(&mut nodes, None)?;
    Ok((nodes, parser.doc))
}

/// Turns tokens into nodes; tag parsers call back into it for the blocks they own.
#[derive(Debug)]
pub(crate) struct Parser<'s> {
    source: &'s Source<'s>,
    tokens: Tokens,
    /// Blocks and `{% liquid %}` tags around the cursor.
    depth: u32,
    doc: Option<Doc>,
}

/// Where tokens come from at the moment.
#[derive(Debug)]
enum Tokens {
    Template(Lexer),
    /// Inside `{% liquid %}`.
    Statements(Statements),
}

/// Where a tag begins, and what it is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagStart<'s> {
    pub(crate) name: &'s str,
    pub(crate) span: Span,
}

/// The tag that ended a block, with its markup unread.
#[derive(Debug)]
pub(crate) struct BlockEnd<'s> {
    pub(crate) name: &'s str,
    pub(crate) markup: Markup<'s>,
    /// The span of the ending tag itself; it begins where the block's source text ends.
    pub(crate) span: Span,
}

/// The block being parsed: the tag that opened it, and the tags that may end it.
#[derive(Clone, Copy)]
struct Open<'a, 's> {
    start: TagStart<'s>,
    ends: &'a [&'a str],
}

impl<'s> Parser<'s> {
    /// Nodes up to a tag named in `ends`, which is taken. An error ("'if' tag was never closed") at `start` if none comes.
    pub(crate) fn block(&mut self, start: TagStart<'s>, ends: &[&str]) -> Result<(Block, BlockEnd<'s>)> {
        let mut nodes = Block::new();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(start.span, format!("Nesting too deep: blocks end at {MAX_DEPTH} levels")));
        }
        let end = self.nodes(&mut nodes, Some(Open { start, ends }))?;
        self.depth -= 1;
        end.map(|end| (nodes, end)).ok_or_else(|| self.never_closed(start, ends))
    }

    /// The raw text up to the tag `end`, which is taken: for blocks whose body is not Liquid. An error at `start` if it
    /// never comes.
    pub(crate) fn raw(&mut self, start: TagStart<'s>, end: &str) -> Result<Span> {
        self.skip_body(start, end, Nesting::Flat)
    }

    /// The whole source, for tags that keep a slice of it.
    pub(crate) fn source(&self) -> &'s str {
        self.source.text
    }

    /// The text of the block between two tags as a template that can be compiled on its own, and its first line.
    /// Statements of `{% liquid %}` get that tag around them.
    pub(crate) fn block_source(&self, start: TagStart<'_>, end: &BlockEnd<'_>) -> (String, u32) {
        let text = self.source.slice(Span { start: start.span.end, end: end.span.start });
        let line = self.line(start.span.end);
        match self.tokens {
            Tokens::Template(_) => (text.to_owned(), line),
            Tokens::Statements(_) => (format!("{{% liquid{text}%}}"), line),
        }
    }

    /// Whether `bodies`, all that a tag may render, hold only whitespace and tags that print nothing; their whitespace
    /// is then dropped, as Ruby's Liquid does: an `if` around assignments leaves no empty lines in the page.
    pub(crate) fn drop_blank(&self, bodies: &mut [&mut Block]) -> bool {
        let blank = bodies.iter().all(|body| self.is_blank(body));
        if blank {
            bodies.iter_mut().for_each(|body| body.retain(|node| matches!(node, Node::Tag(..))));
        }
        blank
    }

    /// Whether `body` holds only whitespace and tags that print nothing.
    pub(crate) fn is_blank(&self, body: &Block) -> bool {
        body.iter().all(|node| match node {
            Node::Text(span) => self.source.slice(*span).bytes().all(is_space),
            Node::Raw(_) | Node::Output(_) => false,
            Node::Tag(_, tag) => tag.is_blank(),
        })
    }

    /// One-based line of a byte offset.
    pub(crate) fn line(&self, offset: u32) -> u32 {
        self.source.line(offset)
    }

    /// A syntax error at `span`.
    pub(crate) fn error(&self, span: Span, text: impl Into<String>) -> Error {
        self.source.error(span.start, text)
    }

    /// Appends nodes until a tag ends the block that is `open` (without one: never), or the tokens end.
    fn nodes(&mut self, nodes: &mut Block, open: Option<Open<'_, 's>>) -> Result<Option<BlockEnd<'s>>> {
        while let Some(token) = self.next_token()? {
            match token {
                Token::Text(span) => nodes.push(Node::Text(span)),
                Token::Output(markup) => nodes.push(Node::Output(self.output(markup)?)),
                Token::Tag { span, name, markup } => {
                    let mut markup = self.markup(markup);
                    if open.is_some_and(|open| open.ends.contains(&name)) {
                        return Ok(Some(BlockEnd { name, markup, span }));
                    }
                    self.tag(nodes, TagStart { name, span }, &mut markup, open)?;
                }
            }
        }
        Ok(None)
    }

    fn next_token(&mut self) -> Result<Option<Token<'s>>> {
        match &mut self.tokens {
            Tokens::Template(lexer) => lexer.next(self.source),
            Tokens::Statements(statements) => Ok(statements.next(self.source)),
        }
    }

    fn markup(&self, span: Span) -> Markup<'s> {
        match self.tokens {
            Tokens::Template(_) => Markup::new(self.source, span),
            Tokens::Statements(_) => Markup::of_statement(self.source, span),
        }
    }

    fn output(&self, markup: Span) -> Result<Filtered> {
        let mut markup = self.markup(markup);
        let filtered = markup.filtered()?;
        markup.finish()?;
        Ok(filtered)
    }

    fn tag(
        &mut self,
        nodes: &mut Block,
        start: TagStart<'s>,
        markup: &mut Markup<'s>,
        open: Option<Open<'_, 's>>,
    ) -> Result<()> {
        match start.name {
            "#" => self.inline_comment(markup),
            "liquid" => self.liquid(nodes, start, markup.span()),
            "comment" => self.skip_body(start, "endcomment", Nesting::Counted).map(drop),
            "doc" => {
                markup.finish().map_err(|error| error.with_hint("'doc' takes no arguments"))?;
                let body = self.skip_body(start, "enddoc", Nesting::Flat)?;
                self.doc.get_or_insert_default().read(self.source, body);
                Ok(())
            }
            "raw" => {
                markup.finish().map_err(|error| error.with_hint("'raw' takes no arguments"))?;
                let text = self.skip_body(start, "endraw", Nesting::Flat)?;
                if !text.is_empty() {
                    nodes.push(Node::Raw(text));
                }
                Ok(())
            }
            name => match tags::find(name) {
                Some(parse) => {
                    nodes.push(Node::Tag(start.span, parse(self, start, markup)?));
                    Ok(())
                }
                None => Err(self.misplaced(start, open)),
            },
        }
    }

    /// Every line of an inline comment begins with `#`; the first `#` was the tag's name.
    fn inline_comment(&self, markup: &Markup<'_>) -> Result<()> {
        let Span { start, end } = markup.span();
        let mut at = start as usize;
        while let Some(line_break) = self.source.find_byte(at, end as usize, b'\n') {
            at = self.source.skip_whitespace(line_break).min(end as usize);
            if at < end as usize && self.source.byte(at) != Some(b'#') {
                return Err(self
                    .source
                    .error(at as u32, "Each line of an inline comment must begin with '#'"));
            }
        }
        Ok(())
    }

    /// The statements of `{% liquid %}` become nodes of the block around it.
    fn liquid(&mut self, nodes: &mut Block, start: TagStart<'s>, markup: Span) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(start.span, format!("Nesting too deep: blocks end at {MAX_DEPTH} levels")));
        }
        let outer = std::mem::replace(&mut self.tokens, Tokens::Statements(Statements::new(markup)));
        self.nodes(nodes, None)?;
        self.tokens = outer;
        self.depth -= 1;
        Ok(())
    }

    fn skip_body(&mut self, start: TagStart<'s>, end: &str, nesting: Nesting) -> Result<Span> {
        let skipped = match &mut self.tokens {
            Tokens::Template(lexer) => lexer.skip_body(self.source, start.name, end, nesting),
            Tokens::Statements(statements) => statements.skip_body(self.source, start.name, end, nesting),
        };
        skipped.ok_or_else(|| self.never_closed(start, &[end]))
    }

    fn never_closed(&self, start: TagStart<'_>, ends: &[&str]) -> Error {
        let error = self.error(start.span, format!("'{}' tag was never closed", start.name));
        match ends.iter().find(|end| end.starts_with("end")) {
            Some(end) => error.with_hint(format!("add '{end}'")),
            None => error,
        }
    }

    /// A tag that is no tag of its own: it closes or divides a block other than the one that is open, or it is unknown.
    fn misplaced(&self, tag: TagStart<'_>, open: Option<Open<'_, '_>>) -> Error {
        let name = tag.name;
        let closes = name.strip_prefix("end").filter(|opening| is_block(opening));
        let divides = matches!(name, "else" | "elsif" | "when" | "catch");
        match open {
            Some(Open { start, ends }) if closes.is_some() => {
                let opened = format!("'{}' opened on line {}", start.name, self.line(start.span.start));
                let error = self.error(tag.span, format!("'{name}' does not close {opened}"));
                match ends.iter().find(|end| end.starts_with("end")) {
                    Some(end) => error.with_hint(format!("close it with '{end}' first")),
                    None => error,
                }
            }
            Some(Open { start, ends }) if divides => {
                let opened = format!("opened on line {}", self.line(start.span.start));
                let text = format!("'{}' tag {opened} does not expect '{name}'", start.name);
                let end = ends.iter().find(|end| end.starts_with("end"));
                let first = end.map(|end| format!("; close '{}' with '{end}' first", start.name));
                self.error(tag.span, text).with_hint(divided_by(name).to_owned() + &first.unwrap_or_default())
            }
            None if divides => {
                self.error(tag.span, format!("Unexpected outer '{name}' tag")).with_hint(divided_by(name))
            }
            _ if name.is_empty() => {
                self.error(tag.span, "Tag without a name").with_hint("write the name of a tag behind '{%'")
            }
            _ => {
                let error = self.error(tag.span, format!("Unknown tag '{name}'"));
                let mut known: Vec<&str> = tags::names().collect();
                known.extend(["comment", "doc", "liquid", "raw"]);
                known.extend(open.map_or(&[][..], |open| open.ends));
                match (closes, instead_of_tag(name), nearest(name, known)) {
                    (Some(opening), ..) => error.with_hint(format!("there is no '{opening}' to close")),
                    (None, Some(hint), _) => error.with_hint(hint),
                    (None, None, Some(known)) => error.with_hint(format!("did you mean '{known}'?")),
                    (None, None, None) => error,
                }
            }
        }
    }
}

/// Where a tag that divides a block belongs.
fn divided_by(name: &str) -> &'static str {
    match name {
        "when" => "'when' belongs inside 'case'",
        "catch" => "'catch' belongs inside 'try'",
        "elsif" => "'elsif' belongs inside 'if' or 'unless'",
        _ => "'else' belongs inside 'if', 'unless', 'case' or 'for'",
    }
}

/// Whether a tag of this name exists that may have an end: known ones, and those the parser handles itself.
fn is_block(name: &str) -> bool {
    matches!(name, "comment" | "doc" | "raw") || tags::find(name).is_some()
}
