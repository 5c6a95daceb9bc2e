//! The public types: parse once, render many times.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::thread;

use crate::engine::budget::ParseBudget;
use crate::engine::context::RenderContext;
use crate::engine::error::{ExecError, ExecErrorDetail, ExecErrorKind, ParseError, ParseErrorKind};
use crate::engine::exec::{self, Stop};
use crate::engine::parse::{self, Parsed};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Dict, Str, Value};
use crate::go::rune::lossy;
use crate::sprig;

/// How deep the caller's stack is used: at a few kilobytes a level, well within the 2 MiB of a thread.
const SHALLOW: usize = 64;
/// The stack of the thread for what nests deeper. Only what is used of it is ever touched.
const DEEP_STACK: usize = 256 << 20;

/// What `.` is while rendering: names and their values, bytes that need not be UTF-8. Go's `map[string]string`.
///
/// It is made once for any number of renderings, which share it. `Debug` shows the names only.
#[derive(Clone, Default)]
pub struct Data(Arc<BTreeMap<Str, Str>>);

impl Data {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the value of `name`.
    pub fn insert(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let values = Arc::make_mut(&mut self.0);
        values.insert(Str::from(name.as_ref()), Str::from(value.as_ref()));
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(N, V)> for Data {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(values: I) -> Self {
        let mut data = Self::new();
        for (name, value) in values {
            data.insert(name, value);
        }
        data
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys().map(|name| String::from_utf8_lossy(name))).finish()
    }
}

/// A parsed template. `Debug` shows its name only.
pub struct Template {
    name: Str,
    text: Vec<u8>,
    parsed: Parsed,
}

impl Template {
    /// Parses `text`, which need not be UTF-8.
    ///
    /// `name` is the name in errors, and the template's own among those that the text defines.
    ///
    /// # Errors
    ///
    /// As Go's `Template.Parse`, and if the text is longer, takes more memory or nests deeper than the budget allows.
    pub fn parse(
        name: &str,
        text: impl AsRef<[u8]>,
        budget: &mut ParseBudget,
    ) -> Result<Self, ParseError> {
        let text = text.as_ref();
        let limit = |message: &str| ParseError {
            kind: ParseErrorKind::Limit,
            template: name.to_owned(),
            line: 1,
            message: message.to_owned(),
        };
        if !budget.take_text(text.len()) {
            return Err(limit("templates are longer than allowed"));
        }
        match parse_on_any_stack(name, text, budget) {
            Ok(parsed) => {
                Ok(Self { name: Str::from(name.as_bytes()), text: text.to_vec(), parsed })
            }
            Err(parse::Stop::Error(error)) => Err(error),
            Err(parse::Stop::Deeper) => Err(limit("no stack for nesting that deep")),
        }
    }

    /// Renders the template over `data`, and takes what that needs from the context.
    ///
    /// The first rendering with a context that nests deeper than usual is started over on a thread of its own: what it
    /// took until then is given back, but for the randomness. Later ones have such a thread from the start.
    ///
    /// # Errors
    ///
    /// As Go's `Template.Execute`, and if a limit is reached. No output is returned then.
    pub fn render(&self, data: &Data, context: &mut RenderContext) -> Result<Vec<u8>, ExecError> {
        self.render_on_any_stack(data, context).map_err(|stop| match stop {
            Stop::Error(error) => error,
            Stop::Deeper => self.no_stack(),
        })
    }

    fn render_on_any_stack(&self, data: &Data, context: &mut RenderContext) -> Rendered {
        if !context.needs_deep_stack {
            let budget = context.budget;
            let result = self.render_on_this_stack(data, context, SHALLOW);
            if !matches!(result, Err(Stop::Deeper)) {
                return result;
            }
            context.budget = budget;
            context.needs_deep_stack = true;
        }
        let nesting = context.limits.nesting;
        on_deep_stack(|| self.render_on_this_stack(data, context, nesting))
            .unwrap_or(Err(Stop::Deeper))
    }

    fn render_on_this_stack(
        &self,
        data: &Data,
        context: &mut RenderContext,
        stack_nesting: usize,
    ) -> Rendered {
        let dot = Value::Dict(Dict::shared(Arc::clone(&data.0)));
        let runtime = Runtime::new(context, stack_nesting);
        exec::render(&self.parsed, &self.text, &self.name, dot, runtime)
    }

    fn no_stack(&self) -> ExecError {
        let name = lossy(&self.name);
        let detail = Box::new(ExecErrorDetail {
            executing: format!("\"{name}\""),
            file: name,
            line: 1,
            column: 0,
            context: String::new(),
            message: "no stack for nesting that deep".to_owned(),
        });
        ExecError { kind: ExecErrorKind::Limit, detail }
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("name", &lossy(&self.name)).finish_non_exhaustive()
    }
}

type Rendered = Result<Vec<u8>, Stop>;

fn parse_on_any_stack(
    name: &str,
    text: &[u8],
    budget: &mut ParseBudget,
) -> Result<Parsed, parse::Stop> {
    let before = budget.tree_left;
    let parsed = parse::parse(name, text, sprig::find, SHALLOW, budget);
    if !matches!(parsed, Err(parse::Stop::Deeper)) {
        return parsed;
    }
    // The tree so far is gone.
    budget.tree_left = before;
    let nesting = budget.nesting;
    on_deep_stack(|| parse::parse(name, text, sprig::find, nesting, budget))
        .unwrap_or(Err(parse::Stop::Deeper))
}

/// Runs `work` on a thread with a large stack; `None` if there is none to be had.
fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, work);
        thread.ok()?.join().ok()
    })
}

/// The names of all functions that templates may call, sorted.
#[must_use]
pub fn function_names() -> Vec<&'static str> {
    sprig::names()
}

#[cfg(test)]
mod tests;
