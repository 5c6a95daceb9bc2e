//! Go's text/template with Sprig's functions, rendered as Go renders it.

mod base64;
mod compare;
mod environment;
mod error;
mod exec;
mod fault;
mod fmt;
mod funcs;
mod json;
mod limits;
mod node;
mod parse;
mod regexp;
mod rune;
mod runtime;
mod semver;
mod strconv;
mod template;
mod time;
mod value;
#[cfg(feature = "certificates")]
mod x509;

pub use environment::Environment;
pub use error::{ExecError, ExecErrorKind, ParseError, REDACTED};
pub use limits::Limits;
pub use template::{Data, Options, Template, function_names};
