//! What a build without certificates answers.

use crate::engine::fault::Fault;
use crate::engine::function::{Call, Outcome};

const LEFT_OUT: Fault = Fault::Unsupported("this build makes no private keys and certificates");

pub(super) fn private_key(_: &mut Call<'_, '_>) -> Outcome {
    Err(LEFT_OUT)
}

pub(super) fn custom(_: &mut Call<'_, '_>) -> Outcome {
    Err(LEFT_OUT)
}

pub(super) fn authority(_: &mut Call<'_, '_>, _: Option<usize>) -> Outcome {
    Err(LEFT_OUT)
}

pub(super) fn self_signed(_: &mut Call<'_, '_>, _: Option<usize>) -> Outcome {
    Err(LEFT_OUT)
}

pub(super) fn signed(_: &mut Call<'_, '_>, _: Option<usize>) -> Outcome {
    Err(LEFT_OUT)
}
