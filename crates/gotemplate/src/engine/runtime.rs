//! What one rendering uses and how much of it is left.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::engine::context::RenderContext;
use crate::engine::fault::Fault;
use crate::engine::value::{Dict, DictType, Elem, List, Str, Value};
use crate::go::regexp::Pattern;
use crate::go::time::{Time, Zone};

/// The state that functions share during one rendering.
pub(crate) struct Runtime<'e> {
    pub(crate) context: &'e mut RenderContext,
    pub(crate) patterns: HashMap<Str, Rc<Pattern>>,
    depth: usize,
    /// How deep this stack may be used.
    stack_nesting: usize,
    /// Every list and dict made, so that they can be taken apart one by one: a list in a list in a list would otherwise
    /// be dropped recursively, and a dict that holds itself never.
    containers: Vec<Container>,
}

enum Container {
    List(List),
    Dict(Dict),
}

impl<'e> Runtime<'e> {
    pub(crate) fn new(context: &'e mut RenderContext, stack_nesting: usize) -> Self {
        Self { context, patterns: HashMap::new(), depth: 0, stack_nesting, containers: Vec::new() }
    }

    /// The current time.
    pub(crate) fn now(&self) -> Time {
        let context = &self.context;
        Time { monotonic: true, ..Time::new(context.seconds, context.nanoseconds, Zone::Local) }
    }

    /// Takes one step.
    pub(crate) fn step(&mut self) -> Result<(), Fault> {
        self.work(1)
    }

    /// Takes `steps` steps, and looks at the clock now and then.
    pub(crate) fn work(&mut self, steps: u64) -> Result<(), Fault> {
        self.context.budget.take_steps(steps)?;
        self.context.deadline.pass(steps)
    }

    /// Takes the steps for reading `bytes` bytes.
    pub(crate) fn read(&mut self, bytes: usize) -> Result<(), Fault> {
        self.work(bytes as u64 / 64)
    }

    /// Takes the steps for looking at `bytes` bytes one by one.
    pub(crate) fn scan(&mut self, bytes: usize) -> Result<(), Fault> {
        self.work(bytes as u64 / 4)
    }

    /// Takes memory for `bytes` bytes.
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        self.context.budget.take_memory(bytes)
    }

    /// Takes memory and steps for copying `bytes` bytes so many times.
    pub(crate) fn copies(&mut self, bytes: usize, times: usize) -> Result<(), Fault> {
        let bytes = bytes.saturating_mul(times);
        self.read(bytes)?;
        self.charge(bytes)
    }

    /// Takes memory for the time of `f` only; what fails gives nothing back.
    pub(crate) fn lend<T>(
        &mut self,
        bytes: usize,
        f: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.charge(bytes)?;
        let result = f(self)?;
        self.context.budget.return_memory(bytes);
        Ok(result)
    }

    /// Fails early when `bytes` bytes would be too many.
    pub(crate) fn has_room(&self, bytes: usize) -> Result<(), Fault> {
        if bytes > self.memory_left() { Err(Fault::MEMORY) } else { Ok(()) }
    }

    pub(crate) fn memory_left(&self) -> usize {
        self.context.budget.memory_left()
    }

    /// Goes one level deeper for the time of `f`.
    pub(crate) fn nested<T>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.enter()?;
        let result = f(self);
        self.leave();
        result
    }

    pub(crate) fn enter(&mut self) -> Result<(), Fault> {
        if self.depth >= self.context.limits.nesting {
            return Err(Fault::NESTING);
        }
        if self.depth >= self.stack_nesting {
            return Err(Fault::Deeper);
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Appends `part` to `out`, charged before.
    pub(crate) fn append(&mut self, out: &mut Vec<u8>, part: &[u8]) -> Result<(), Fault> {
        self.work(1 + part.len() as u64 / 64)?;
        self.charge(part.len())?;
        out.extend_from_slice(part);
        Ok(())
    }

    /// A part of a text as one of its own, charged.
    pub(crate) fn part(&mut self, part: &[u8]) -> Result<Str, Fault> {
        self.work(1 + part.len() as u64 / 64)?;
        self.charge(part.len() + 16 + size_of::<Str>())?;
        Ok(Str::from(part))
    }

    /// What `escape` makes of `text`, at most `for_one` bytes of each; charged.
    pub(crate) fn escaped(
        &mut self,
        text: &[u8],
        for_one: usize,
        escape: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<Vec<u8>, Fault> {
        self.scan(text.len())?;
        self.has_room(text.len().saturating_mul(for_one))?;
        let escaped = escape(text);
        self.charge(escaped.len())?;
        Ok(escaped)
    }

    /// A string of bytes that are charged already.
    pub(crate) fn charged_string(&mut self, bytes: Vec<u8>) -> Result<Value, Fault> {
        self.charge(16)?;
        Ok(Value::Str(Str::from(bytes)))
    }

    /// The entries of a dict, copied and charged.
    pub(crate) fn entries(&mut self, dict: &Dict) -> Result<Vec<(Str, Value)>, Fault> {
        self.work(dict.len() as u64 / 4)?;
        self.charge(dict.len() * size_of::<(Str, Value)>())?;
        Ok(dict.entries())
    }

    /// The elements of a list, copied, with room for some more; all of it is charged.
    pub(crate) fn items(&mut self, list: &List, more: usize) -> Result<Vec<Value>, Fault> {
        let count = list.len() + more;
        self.work(count as u64 / 16)?;
        self.charge(count * size_of::<Value>())?;
        let mut items = Vec::with_capacity(count);
        list.copy_to(&mut items);
        Ok(items)
    }

    /// A new string.
    pub(crate) fn string(&mut self, bytes: impl AsRef<[u8]> + Into<Str>) -> Result<Value, Fault> {
        self.charge(bytes.as_ref().len() + 16)?;
        Ok(Value::Str(bytes.into()))
    }

    pub(crate) fn list(&mut self, items: Vec<Value>) -> Result<Value, Fault> {
        self.typed_list(Elem::Any, items)
    }

    pub(crate) fn typed_list(&mut self, elem: Elem, items: Vec<Value>) -> Result<Value, Fault> {
        self.any_list(elem, items, false)
    }

    pub(crate) fn nil_list(&mut self, elem: Elem) -> Result<Value, Fault> {
        self.any_list(elem, Vec::new(), true)
    }

    fn any_list(&mut self, elem: Elem, items: Vec<Value>, nil: bool) -> Result<Value, Fault> {
        self.charge(items.len() * size_of::<Value>())?;
        self.charged_list(elem, items, nil)
    }

    /// A list of elements that are charged already.
    pub(crate) fn charged_list(
        &mut self,
        elem: Elem,
        items: Vec<Value>,
        nil: bool,
    ) -> Result<Value, Fault> {
        self.charge(96)?;
        let list = List::new(elem, items, nil);
        self.containers.push(Container::List(list.clone()));
        Ok(Value::List(list))
    }

    /// A `[]string` of strings that are charged already.
    pub(crate) fn charged_strings(&mut self, items: Vec<Str>) -> Result<Value, Fault> {
        self.charge(items.len() * size_of::<Value>())?;
        let items = items.into_iter().map(Value::Str).collect();
        self.charged_list(Elem::Str, items, false)
    }

    pub(crate) fn dict(&mut self, entries: BTreeMap<Str, Value>) -> Result<Value, Fault> {
        self.typed_dict(DictType::Any, entries)
    }

    pub(crate) fn typed_dict(
        &mut self,
        kind: DictType,
        entries: BTreeMap<Str, Value>,
    ) -> Result<Value, Fault> {
        self.any_dict(kind, entries, false)
    }

    /// What Go makes of `nil` where a map is expected.
    pub(crate) fn nil_dict(&mut self) -> Result<Value, Fault> {
        self.any_dict(DictType::Any, BTreeMap::new(), true)
    }

    fn any_dict(
        &mut self,
        kind: DictType,
        entries: BTreeMap<Str, Value>,
        nil: bool,
    ) -> Result<Value, Fault> {
        self.charge(128 + entries.len() * 64)?;
        let dict = Dict::new(kind, entries, nil);
        self.containers.push(Container::Dict(dict.clone()));
        Ok(Value::Dict(dict))
    }

    /// Writes one entry; a nil map refuses it as Go does.
    pub(crate) fn insert(&mut self, dict: &Dict, key: Str, value: Value) -> Result<(), Fault> {
        let Some(mut entries) = dict.entries_mut() else {
            return Err(Fault::new("assignment to entry in nil map"));
        };
        self.charge(key.len() + 64)?;
        entries.insert(key, value);
        Ok(())
    }
}

impl Drop for Runtime<'_> {
    /// Empties all containers first: none then holds the last reference to another.
    fn drop(&mut self) {
        for container in &self.containers {
            match container {
                Container::List(list) => list.data.items.borrow_mut().clear(),
                Container::Dict(dict) => {
                    if let Some(mut entries) = dict.entries_mut() {
                        entries.clear();
                    }
                }
            }
        }
    }
}
