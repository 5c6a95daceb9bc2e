//! JSON.

use crate::engine::fault::Fault;
use crate::engine::function::Type::{Any, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::json::{self, Style};

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("fromJson", &[Text], |call| {
        let text = call.text(0);
        Ok(json::decode(call.runtime, &text)?.value)
    }),
    fixed("mustFromJson", &[Text], |call| {
        let text = call.text(0);
        let decoded = json::decode(call.runtime, &text)?;
        if decoded.failed { Err(Fault::HIDDEN) } else { Ok(decoded.value) }
    }),
    fixed("toJson", &[Any], |call| lenient(call, Style::Compact)),
    fixed("toPrettyJson", &[Any], |call| lenient(call, Style::Pretty)),
    fixed("toRawJson", &[Any], |call| strict(call, Style::Raw)),
    fixed("mustToJson", &[Any], |call| strict(call, Style::Compact)),
    fixed("mustToPrettyJson", &[Any], |call| strict(call, Style::Pretty)),
    fixed("mustToRawJson", &[Any], |call| strict(call, Style::Raw)),
];

fn strict(call: &mut Call<'_, '_>, style: Style) -> Outcome {
    let value = call.value(0);
    let text = json::encode(call.runtime, &value, style)?;
    call.runtime.charged_string(text)
}

/// What cannot be encoded is the empty string; a limit is an error all the same.
fn lenient(call: &mut Call<'_, '_>, style: Style) -> Outcome {
    match strict(call, style) {
        Err(Fault::Message(_)) => call.string(""),
        outcome => outcome,
    }
}
