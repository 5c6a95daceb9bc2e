//! URLs as Go's net/url reads and writes them.

use std::net::Ipv6Addr;

use memchr::{memchr, memrchr};

/// A URL in parts, each without its escapes but the query.
#[derive(Default)]
pub(crate) struct Url {
    pub(crate) scheme: Vec<u8>,
    pub(crate) opaque: Vec<u8>,
    /// A name, and a password if there is one.
    pub(crate) user: Option<(Vec<u8>, Option<Vec<u8>>)>,
    pub(crate) host: Vec<u8>,
    pub(crate) path: Vec<u8>,
    pub(crate) query: Vec<u8>,
    pub(crate) fragment: Vec<u8>,
}

/// `url.QueryEscape`.
pub(crate) fn query_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Part::Query)
}

impl Url {
    /// `url.Parse`
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (text, fragment) = cut(text, b'#');
        if text.iter().any(|byte| *byte < b' ' || *byte == 0x7F) {
            return None;
        }
        let mut url = Self::default();
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

    /// `URL.String`
    pub(crate) fn join(&self) -> Vec<u8> {
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

    /// `URL.Hostname`: the host without its port and brackets.
    pub(crate) fn hostname(&self) -> &[u8] {
        let is_port = |at: &usize| valid_port(self.host.get(*at..).unwrap_or_default());
        let host = memrchr(b':', &self.host).filter(is_port).and_then(|at| self.host.get(..at));
        let host = host.unwrap_or(&self.host);
        host.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(host)
    }

    /// `Userinfo.String`
    pub(crate) fn userinfo(&self) -> Vec<u8> {
        let Some((name, password)) = &self.user else { return Vec::new() };
        let mut out = escape(name, Part::User);
        if let Some(password) = password {
            out.push(b':');
            out.extend(escape(password, Part::User));
        }
        out
    }

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

    fn join_hierarchy(&self, out: &mut Vec<u8>) {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if has_authority || (!self.scheme.is_empty() && !self.path.is_empty()) {
            out.extend_from_slice(b"//");
        }
        if self.user.is_some() {
            out.extend(self.userinfo());
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
