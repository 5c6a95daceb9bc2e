//! Semantic versions.

use std::rc::Rc;

use crate::fault::Fault;
use crate::function::Type::Str as Text;
use crate::function::{Function, fixed};
use crate::semver::{self, Version};
use crate::value::Value;

/// The longest constraint that is read.
const LONGEST: usize = 4096;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("semver", &[Text], |call| match Version::parse(&call.text(0)) {
        Ok(version) => {
            call.runtime.charge(256 + version.original.len() * 3)?;
            Ok(Value::Version(Rc::new(version), true))
        }
        Err(error) => Err(Fault::new(error.message())),
    }),
    fixed("semverCompare", &[Text, Text], |call| {
        let (constraint, version) = (call.text(0), call.text(1));
        if constraint.len() > LONGEST {
            return Err(Fault::Limit("a version constraint is longer than allowed"));
        }
        call.runtime.work(500 + 10 * constraint.len() as u64)?;
        match semver::check(&constraint, &version) {
            Ok(holds) => Ok(Value::Bool(holds)),
            Err(error) => Err(Fault::new(error.message())),
        }
    }),
];
