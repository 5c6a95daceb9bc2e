//! URLs in parts, and put together.

use std::collections::BTreeMap;

use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::function::Type::{Dict as Map, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::value::{Dict, Str, Value};
use crate::go::url::Url;

pub(super) const FUNCTIONS: &[Function] =
    &[fixed("urlParse", &[Text], url_parse), fixed("urlJoin", &[Map], url_join)];

fn url_parse(call: &mut Call<'_, '_>) -> Outcome {
    let url = Url::parse(&call.text(0))
        .ok_or_else(|| Fault::new(format!("unable to parse url: {REDACTED}")))?;
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
    let part = |name: &str| text_of(&dict, name);
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
    call.runtime.has_room(url.path.len() * 3)?;
    call.string(url.join())
}

fn text_of(dict: &Dict, name: &str) -> Result<Vec<u8>, Fault> {
    match dict.get(name.as_bytes()) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => Ok(text.to_vec()),
        Some(value) if value.is_nil() => Err(Fault::NIL_POINTER),
        Some(value) => {
            let kind = value.kind_name();
            Err(Fault::new(format!(
                "unable to parse {name} key, must be of type string, but {kind} found"
            )))
        }
    }
}
