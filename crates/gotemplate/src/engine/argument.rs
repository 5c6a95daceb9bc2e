//! Arguments as the bodies of functions take them: a body names the types it wants, and its parameters are made of
//! these, so that it cannot ask for anything but what was checked.

use std::rc::Rc;

use crate::engine::fault::Fault;
use crate::engine::function::Type;
use crate::engine::value::{Certificate, Dict, List, Str, Value};
use crate::go::semver::Version;
use crate::go::time::Time;

/// A type that a body may ask for.
pub(crate) trait Argument: Sized {
    /// What Go's reflection checks it against.
    const TYPE: Type;

    /// What is behind a value that was checked.
    ///
    /// # Errors
    ///
    /// Go's panic, where a nil is of the type but no body can do anything with it.
    fn of(value: Value) -> Result<Self, Fault>;
}

/// What was checked is of its type: anything else would be a mistake of the evaluator's, which is told as one.
const UNCHECKED: Fault = Fault::Unsupported("an argument is of a type that was not checked");

impl Argument for Value {
    const TYPE: Type = Type::Any;

    fn of(value: Value) -> Result<Self, Fault> {
        Ok(value)
    }
}

impl Argument for Str {
    const TYPE: Type = Type::Str;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::Str(text) = value { Ok(text) } else { Err(UNCHECKED) }
    }
}

impl Argument for i64 {
    const TYPE: Type = Type::Int;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::Int(number, _) = value { Ok(number) } else { Err(UNCHECKED) }
    }
}

impl Argument for u32 {
    const TYPE: Type = Type::Uint32;

    fn of(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Uint(number, _) => Self::try_from(number).map_err(|_| UNCHECKED),
            _ => Err(UNCHECKED),
        }
    }
}

impl Argument for f64 {
    const TYPE: Type = Type::Float;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::Float(number) = value { Ok(number) } else { Err(UNCHECKED) }
    }
}

impl Argument for bool {
    const TYPE: Type = Type::Bool;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::Bool(flag) = value { Ok(flag) } else { Err(UNCHECKED) }
    }
}

impl Argument for Dict {
    const TYPE: Type = Type::Dict;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::Dict(dict) = value { Ok(dict) } else { Err(Fault::NIL_POINTER) }
    }
}

impl Argument for List {
    const TYPE: Type = Type::List;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::List(list) = value { Ok(list) } else { Err(Fault::NIL_POINTER) }
    }
}

impl Argument for Rc<Time> {
    const TYPE: Type = Type::Time;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::Time(time) = value { Ok(time) } else { Err(UNCHECKED) }
    }
}

impl Argument for Rc<Version> {
    const TYPE: Type = Type::Version;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::Version(version, _) = value { Ok(version) } else { Err(Fault::NIL_POINTER) }
    }
}

impl Argument for Rc<Certificate> {
    const TYPE: Type = Type::Certificate;

    fn of(value: Value) -> Result<Self, Fault> {
        if let Value::Certificate(certificate) = value { Ok(certificate) } else { Err(UNCHECKED) }
    }
}

/// A `time.Duration` in nanoseconds.
pub(crate) struct Nanoseconds(pub(crate) i64);

impl Argument for Nanoseconds {
    const TYPE: Type = Type::Duration;

    fn of(value: Value) -> Result<Self, Fault> {
        i64::of(value).map(Self)
    }
}

/// A `reflect.Value`: anything, and no value as well.
pub(crate) struct Reflected(pub(crate) Value);

impl Argument for Reflected {
    const TYPE: Type = Type::Reflect;

    fn of(value: Value) -> Result<Self, Fault> {
        Ok(Self(value))
    }
}

/// A function with its parameters and its body in one: `function!("trimSuffix", |runtime, suffix: Str, text: Str| …)`.
/// Further arguments of one type follow as `; rest: [Value]`.
macro_rules! function {
    ($name:literal, |$runtime:ident $(, $arg:ident: $type:ty)*| $body:expr) => {
        $crate::engine::function::Function {
            name: $name,
            params: &[$(<$type as $crate::engine::argument::Argument>::TYPE),*],
            variadic: None,
            run: |call| {
                $(let $arg: $type = call.take()?;)*
                let $runtime = &mut *call.runtime;
                $body
            },
        }
    };
    ($name:literal, |$runtime:ident $(, $arg:ident: $type:ty)*; $rest:ident: [$rest_type:ty]| $body:expr) => {
        $crate::engine::function::Function {
            name: $name,
            params: &[$(<$type as $crate::engine::argument::Argument>::TYPE),*],
            variadic: Some(<$rest_type as $crate::engine::argument::Argument>::TYPE),
            run: |call| {
                $(let $arg: $type = call.take()?;)*
                let $rest: Vec<$rest_type> = call.take_rest()?;
                let $runtime = &mut *call.runtime;
                $body
            },
        }
    };
}

pub(crate) use function;
