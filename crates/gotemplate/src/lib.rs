//! Go's [text/template](https://pkg.go.dev/text/template) with
//! [Sprig's](https://masterminds.github.io/sprig/) functions, rendered to the same bytes as Go renders them.
//!
//! A template is parsed once and rendered as often as wanted. What `.` is, is a map of names to byte strings.
//!
//! ```
//! use gotemplate::{Data, Environment, Options, Template};
//! use rand::SeedableRng;
//! use rand::rngs::StdRng;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "{{ range splitList \",\" .hosts }}host={{ . | trim | quote }}\n{{ end }}";
//! let template = Template::parse("hosts.conf", text, &Options::default())?;
//!
//! let data: Data = [("hosts", "db-1, db-2")].into_iter().collect();
//! // The time for `now`, and randomness for `randAlphaNum` and the like.
//! let mut environment = Environment::new(1_700_000_000, 0, StdRng::seed_from_u64(1));
//! let output = template.render(&data, &mut environment)?;
//! assert_eq!(output, b"host=\"db-1\"\nhost=\"db-2\"\n");
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! [`ParseError`] and [`ExecError`] have Go's wording and position. They quote the template, never the data: what may
//! come from a value is replaced by [`REDACTED`].
//!
//! ```
//! # use gotemplate::{Data, Environment, Options, Template};
//! # use rand::{SeedableRng, rngs::StdRng};
//! let template = Template::parse("t", "a\n{{ fail .reason }}", &Options::default()).expect("it parses");
//! let data: Data = [("reason", "no peeking")].into_iter().collect();
//! let mut environment = Environment::new(0, 0, StdRng::seed_from_u64(1));
//! let error = template.render(&data, &mut environment).expect_err("it fails");
//! assert_eq!(
//!     error.to_string(),
//!     "template: t:2:3: executing \"t\" at <fail .reason>: error calling fail: [redacted]"
//! );
//! ```
//!
//! # Untrusted templates
//!
//! [`Limits`] bound the size of the output and of everything in between, the work done, the depth of calls and the
//! nesting of parentheses and values. Reaching one is an [`ExecError`] of the kind [`ExecErrorKind::Limit`]. Nothing
//! reads files, the network, the environment or the clock.
//!
//! # What differs from Go
//!
//! The README lists it.

mod engine;
mod go;
mod sprig;
mod template;

pub use engine::environment::Environment;
pub use engine::error::{ExecError, ExecErrorKind, ParseError, REDACTED};
pub use engine::limits::Limits;
pub use template::{Data, Options, Template, function_names};
