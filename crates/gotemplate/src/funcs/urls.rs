//! URLs as Go's net/url reads and writes them.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use memchr::{memchr, memrchr};

use crate::error::REDACTED;
use crate::fault::Fault;
use crate::function::Type::{Dict as Map, Str as Text};
use crate::function::{Call, Function, Outcome, fixed};
use crate::value::{Dict, Str, Value};

pub(super) const FUNCTIONS: &[Function] =
    &[fixed("urlParse", &[Text], url_parse), fixed("urlJoin", &[Map], url_join)];

/// The parts of a URL in which different characters may stand unescaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Query,
    Fragment,
}

#[derive(Default)]
struct Url {
    scheme: Vec<u8>,
    opaque: Vec<u8>,
    user: Option<(Vec<u8>, Option<Vec<u8>>)>,
    host: Vec<u8>,
    path: Vec<u8>,
    query: Vec<u8>,
    fragment: Vec<u8>,
}

fn url_parse(call: &mut Call<'_, '_>) -> Outcome {
    let url = parse(&call.text(0))
        .ok_or_else(|| Fault::new(format!("unable to parse url: {REDACTED}")))?;
    let hostname = hostname(&url.host).to_vec();
    let parts = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", hostname),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", url.user.map(|user| userinfo(&user)).unwrap_or_default()),
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
        url.user = parse(&carrier)
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

fn parse(text: &[u8]) -> Option<Url> {
    let (text, fragment) = cut(text, b'#');
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7F) {
        return None;
    }
    let mut url = Url::default();
    if text == b"*" {
        url.path = b"*".to_vec();
    } else {
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.iter().map(u8::to_ascii_lowercase).collect();
        let (rest, query) = cut(rest, b'?');
        url.query = query.to_vec();
        url.authority_and_path(rest)?;
    }
    url.fragment = unescape(fragment, Part::Fragment)?;
    Some(url)
}

/// What is before and after the first `mark`.
fn cut(text: &[u8], mark: u8) -> (&[u8], &[u8]) {
    match memchr(mark, text) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, &[]),
    }
}

fn scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return None,
            b':' => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => break,
        }
    }
    Some((&[], text))
}

impl Url {
    fn authority_and_path(&mut self, rest: &[u8]) -> Option<()> {
        let mut rest = rest;
        let has_scheme = !self.scheme.is_empty();
        if !rest.starts_with(b"/") {
            if has_scheme {
                self.opaque = rest.to_vec();
                return Some(());
            }
            if cut(rest, b'/').0.contains(&b':') {
                return None;
            }
        }
        if rest.starts_with(b"//") && (has_scheme || !rest.starts_with(b"///")) {
            let authority = rest.get(2..)?;
            let end = memchr(b'/', authority).unwrap_or(authority.len());
            rest = authority.get(end..)?;
            self.authority(authority.get(..end)?)?;
        }
        self.path = unescape(rest, Part::Path)?;
        Some(())
    }

    fn authority(&mut self, authority: &[u8]) -> Option<()> {
        let Some(at) = memrchr(b'@', authority) else {
            self.host = host(&self.scheme, authority)?;
            return Some(());
        };
        self.host = host(&self.scheme, authority.get(at + 1..)?)?;
        let user = authority.get(..at)?;
        if !user
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte))
        {
            return None;
        }
        let (name, password) = cut(user, b':');
        let password =
            if user.contains(&b':') { Some(unescape(password, Part::User)?) } else { None };
        self.user = Some((unescape(name, Part::User)?, password));
        Some(())
    }

    fn join(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.join_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment, Part::Fragment));
        }
        out
    }

    fn join_hierarchy(&self, out: &mut Vec<u8>) {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if has_authority || (!self.scheme.is_empty() && !self.path.is_empty()) {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(userinfo(user));
            out.push(b'@');
        }
        out.extend(escape(&self.host, Part::Host));
        let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) };
        if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
            out.push(b'/');
        }
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

fn userinfo((name, password): &(Vec<u8>, Option<Vec<u8>>)) -> Vec<u8> {
    let mut out = escape(name, Part::User);
    if let Some(password) = password {
        out.push(b':');
        out.extend(escape(password, Part::User));
    }
    out
}

fn valid_port(text: &[u8]) -> bool {
    match text.split_first() {
        None => true,
        Some((colon, digits)) => *colon == b':' && digits.iter().all(u8::is_ascii_digit),
    }
}

/// The host with its port. Only HTTP forbids further colons before the port's.
fn host(scheme: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let find_colon = if matches!(scheme, b"http" | b"https") { memchr } else { memrchr };
    match memrchr(b'[', text) {
        Some(0) => bracketed_host(text),
        Some(_) => None,
        None => {
            let port =
                find_colon(b':', text).map_or(&[][..], |at| text.get(at..).unwrap_or_default());
            if valid_port(port) { unescape(text, Part::Host) } else { None }
        }
    }
}

/// `[IPv6%25zone]:port`
fn bracketed_host(text: &[u8]) -> Option<Vec<u8>> {
    let close = memrchr(b']', text)?;
    let port = text.get(close + 1..)?;
    if !valid_port(port) {
        return None;
    }
    let name = text.get(1..close)?;
    let address = match memchr::memmem::find(name, b"%25") {
        Some(at) => {
            let zone = unescape(name.get(at..)?, Part::Zone)?;
            [unescape(name.get(..at)?, Part::Host)?, zone].concat()
        }
        None => unescape(name, Part::Host)?,
    };
    let (ip, zone) = cut(&address, b'%');
    let has_zone = address.contains(&b'%');
    if std::str::from_utf8(ip).ok()?.parse::<Ipv6Addr>().is_err() || (has_zone && zone.is_empty()) {
        return None;
    }
    Some([b"[", address.as_slice(), b"]", port].concat())
}

/// The host without its port and brackets.
fn hostname(host: &[u8]) -> &[u8] {
    let colon = memrchr(b':', host).filter(|at| valid_port(host.get(*at..).unwrap_or_default()));
    let host = colon.and_then(|at| host.get(..at)).unwrap_or(host);
    host.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(host)
}

fn is_plain(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return true;
    }
    let others: &[u8] = match part {
        Part::Path => b"$&+,/:;=@",
        Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"",
        Part::User => b"$&+,;=",
        Part::Query => b"",
        Part::Fragment => b"$&+,/:;=?@!()*",
    };
    others.contains(&byte)
}

/// `url.QueryEscape`.
pub(super) fn query_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Part::Query)
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if byte == b' ' && part == Part::Query {
            out.push(b'+');
        } else if is_plain(byte, part) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

fn unescape(text: &[u8], part: Part) -> Option<Vec<u8>> {
    let in_host = matches!(part, Part::Host | Part::Zone);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            if in_host && byte < 0x80 && !is_plain(byte, part) {
                return None;
            }
            out.push(byte);
            continue;
        }
        let (digits, tail) = tail.split_at_checked(2)?;
        let value = hexadecimal(digits)?;
        let allowed = match part {
            // Only bytes beyond ASCII may be escaped in a host, and the percent sign before a zone.
            Part::Host => value >= 0x80 || digits == b"25",
            Part::Zone => digits == b"25" || value == b' ' || is_plain(value, Part::Host),
            _ => true,
        };
        if !allowed {
            return None;
        }
        out.push(value);
        rest = tail;
    }
    Some(out)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let mut value = 0;
    for digit in digits {
        value = value * 16 + char::from(*digit).to_digit(16)?;
    }
    u8::try_from(value).ok()
}
