//! What a build without certificates answers.

use super::Wanted;
use crate::engine::fault::Fault;
use crate::engine::function::Outcome;
use crate::engine::runtime::Runtime;
use crate::engine::value::{Certificate, Str};

const LEFT_OUT: Fault = Fault::Unsupported("this build makes no private keys and certificates");

pub(super) fn private_key(_: &mut Runtime<'_>, _: &Str) -> Outcome {
    Err(LEFT_OUT)
}

pub(super) fn custom(_: &mut Runtime<'_>, _: &Str, _: &Str) -> Outcome {
    Err(LEFT_OUT)
}

pub(super) fn authority(_: &mut Runtime<'_>, _: &Wanted, _: Option<&Str>) -> Outcome {
    Err(LEFT_OUT)
}

pub(super) fn self_signed(_: &mut Runtime<'_>, _: &Wanted, _: Option<&Str>) -> Outcome {
    Err(LEFT_OUT)
}

pub(super) fn signed(_: &mut Runtime<'_>, _: &Wanted, _: &Certificate, _: Option<&Str>) -> Outcome {
    Err(LEFT_OUT)
}
