//! Go's text/template: from text to tree to output, and the values in between. Which functions there are, it is told.

pub(crate) mod argument;
pub(crate) mod budget;
pub(crate) mod builtins;
pub(crate) mod compare;
pub(crate) mod context;
pub(crate) mod deadline;
pub(crate) mod error;
pub(crate) mod exec;
pub(crate) mod fault;
pub(crate) mod fmt;
pub(crate) mod function;
pub(crate) mod json;
pub(crate) mod limits;
pub(crate) mod methods;
pub(crate) mod node;
pub(crate) mod parse;
pub(crate) mod runtime;
pub(crate) mod value;
