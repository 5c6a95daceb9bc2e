//! URLs in parts, and put together.

use std::collections::BTreeMap;

use crate::engine::argument::function;
use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Dict, Str, Value};
use crate::go::url::Url;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("urlParse", |runtime, text: Str| url_parse(runtime, &text)),
    function!("urlJoin", |runtime, parts: Dict| url_join(runtime, &parts)),
];

/// Of a part, there are the part itself, without and with its escapes (three bytes for one), and the URL of all.
const COPIES: usize = 6;

fn url_parse(runtime: &mut Runtime<'_>, text: &[u8]) -> Outcome {
    runtime.scan(text.len())?;
    runtime.copies(text.len(), COPIES)?;
    let url =
        Url::parse(text).ok_or_else(|| Fault::new(format!("unable to parse url: {REDACTED}")))?;
    let userinfo = url.userinfo();
    let hostname = url.hostname().to_vec();
    let parts = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", hostname),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", userinfo),
    ];
    let mut entries = BTreeMap::new();
    for (name, part) in parts {
        entries.insert(Str::from(name), runtime.string(part)?);
    }
    runtime.dict(entries)
}

fn url_join(runtime: &mut Runtime<'_>, dict: &Dict) -> Outcome {
    let mut part = |name: &str| text_of(runtime, dict, name);
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        user: None,
    };
    let user = part("userinfo")?;
    if !user.is_empty() {
        let carrier = [b"proto://", user.as_slice(), b"@host"].concat();
        url.user = Url::parse(&carrier)
            .ok_or_else(|| Fault::new(format!("unable to parse userinfo in dict: {REDACTED}")))?
            .user;
    }
    runtime.charged_string(url.join())
}

/// A part of a URL, and what becomes of it, charged.
fn text_of(runtime: &mut Runtime<'_>, dict: &Dict, name: &str) -> Result<Vec<u8>, Fault> {
    match dict.get(name.as_bytes()) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => {
            runtime.scan(text.len())?;
            runtime.copies(text.len(), COPIES)?;
            Ok(text.to_vec())
        }
        Some(value) if value.is_nil() => Err(Fault::NIL_POINTER),
        Some(value) => {
            let kind = value.kind_name();
            Err(Fault::new(format!(
                "unable to parse {name} key, must be of type string, but {kind} found"
            )))
        }
    }
}
