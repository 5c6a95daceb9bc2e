//! JSON.

use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::json::{self, Style};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Str, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function!("fromJson", |runtime, text: Str| Ok(json::decode(runtime, &text)?.value)),
    function!("mustFromJson", |runtime, text: Str| {
        let decoded = json::decode(runtime, &text)?;
        if decoded.failed { Err(Fault::HIDDEN) } else { Ok(decoded.value) }
    }),
    function!("toJson", |runtime, value: Value| lenient(runtime, &value, Style::Compact)),
    function!("toPrettyJson", |runtime, value: Value| lenient(runtime, &value, Style::Pretty)),
    function!("toRawJson", |runtime, value: Value| strict(runtime, &value, Style::Raw)),
    function!("mustToJson", |runtime, value: Value| strict(runtime, &value, Style::Compact)),
    function!("mustToPrettyJson", |runtime, value: Value| strict(runtime, &value, Style::Pretty)),
    function!("mustToRawJson", |runtime, value: Value| strict(runtime, &value, Style::Raw)),
];

fn strict(runtime: &mut Runtime<'_>, value: &Value, style: Style) -> Outcome {
    let text = json::encode(runtime, value, style)?;
    runtime.charged_string(text)
}

/// What cannot be encoded is the empty string; a limit is an error all the same.
fn lenient(runtime: &mut Runtime<'_>, value: &Value, style: Style) -> Outcome {
    match strict(runtime, value, style) {
        Err(Fault::Message(_)) => runtime.string(""),
        outcome => outcome,
    }
}
