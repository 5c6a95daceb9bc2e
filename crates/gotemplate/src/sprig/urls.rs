//! URLs in parts, and put together.

use std::collections::BTreeMap;

use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::function::Type::{Dict as Map, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Dict, Str, Value};
use crate::go::url::Url;

pub(super) const FUNCTIONS: &[Function] =
    &[fixed("urlParse", &[Text], url_parse), fixed("urlJoin", &[Map], url_join)];

/// Of a part, there are the part itself, without and with its escapes (three bytes for one), and the URL of all.
const COPIES: usize = 6;

fn url_parse(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.text(0);
    call.runtime.scan(text.len())?;
    call.runtime.copies(text.len(), COPIES)?;
    let url =
        Url::parse(&text).ok_or_else(|| Fault::new(format!("unable to parse url: {REDACTED}")))?;
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
        entries.insert(Str::from(name), call.runtime.string(part)?);
    }
    call.runtime.dict(entries)
}

fn url_join(call: &mut Call<'_, '_>) -> Outcome {
    let dict = call.dict(0)?;
    let mut part = |name: &str| text_of(call.runtime, &dict, name);
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
    call.runtime.charged_string(url.join())
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
