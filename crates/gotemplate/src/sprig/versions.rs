//! Semantic versions.

use std::rc::Rc;

use crate::engine::fault::Fault;
use crate::engine::function::Type::Str as Text;
use crate::engine::function::{Function, fixed};
use crate::engine::runtime::Runtime;
use crate::engine::value::Value;
use crate::go::semver::{self, Version};

/// The longest constraint that is read.
const LONGEST: usize = 4096;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("semver", &[Text], |call| {
        let text = call.text(0);
        charge_version(call.runtime, &text)?;
        let version = Version::parse(&text)?;
        Ok(Value::Version(Rc::new(version), true))
    }),
    fixed("semverCompare", &[Text, Text], |call| {
        let (constraint, version) = (call.text(0), call.text(1));
        if constraint.len() > LONGEST {
            return Err(Fault::Limit("a version constraint is longer than allowed"));
        }
        call.runtime.work(500 + 10 * constraint.len() as u64)?;
        call.runtime.charge(256 + constraint.len().saturating_mul(32))?;
        charge_version(call.runtime, &version)?;
        Ok(Value::Bool(semver::check(&constraint, &version)?))
    }),
];

/// Its parts are copied, and so is the text itself.
fn charge_version(runtime: &mut Runtime<'_>, text: &[u8]) -> Result<(), Fault> {
    runtime.scan(text.len())?;
    runtime.charge(256 + text.len().saturating_mul(3))
}
