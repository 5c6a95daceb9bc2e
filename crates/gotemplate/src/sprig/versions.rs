//! Semantic versions.

use std::rc::Rc;

use crate::engine::fault::Fault;
use crate::engine::function::Type::Str as Text;
use crate::engine::function::{Function, fixed};
use crate::engine::value::Value;
use crate::go::semver::{self, Version};

/// The longest constraint that is read.
const LONGEST: usize = 4096;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("semver", &[Text], |call| {
        let version = Version::parse(&call.text(0))?;
        call.runtime.charge(256 + version.original.len() * 3)?;
        Ok(Value::Version(Rc::new(version), true))
    }),
    fixed("semverCompare", &[Text, Text], |call| {
        let (constraint, version) = (call.text(0), call.text(1));
        if constraint.len() > LONGEST {
            return Err(Fault::Limit("a version constraint is longer than allowed"));
        }
        call.runtime.work(500 + 10 * constraint.len() as u64)?;
        Ok(Value::Bool(semver::check(&constraint, &version)?))
    }),
];
