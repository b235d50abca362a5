//! The tree of a compiled template: nodes, expressions and their spans, and the visitor that walks the
//! expressions a tag uses. Built once per file by the parser, never changed, shared by all renders.

use std::fmt::Debug;
use std::sync::Arc;

use super::doc::Doc;
use crate::liquid::error::Error;
use crate::liquid::filters::Filter;
use crate::liquid::render::{Flow, Render};

/// A byte range of the file a template was compiled from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One file, compiled. `source` is the whole file, front matter included, so that spans and lines are the file's own.
#[derive(Debug)]
pub(crate) struct Template {
    /// From the project root: `app/views/pages/index.liquid`.
    pub(crate) path: Arc<str>,
    pub(crate) source: Arc<str>,
    /// The line of the file on which `source` begins: 1, except for a background block run on its own.
    pub(crate) first_line: u32,
    pub(crate) nodes: Block,
    /// What its `{% doc %}` tags declare; `None` without one.
    pub(crate) doc: Option<Doc>,
}

pub(crate) type Block = Vec<Node>;

#[derive(Debug)]
pub(crate) enum Node {
    /// Literal text, already trimmed by the neighbours' `-`.
    Text(Span),
    /// The body of `{% raw %}`: text that is content even where it is only whitespace.
    Raw(Span),
    /// `{{ … }}`
    Output(Filtered),
    /// `{% … %}`; the span is that of the opening tag.
    Tag(Span, Box<dyn Tag>),
}

/// One tag: parsed markup that renders itself and shows its expressions to a visitor.
pub(crate) trait Tag: Debug + Send + Sync {
    /// Renders into `render.out`; what it returns says how the enclosing block goes on.
    fn render(&self, render: &mut Render<'_>) -> Result<Flow, Error>;

    /// Shows every expression, assignment and nested block, in the order of evaluation.
    fn visit(&self, visitor: &mut dyn Visitor);

    /// Whether it counts as printing nothing: an assignment, or a block whose bodies [`Parser::drop_blank`] found blank.
    ///
    /// [`Parser::drop_blank`]: super::Parser::drop_blank
    fn is_blank(&self) -> bool {
        false
    }
}

/// What a visitor is told. `Use` distinguishes the positions that matter to background blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// The value is handed on: right-hand side of an assignment, named argument, loop source, filter argument in these.
    Passed,
    /// The value is only printed, tested or logged.
    Read,
}

/// What a walk over the tree collects.
pub(crate) trait Visitor {
    fn expression(&mut self, expression: &Expression, position: Use);
    fn filtered(&mut self, filtered: &Filtered, position: Use);
    /// A variable becomes local to the file from here on.
    fn assigns(&mut self, name: &str);
    /// A nested block in the same scope; `locals` are its loop variables, `forloop` among them.
    fn block(&mut self, nodes: &[Node], locals: &[&str]);
    /// A call of another file by name. Name and arguments are shown by this alone.
    fn calls(&mut self, call: Call<'_>);
    /// The next call hands over one value more, called `alias`, or as the file that is called.
    fn hands(&mut self, _alias: Option<&str>) {}
    /// A background block; its arguments and its body are shown as an expression and a block as well.
    fn captures(&mut self, _capture: Capture<'_>) {}
}

/// What a background block takes from the page around it: its arguments or, without any, what it uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capture<'a> {
    pub(crate) arguments: &'a [Argument],
    /// Variables that are taken along unasked.
    pub(crate) names: &'a [Arc<str>],
    /// The label given to the job, if it is a literal.
    pub(crate) label: Option<&'a str>,
    pub(crate) span: Span,
}

/// A reference from one template to another file of the app.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    /// The tag's name: `include`, `render`, `function`, `background`, `graphql` …
    pub(crate) tag: &'a str,
    pub(crate) name: &'a Expression,
    pub(crate) arguments: &'a [Argument],
    pub(crate) span: Span,
}

/// `value | filter: a, k: v | …`
#[derive(Debug, Clone)]
pub(crate) struct Filtered {
    pub(crate) span: Span,
    pub(crate) value: Expression,
    pub(crate) filters: Vec<FilterCall>,
}

#[derive(Debug, Clone)]
pub(crate) struct FilterCall {
    pub(crate) span: Span,
    pub(crate) filter: &'static Filter,
    pub(crate) positional: Vec<Expression>,
    /// All named arguments arrive at the filter as one trailing hash.
    pub(crate) named: Vec<(Arc<str>, Expression)>,
}

impl FilterCall {
    /// Number of arguments as filters count them, without the piped value.
    pub(crate) fn given(&self) -> usize {
        self.positional.len() + usize::from(!self.named.is_empty())
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Literal(Literal),
    Path(Path),
    /// `(a..b)`
    Range(Box<(Expression, Expression)>),
    /// `[a, b]`
    Array(Vec<Filtered>),
    /// `{ "k": v, bare: v }`
    Hash(Vec<(HashKey, Filtered)>),
    /// `"text {{ expression | filter }} text"`
    Interpolated(Vec<Piece>),
    /// `a == b and c` where a value may stand.
    Condition(Box<Condition>),
    /// A value with filters where the platform takes a plain one (a tag's argument): applied here, silently dropped
    /// there. `check` warns about it.
    Filtered(Box<Filtered>),
}

#[derive(Debug, Clone)]
pub(crate) enum Literal {
    Nil,
    True,
    False,
    Blank,
    Empty,
    Int(i64),
    /// Digits beyond 64 bits, as written.
    BigInt(Arc<str>),
    Float(f64),
    Str(Arc<str>),
}

#[derive(Debug, Clone)]
pub(crate) enum HashKey {
    Str(Arc<str>),
    /// A bare name: the variable's value if it is defined, else the name itself.
    Bare(Path),
}

#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Text(Arc<str>),
    Value(Filtered),
}

/// `a.b["c"][d]`
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) root: Arc<str>,
    pub(crate) segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
pub(crate) enum Segment {
    /// `.name`
    Key(Arc<str>),
    /// `[expression]`
    Index(Expression),
}

/// The operand before `=` or `<<`: `x`, `x.k`, `x["k"]`, `x[0]`.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) path: Path,
    pub(crate) write: Write,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    /// `=`
    Set,
    /// `<<`
    Append,
}

#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Value(Expression),
    Compare(Expression, Comparison, Expression),
    /// Grouped to the right, as Ruby's Liquid does: `a or b and c` is `a or (b and c)`.
    And(Box<(Condition, Condition)>),
    Or(Box<(Condition, Condition)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// A tag's `name: value`.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    pub(crate) name: Arc<str>,
    pub(crate) value: Expression,
}
