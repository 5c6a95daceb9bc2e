//! Semantic versions.

use std::rc::Rc;

use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::function::Function;
use crate::engine::runtime::Runtime;
use crate::engine::value::{Str, Value};
use crate::go::semver::{self, Version};

/// The longest constraint that is read.
const LONGEST: usize = 4096;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("semver", |runtime, text: Str| {
        charge_version(runtime, &text)?;
        let version = Version::parse(&text)?;
        Ok(Value::Version(Rc::new(version), true))
    }),
    function!("semverCompare", |runtime, constraint: Str, version: Str| {
        if constraint.len() > LONGEST {
            return Err(Fault::Limit("a version constraint is longer than allowed"));
        }
        runtime.work(500 + 10 * constraint.len() as u64)?;
        runtime.charge(256 + constraint.len().saturating_mul(32))?;
        charge_version(runtime, &version)?;
        Ok(Value::Bool(semver::check(&constraint, &version)?))
    }),
];

/// Its parts are copied, and so is the text itself.
fn charge_version(runtime: &mut Runtime<'_>, text: &[u8]) -> Result<(), Fault> {
    runtime.scan(text.len())?;
    runtime.charge(256 + text.len().saturating_mul(3))
}
