//! Source text to tree: `lexer` cuts the text into tags, `statements` the lines of `{% liquid %}`; a tag reads its
//! markup through the cursor [`Markup`]; `parser` puts tags into blocks; `visit` walks the finished tree.

pub(crate) mod ast;
pub(crate) mod doc;

mod arguments;
mod condition;
mod expression;
mod filter_chain;
mod interner;
mod json_literal;
mod lexer;
mod markup;
mod parser;
mod parts;
mod source;
mod statements;
mod visit;

#[cfg(test)]
mod tests;

pub(crate) use doc::{Param, Presence};
pub(crate) use markup::Markup;
pub(crate) use parser::{Input, Parser, TagStart, compile};
pub(crate) use parts::Part;
pub(crate) use source::Interpolation;
pub(crate) use visit::captured;
