//! Slash-separated paths. The operating system's own are the same here.

use crate::engine::argument::function;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Str, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function!("base", |runtime, path: Str| runtime.string(base(&path))),
    function!("osBase", |runtime, path: Str| runtime.string(base(&path))),
    function!("dir", |runtime, path: Str| cleaned(runtime, dir(&path))),
    function!("osDir", |runtime, path: Str| cleaned(runtime, dir(&path))),
    function!("clean", |runtime, path: Str| cleaned(runtime, &path)),
    function!("osClean", |runtime, path: Str| cleaned(runtime, &path)),
    function!("ext", |runtime, path: Str| runtime.string(extension(&path))),
    function!("osExt", |runtime, path: Str| runtime.string(extension(&path))),
    function!("isAbs", |_runtime, path: Str| Ok(Value::Bool(path.starts_with(b"/")))),
    function!("osIsAbs", |_runtime, path: Str| Ok(Value::Bool(path.starts_with(b"/")))),
];

/// The last element.
fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    let trimmed = path.get(..end).unwrap_or_default();
    let start = memchr::memrchr(b'/', trimmed).map_or(0, |slash| slash + 1);
    let element = trimmed.get(start..).unwrap_or_default();
    if element.is_empty() { b"/" } else { element }
}

/// All but the last element, with the slash behind it.
fn dir(path: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    path.get(..end).unwrap_or_default()
}

/// From the last dot of the last element.
fn extension(path: &[u8]) -> &[u8] {
    let start = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    let element = path.get(start..).unwrap_or_default();
    let dot = memchr::memrchr(b'.', element).unwrap_or(element.len());
    element.get(dot..).unwrap_or_default()
}

/// The shortest path of the same meaning; its elements are remembered for a moment.
fn cleaned(runtime: &mut Runtime<'_>, path: &[u8]) -> Outcome {
    runtime.scan(path.len())?;
    let elements = 1 + memchr::memchr_iter(b'/', path).count();
    runtime.lend(elements.saturating_mul(2 * size_of::<&[u8]>()) + path.len(), |runtime| {
        runtime.string(clean(path))
    })
}

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
