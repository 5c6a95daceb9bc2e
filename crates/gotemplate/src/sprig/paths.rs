//! Slash-separated paths. The operating system's own are the same here.

use crate::engine::function::Type::Str as Text;
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("base", &[Text], base),
    fixed("osBase", &[Text], base),
    fixed("dir", &[Text], dir),
    fixed("osDir", &[Text], dir),
    fixed("clean", &[Text], |call| {
        let path = call.text(0);
        call.string(clean(&path))
    }),
    fixed("osClean", &[Text], |call| {
        let path = call.text(0);
        call.string(clean(&path))
    }),
    fixed("ext", &[Text], extension),
    fixed("osExt", &[Text], extension),
    fixed("isAbs", &[Text], |call| Ok(Value::Bool(call.text(0).starts_with(b"/")))),
    fixed("osIsAbs", &[Text], |call| Ok(Value::Bool(call.text(0).starts_with(b"/")))),
];

/// The last element.
fn base(call: &mut Call<'_, '_>) -> Outcome {
    let path = call.text(0);
    if path.is_empty() {
        return call.string(".");
    }
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    let trimmed = path.get(..end).unwrap_or_default();
    let start = memchr::memrchr(b'/', trimmed).map_or(0, |slash| slash + 1);
    let element = trimmed.get(start..).unwrap_or_default();
    call.string(if element.is_empty() { b"/" } else { element })
}

/// All but the last element.
fn dir(call: &mut Call<'_, '_>) -> Outcome {
    let path = call.text(0);
    let end = memchr::memrchr(b'/', &path).map_or(0, |slash| slash + 1);
    call.string(clean(path.get(..end).unwrap_or_default()))
}

/// From the last dot of the last element.
fn extension(call: &mut Call<'_, '_>) -> Outcome {
    let path = call.text(0);
    let start = memchr::memrchr(b'/', &path).map_or(0, |slash| slash + 1);
    let element = path.get(start..).unwrap_or_default();
    let dot = memchr::memrchr(b'.', element).unwrap_or(element.len());
    call.string(element.get(dot..).unwrap_or_default())
}

/// The shortest path of the same meaning.
fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut elements: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." if elements.last().is_some_and(|last| *last != b"..") => {
                elements.pop();
            }
            b".." if rooted => {}
            _ => elements.push(element),
        }
    }
    let joined = elements.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
