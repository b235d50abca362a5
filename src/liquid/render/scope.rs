//! Where names live during a render. Each file has a frame of variables; an included file sees through to its caller's, a
//! rendered or called one does not. Loop variables lie on a stack of their own: they end with the loop, whereas what is
//! assigned inside it stays.

use std::rc::Rc;
use std::sync::Arc;

use crate::liquid::value::{Loop, Map, Value};

/// How a file relates to the variables of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// `include`: reads and alters the caller's variables; new ones stay its own.
    Caller,
    /// `render`, `function`, a page, a layout, a job.
    Isolated,
}

#[derive(Debug)]
struct Frame {
    variables: Map,
    sharing: Sharing,
    /// Where this file's part of [`Frames::bindings`] and of [`Frames::loops`] begins.
    bindings: usize,
    loops: usize,
    /// Only in isolated frames, and only once something needs it.
    registers: Option<Box<Registers>>,
}

/// What tags remember between two uses of theirs in one file and its includes.
#[derive(Debug, Default)]
pub(crate) struct Registers {
    /// `increment` and `decrement`.
    pub(crate) counters: Map,
    /// Next position of each `cycle` group.
    pub(crate) cycles: Map,
    /// Where `offset: continue` goes on, by the loop's name.
    pub(crate) offsets: Map,
    /// The text `ifchanged` printed last.
    pub(crate) changed: Option<String>,
}

/// All variables of one render.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    frames: Vec<Frame>,
    /// Loop variables, innermost last.
    bindings: Vec<(Arc<str>, Value)>,
    /// Running `for` loops, innermost last: what `parentloop` refers to.
    loops: Vec<Rc<Loop>>,
    /// Emptied maps that keep their memory: a page that includes a partial a hundred times allocates once.
    spare: Vec<Map>,
}

impl Frames {
    /// An empty map to collect the variables of the next file in.
    pub(crate) fn map(&mut self) -> Map {
        self.spare.pop().unwrap_or_default()
    }

    pub(crate) fn enter(&mut self, variables: Map, sharing: Sharing) {
        let (bindings, loops) = (self.bindings.len(), self.loops.len());
        self.frames.push(Frame { variables, sharing, bindings, loops, registers: None });
    }

    /// Leaves the file entered last.
    pub(crate) fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.bindings.truncate(frame.bindings);
            self.loops.truncate(frame.loops);
            let mut map = frame.variables;
            map.clear();
            self.spare.push(map);
        }
    }

    /// Number of files entered: 1 in a page.
    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Between this file and the page, layout or job there is no function and no render.
    pub(crate) fn is_outermost(&self) -> bool {
        self.frames.iter().skip(1).all(|frame| frame.sharing == Sharing::Caller)
    }

    /// The variable as this file sees it.
    pub(crate) fn get(&self, name: &Arc<str>) -> Option<&Value> {
        let mut end = self.bindings.len();
        for frame in self.frames.iter().rev() {
            let own = self.bindings.get(frame.bindings..end).unwrap_or_default();
            if let Some((_, value)) = own.iter().rev().find(|(bound, _)| same(bound, name)) {
                return Some(value);
            }
            if let Some(value) = frame.variables.get(name) {
                return Some(value);
            }
            if frame.sharing == Sharing::Isolated {
                break;
            }
            end = frame.bindings;
        }
        None
    }

    /// Assigns to the variable of that name if this file or, through includes, a caller has one; otherwise a new one
    /// becomes this file's own. Loop variables are shadows: they are never assigned to.
    pub(crate) fn set(&mut self, name: &Arc<str>, value: Value) {
        for frame in self.frames.iter_mut().rev() {
            if let Some(slot) = frame.variables.get_mut(name) {
                *slot = value;
                return;
            }
            if frame.sharing == Sharing::Isolated {
                break;
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.variables.insert(Arc::clone(name), value);
        }
    }

    /// Binds a loop variable until the matching [`Self::unbind`].
    pub(crate) fn bind(&mut self, name: &Arc<str>, value: Value) {
        self.bindings.push((Arc::clone(name), value));
    }

    /// The innermost binding gets the value of the next iteration.
    pub(crate) fn rebind(&mut self, value: Value) {
        if let Some((_, slot)) = self.bindings.last_mut() {
            *slot = value;
        }
    }

    pub(crate) fn unbind(&mut self) {
        self.bindings.pop();
    }

    /// The `for` around this place in the same file, or through includes.
    pub(crate) fn parent_loop(&self) -> Option<&Rc<Loop>> {
        self.loops.get(self.isolated().map_or(0, |frame| frame.loops)..)?.last()
    }

    pub(crate) fn push_loop(&mut self, counters: Rc<Loop>) {
        self.loops.push(counters);
    }

    pub(crate) fn pop_loop(&mut self) {
        self.loops.pop();
    }

    pub(crate) fn registers(&self) -> Option<&Registers> {
        self.isolated()?.registers.as_deref()
    }

    pub(crate) fn registers_mut(&mut self) -> &mut Registers {
        if self.frames.is_empty() {
            self.enter(Map::default(), Sharing::Isolated);
        }
        let at = self.frames.iter().rposition(|frame| frame.sharing == Sharing::Isolated).unwrap_or(0);
        let frame = self.frames.get_mut(at).expect("a frame was entered above");
        frame.registers.get_or_insert_default()
    }

    fn isolated(&self) -> Option<&Frame> {
        self.frames.iter().rev().find(|frame| frame.sharing == Sharing::Isolated)
    }
}

/// Names of one file are shared strings, so most comparisons end at the pointer.
fn same(a: &Arc<str>, b: &Arc<str>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Arc<str> {
        Arc::from(text)
    }

    fn read(frames: &Frames, text: &str) -> String {
        frames.get(&name(text)).map_or_else(|| "-".into(), |value| value.to_text().into_owned())
    }

    fn page_with(variable: &str, value: i64) -> Frames {
        let mut frames = Frames::default();
        frames.enter(Map::default(), Sharing::Isolated);
        frames.set(&name(variable), Value::Int(value));
        frames
    }

    #[test]
    fn include_alters_what_exists_and_keeps_what_is_new() {
        let mut frames = page_with("out", 1);
        frames.enter(Map::default(), Sharing::Caller);
        frames.set(&name("out"), Value::Int(2));
        frames.set(&name("new"), Value::Int(3));
        assert_eq!(read(&frames, "new"), "3");

        frames.leave();
        assert_eq!((read(&frames, "out"), read(&frames, "new")), ("2".into(), "-".into()));
    }

    #[test]
    fn isolated_file_sees_and_alters_nothing_of_its_caller() {
        let mut frames = page_with("out", 1);
        frames.bind(&name("item"), Value::Int(5));
        frames.enter(Map::default(), Sharing::Isolated);
        assert_eq!((read(&frames, "out"), read(&frames, "item")), ("-".into(), "-".into()));
        frames.set(&name("out"), Value::Int(2));

        frames.leave();
        assert_eq!((read(&frames, "out"), read(&frames, "item")), ("1".into(), "5".into()));
    }

    #[test]
    fn loop_variable_shadows_and_what_is_assigned_shows_after_the_loop() {
        let mut frames = page_with("i", 1);
        frames.bind(&name("i"), Value::Int(7));
        frames.set(&name("i"), Value::Int(2));
        assert_eq!(read(&frames, "i"), "7");
        frames.unbind();
        assert_eq!(read(&frames, "i"), "2");
    }
}
