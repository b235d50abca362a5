//! Free variables of a block: what a background block without arguments takes along from the page around it. The walk
//! follows the order of evaluation, because a name is the block's own from its first assignment on.

use std::collections::BTreeSet;

use super::ast::{Argument, Call, Expression, Filtered, Node, Path, Use, Visitor};
use super::parts::Part;

/// Names a background block without arguments takes from outside: free variables in a passing position
/// (`assign`'s right side, names and arguments of calls, loop sources, filter arguments in these). One that is only
/// printed, tested or logged is not taken, nor are `context` and `params`, which a job has its own of, or not at all.
pub(crate) fn captured(nodes: &[Node]) -> BTreeSet<String> {
    let mut walk = Walk { own: Vec::new(), captured: BTreeSet::new() };
    walk.nodes(nodes);
    walk.captured
}

impl Node {
    /// Shows the node's parts, in the order of evaluation.
    pub(crate) fn visit(&self, visitor: &mut dyn Visitor) {
        match self {
            Self::Text(_) | Self::Raw(_) => {}
            Self::Output(filtered) => visitor.filtered(filtered, Use::Read),
            Self::Tag(_, tag) => tag.visit(visitor),
        }
    }
}

struct Walk {
    /// The block's own variables at this point of the walk. Few: a scan is quicker than a set.
    own: Vec<String>,
    captured: BTreeSet<String>,
}

impl Walk {
    fn nodes(&mut self, nodes: &[Node]) {
        nodes.iter().for_each(|node| node.visit(self));
    }

    fn path(&mut self, path: &Path) {
        let name = &*path.root;
        if !matches!(name, "context" | "params") && !self.own.iter().any(|own| own == name) {
            self.captured.insert(name.to_owned());
        }
    }

    fn part(&mut self, part: Part<'_>) {
        if let Part::Path(path) = part {
            self.path(path);
        }
    }

    fn passed(&mut self, expression: &Expression) {
        expression.parts(&mut |part| self.part(part));
    }
}

impl Visitor for Walk {
    fn expression(&mut self, expression: &Expression, position: Use) {
        if position == Use::Passed {
            self.passed(expression);
        }
    }

    fn filtered(&mut self, filtered: &Filtered, position: Use) {
        if position == Use::Passed {
            filtered.parts(&mut |part| self.part(part));
        }
    }

    fn assigns(&mut self, name: &str) {
        if !self.own.iter().any(|own| own == name) {
            self.own.push(name.to_owned());
        }
    }

    /// Loop variables are the block's own inside the loop only; what the loop assigns stays.
    fn block(&mut self, nodes: &[Node], locals: &[&str]) {
        let hidden: Vec<&str> =
            locals.iter().copied().filter(|local| !self.own.iter().any(|own| own == local)).collect();
        self.own.extend(hidden.iter().map(|local| (*local).to_owned()));
        self.nodes(nodes);
        self.own.retain(|own| !hidden.contains(&own.as_str()));
    }

    fn calls(&mut self, call: Call<'_>) {
        self.passed(call.name);
        call.arguments.iter().for_each(|Argument { value, .. }| self.passed(value));
    }
}
