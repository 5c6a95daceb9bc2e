//! The public types: parse once, render many times.

use std::collections::BTreeMap;
use std::fmt;
use std::thread;

use crate::engine::environment::Environment;
use crate::engine::error::{ExecError, ExecErrorKind, ParseError};
use crate::engine::exec::{self, Stop};
use crate::engine::limits::Limits;
use crate::engine::parse::{self, Parsed};
use crate::engine::runtime::Runtime;
use crate::engine::value::{DictType, Str, Value};
use crate::sprig;

/// How deep the caller's stack is used: at a few kilobytes a level, well within the 2 MiB of a thread.
const SHALLOW: usize = 64;
/// The stack of the thread for what nests deeper. Only what is used of it is ever touched.
const DEEP_STACK: usize = 256 << 20;

/// How a template is parsed and what it may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The bounds of parsing and rendering.
    pub limits: Limits,
}

impl Options {
    /// Options with other limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits }
    }
}

/// What `.` is while rendering: names and their values, bytes that need not be UTF-8. Go's `map[string]string`.
///
/// `Debug` shows the names only.
#[derive(Clone, Default)]
pub struct Data(BTreeMap<Str, Str>);

impl Data {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the value of `name`.
    pub fn insert(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        self.0.insert(Str::from(name.as_ref()), Str::from(value.as_ref()));
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

/// A parsed template.
#[derive(Debug)]
pub struct Template {
    name: Str,
    text: Vec<u8>,
    parsed: Parsed,
    limits: Limits,
}

impl Template {
    /// Parses `text`, which need not be UTF-8.
    ///
    /// `name` is the name in errors, and the template's own among those that the text defines.
    ///
    /// # Errors
    ///
    /// As Go's `Template.Parse`, and if the text is longer or nests deeper than allowed.
    pub fn parse(
        name: &str,
        text: impl AsRef<[u8]>,
        options: &Options,
    ) -> Result<Self, ParseError> {
        let text = text.as_ref();
        let error = |message: &str| ParseError {
            template: name.to_owned(),
            line: 1,
            message: message.to_owned(),
        };
        if text.len() > options.limits.template_bytes {
            return Err(error("the template is longer than allowed"));
        }
        let nesting = options.limits.nesting;
        let parsed = match parse::parse(name, text, sprig::find, SHALLOW, nesting) {
            Err(parse::Stop::Deeper) => {
                on_deep_stack(|| parse::parse(name, text, sprig::find, nesting, nesting))
                    .unwrap_or(Err(parse::Stop::Deeper))
            }
            parsed => parsed,
        };
        match parsed {
            Ok(parsed) => Ok(Self {
                name: Str::from(name.as_bytes()),
                text: text.to_vec(),
                parsed,
                limits: options.limits.clone(),
            }),
            Err(parse::Stop::Error(error)) => Err(error),
            Err(parse::Stop::Deeper) => Err(error("no stack for nesting that deep")),
        }
    }

    /// Renders the template over `data`.
    ///
    /// A template that nests deeper than usual is rendered a second time on a thread of its own; what was drawn from
    /// the environment's randomness until then is lost.
    ///
    /// # Errors
    ///
    /// As Go's `Template.Execute`, and if a limit is reached. No output is returned then.
    pub fn render(&self, data: &Data, environment: &mut Environment) -> Result<Vec<u8>, ExecError> {
        let mut result = self.render_on_this_stack(data, environment, SHALLOW);
        if matches!(result, Err(Stop::Deeper)) {
            let deep = || self.render_on_this_stack(data, environment, self.limits.nesting);
            result = on_deep_stack(deep).unwrap_or(Err(Stop::Deeper));
        }
        result.map_err(|stop| match stop {
            Stop::Error(error) => *error,
            Stop::Deeper => self.no_stack(),
        })
    }

    fn render_on_this_stack(
        &self,
        data: &Data,
        environment: &mut Environment,
        stack_nesting: usize,
    ) -> Result<Vec<u8>, Stop> {
        let mut runtime = Runtime::new(&self.limits, environment, stack_nesting);
        let entries = data.0.iter().map(|(name, value)| (name.clone(), Value::Str(value.clone())));
        let dot = runtime.typed_dict(DictType::Strings, entries.collect());
        let dot = dot.map_err(|_| {
            Stop::Error(Box::new(self.limit("values take more memory than allowed")))
        })?;
        exec::render(&self.parsed, &self.text, &self.name, dot, &self.limits, runtime)
    }

    fn no_stack(&self) -> ExecError {
        self.limit("no stack for nesting that deep")
    }

    fn limit(&self, message: &str) -> ExecError {
        let name = String::from_utf8_lossy(&self.name).into_owned();
        ExecError {
            kind: ExecErrorKind::Limit,
            executing: format!("\"{name}\""),
            file: name,
            line: 1,
            column: 0,
            context: String::new(),
            message: message.to_owned(),
        }
    }
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
