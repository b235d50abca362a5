//! Free variables of a block: what a background block without arguments takes along from the page around it. The walk
//! follows the order of evaluation, because a name is the block's own from its first assignment on.

use std::collections::BTreeSet;

use super::ast::{
    Argument, Call, Condition, Expression, FilterCall, Filtered, HashKey, Node, Path, Piece, Segment, Use,
    Visitor,
};

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
            Self::Text(_) => {}
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
        for segment in &path.segments {
            if let Segment::Index(index) = segment {
                self.passed(index);
            }
        }
    }

    fn passed(&mut self, expression: &Expression) {
        match expression {
            Expression::Literal(_) => {}
            Expression::Path(path) => self.path(path),
            Expression::Range(ends) => {
                self.passed(&ends.0);
                self.passed(&ends.1);
            }
            Expression::Array(items) => items.iter().for_each(|item| self.passed_filtered(item)),
            Expression::Hash(entries) => {
                for (key, value) in entries {
                    if let HashKey::Bare(path) = key {
                        self.path(path);
                    }
                    self.passed_filtered(value);
                }
            }
            Expression::Interpolated(pieces) => {
                for piece in pieces {
                    if let Piece::Value(filtered) = piece {
                        self.passed_filtered(filtered);
                    }
                }
            }
            Expression::Condition(condition) => self.condition(condition),
            Expression::Filtered(filtered) => self.passed_filtered(filtered),
        }
    }

    fn passed_filtered(&mut self, filtered: &Filtered) {
        self.passed(&filtered.value);
        for FilterCall { positional, named, .. } in &filtered.filters {
            positional.iter().for_each(|argument| self.passed(argument));
            named.iter().for_each(|(_, argument)| self.passed(argument));
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Value(value) => self.passed(value),
            Condition::Compare(left, _, right) => {
                self.passed(left);
                self.passed(right);
            }
            Condition::And(both) | Condition::Or(both) => {
                self.condition(&both.0);
                self.condition(&both.1);
            }
        }
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
            self.passed_filtered(filtered);
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
