//! Conditions: comparisons joined by `and` and `or`, grouped to the right as Ruby's Liquid does.

use super::ast::{Comparison, Condition, Expression, Literal};
use super::markup::Markup;
use crate::liquid::error::{Error, Result};

/// Most comparisons in one condition: each one is a level of the tree.
const MAX_TERMS: usize = 500;

#[derive(Clone, Copy)]
enum Joint {
    And,
    Or,
}

impl Markup<'_> {
    /// The condition of `if`, `elsif`, `unless`: the whole markup.
    pub(crate) fn condition(&mut self) -> Result<Condition> {
        let first = self.operand()?;
        let negates =
            matches!(&first, Expression::Path(path) if &*path.root == "not" && path.segments.is_empty());
        let condition = self.condition_from(first)?;
        if self.is_end() {
            return Ok(condition);
        }
        if negates {
            return Err(self.error("Unknown operator not").with_hint("use 'unless', or compare with false"));
        }
        Err(self.unknown_operator())
    }

    /// Whether what follows a value makes a condition of it.
    pub(super) fn is_operator_next(&mut self) -> bool {
        match self.peek() {
            Some(b'=' | b'<' | b'>' | b'!') => { *self }.comparison().is_some(),
            Some(b'a' | b'o' | b'c') => {
                let mut ahead = *self;
                ahead.eat("and") || ahead.eat("or") || ahead.eat("contains")
            }
            _ => false,
        }
    }

    /// The condition that begins with `first`, which has been read.
    pub(super) fn condition_from(&mut self, first: Expression) -> Result<Condition> {
        let mut terms = Vec::new();
        let mut last = self.term(first)?;
        while let Some(joint) = self.joint() {
            if terms.len() + 1 >= MAX_TERMS {
                return Err(self.error(format!("Condition too long: more than {MAX_TERMS} comparisons")));
            }
            let value = self.operand()?;
            terms.push((std::mem::replace(&mut last, self.term(value)?), joint));
        }
        Ok(terms.into_iter().rev().fold(last, |right, (left, joint)| {
            let both = Box::new((left, right));
            match joint {
                Joint::And => Condition::And(both),
                Joint::Or => Condition::Or(both),
            }
        }))
    }

    /// `left`, or its comparison with what follows.
    fn term(&mut self, left: Expression) -> Result<Condition> {
        match self.comparison() {
            Some(comparison) => Ok(Condition::Compare(left, comparison, self.right_operand()?)),
            None => Ok(Condition::Value(left)),
        }
    }

    /// Nothing is nil, as in Ruby's Liquid: `a ==`.
    fn right_operand(&mut self) -> Result<Expression> {
        if self.is_end() || { *self }.joint().is_some() {
            return Ok(Expression::Literal(Literal::Nil));
        }
        self.operand()
    }

    /// A value of a condition. Parentheses that hold no range are skipped, closed or not: they group nothing, as in Ruby's
    /// Liquid.
    fn operand(&mut self) -> Result<Expression> {
        let value = if self.peek() == Some(b'(') { self.parenthesized()? } else { self.expression()? };
        while self.eat_byte(b')') {}
        Ok(value)
    }

    /// A value behind parentheses, or the range in them; what closes them is left.
    fn parenthesized(&mut self) -> Result<Expression> {
        while self.eat_byte(b'(') {}
        let value = self.expression()?;
        if !self.eat("...") && !self.eat("..") {
            return Ok(value);
        }
        Ok(Expression::Range(Box::new((value, self.expression()?))))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        const OPERATORS: [(&str, Comparison); 8] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<>", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
            ("contains", Comparison::Contains),
        ];
        // Most values are compared with nothing: one look at the next byte settles it.
        if !matches!(self.peek(), Some(b'=' | b'!' | b'<' | b'>' | b'c')) {
            return None;
        }
        OPERATORS.iter().find(|(written, _)| self.eat(written)).map(|(_, comparison)| *comparison)
    }

    fn joint(&mut self) -> Option<Joint> {
        match self.peek() {
            Some(b'a') if self.eat("and") => Some(Joint::And),
            Some(b'o') if self.eat("or") => Some(Joint::Or),
            _ => None,
        }
    }

    /// What follows a complete comparison is neither `and` nor `or`.
    fn unknown_operator(&mut self) -> Error {
        if self.peek() == Some(b'|') && !self.rest().starts_with("||") {
            return self
                .error("Filters are not allowed in conditions")
                .with_hint("assign the filtered value first");
        }
        let operator = self.next_piece();
        let error = self.error(format!("Unknown operator {operator}"));
        match operator {
            "=" | "===" | "is" | "eq" => error.with_hint("compare with '=='"),
            "!==" | "!" => error.with_hint("compare with '!='"),
            "=<" => error.with_hint("write '<='"),
            "=>" => error.with_hint("write '>='"),
            "in" => error.with_hint("write it the other way round: list contains item"),
            "&&" => error.with_hint("use 'and'"),
            "||" => error.with_hint("use 'or'"),
            _ => error,
        }
    }
}
