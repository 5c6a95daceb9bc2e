//! Go's [text/template](https://pkg.go.dev/text/template) with
//! [Sprig's](https://masterminds.github.io/sprig/) functions, rendered to the same bytes as Go renders them.
//!
//! A template is parsed once and rendered as often as wanted. What `.` is, is a map of names to byte strings.
//!
//! ```
//! use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template};
//! use rand::SeedableRng;
//! use rand::rngs::StdRng;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "{{ range splitList \",\" .hosts }}host={{ . | trim | quote }}\n{{ end }}";
//! let template = Template::parse("hosts.conf", text, &mut ParseBudget::default())?;
//!
//! let data: Data = [("hosts", "db-1, db-2")].into_iter().collect();
//! // The time for `now`, and randomness for `randAlphaNum` and the like.
//! let rng = StdRng::seed_from_u64(1);
//! let mut context = RenderContext::new(1_700_000_000, 0, rng, RenderLimits::default());
//! let output = template.render(&data, &mut context)?;
//! assert_eq!(output, b"host=\"db-1\"\nhost=\"db-2\"\n");
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! [`ParseError`] has Go's wording and line: both depend on the text alone.
//!
//! [`ExecError`] is displayed as its kind and no more: *where* a rendering fails tells about the data. Go's wording and
//! position are in its [detail](ExecError::detail), for those who may read the data. It quotes the template, never the
//! data: what may come from a value is replaced by [`REDACTED`].
//!
//! ```
//! # use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template};
//! # use rand::{SeedableRng, rngs::StdRng};
//! let text = "a\n{{ fail .reason }}";
//! let template = Template::parse("t", text, &mut ParseBudget::default()).expect("it parses");
//! let data: Data = [("reason", "no peeking")].into_iter().collect();
//! let mut context =
//!     RenderContext::new(0, 0, StdRng::seed_from_u64(1), RenderLimits::default());
//! let error = template.render(&data, &mut context).expect_err("it fails");
//! assert_eq!(error.to_string(), "the template cannot be rendered: it fails");
//! assert_eq!(
//!     error.detail().to_string(),
//!     "template: t:2:3: executing \"t\" at <fail .reason>: error calling fail: [redacted]"
//! );
//! ```
//!
//! # Untrusted templates
//!
//! [`ParseLimits`] bound the texts and the memory of what is parsed with one [`ParseBudget`]. [`RenderLimits`] bound
//! the output, everything in between and the work of all renderings with one [`RenderContext`], and the depth of calls,
//! parentheses and values of each. Reaching one is an error of the kind [`ParseErrorKind::Limit`] or
//! [`ExecErrorKind::Limit`]. Nothing reads files, the network, the environment or the clock.
//!
//! # What differs from Go
//!
//! The README lists it.

mod engine;
mod go;
mod sprig;
mod template;

pub use engine::budget::ParseBudget;
pub use engine::context::{RenderContext, Used};
pub use engine::error::{
    ExecError, ExecErrorDetail, ExecErrorKind, ParseError, ParseErrorKind, REDACTED,
};
pub use engine::limits::{ParseLimits, RenderLimits};
pub use template::{Data, Template, function_names};

/// The README's examples are compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
