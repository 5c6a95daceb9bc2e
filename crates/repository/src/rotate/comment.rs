//! What the comment on a value's line says that it is sealed for, and with which key.

use std::ops::Range;

use kubeyaml::Node;
use sealkit_core::{Fingerprint, Scope};

use super::context::Labels;

/// Before `namespace/name` and, perhaps, a scope.
const SEALED_FOR: &str = "sealed-for:";

/// Before a mapping in braces.
const SEALED: &str = "[sealed]";

/// Before the digest of a fingerprint, which has 43 characters.
const SHA256: &str = "SHA256:";
const DIGEST: usize = 43;

/// The most bytes after a value that are looked at.
const MAX_LEN: usize = 4096;

/// What the comment beside a value says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    pub(super) labels: Labels,
    /// The key, and where in the text the digest of its fingerprint stands.
    pub(super) key: Option<(Fingerprint, Range<usize>)>,
}

/// What the comment on the line where a value begins or ends says; none where there is no such comment.
///
/// `text` is the text of the file. In quotes and plain the value is one line, as a sealed value is; the comment of a block
/// stands beside its indicator.
pub(super) fn beside(text: &str, node: &Node) -> Option<Beside> {
    let value = text.get(node.span())?;
    let start = if value.starts_with(['|', '>']) { node.span().start } else { node.span().end };
    let rest = text.get(start..)?;
    // A line of a million values is not read a million times.
    let near = rest.get(..rest.floor_char_boundary(MAX_LEN))?;
    let line = near.split(['\n', '\r']).next()?;
    let at = comment_in(line)?;
    let comment = line.get(at..)?;
    let labels = labels(comment)?;
    let key =
        key(comment).map(|(key, digest)| (key, start + at + digest.start..start + at + digest.end));
    Some(Beside { labels, key })
}

/// Where the comment of a line begins: with `#` behind a blank.
fn comment_in(line: &str) -> Option<usize> {
    let mut signs = line.match_indices('#').map(|(at, _)| at);
    signs.find(|at| line.get(..*at).is_some_and(|before| before.ends_with([' ', '\t'])))
}

fn labels(comment: &str) -> Option<Labels> {
    if let Some((_, said)) = comment.split_once(SEALED_FOR) {
        return read_sealed_for(said);
    }
    let (_, said) = comment.split_once(SEALED)?;
    let (mapping, _) = said.split_at_checked(said.find('}')? + 1)?;
    read_mapping(mapping.trim())
}

/// The first fingerprint in a comment, and where its digest stands there.
fn key(comment: &str) -> Option<(Fingerprint, Range<usize>)> {
    let at = comment.find(SHA256)?;
    let digest = at + SHA256.len()..at + SHA256.len() + DIGEST;
    let is_end = comment
        .get(digest.end..)?
        .chars()
        .next()
        .is_none_or(|next| !(next.is_ascii_alphanumeric() || "+/=".contains(next)));
    let key = comment.get(at..digest.end)?.parse().ok()?;
    is_end.then_some((key, digest))
}

/// `shop/orders strict`
fn read_sealed_for(said: &str) -> Option<Labels> {
    let mut words = said.split_ascii_whitespace();
    let (namespace, name) = words.next()?.split_once('/')?;
    let scope = words.next().and_then(|word| word.parse().ok());
    Some(Labels { scope, namespace: Some(namespace.to_owned()), name: Some(name.to_owned()) })
}

/// `{scope: strict, namespace: shop, name: orders}`
fn read_mapping(said: &str) -> Option<Labels> {
    let input = kubeyaml::split(said.as_bytes()).ok()?;
    let node = input.documents().next()?.parse().ok()??;
    let fields = node.as_mapping()?;
    let text = |field| fields.get(field).and_then(Node::as_str).map(str::to_owned);
    let scope = text("scope").and_then(|scope| scope.parse::<Scope>().ok());
    Some(Labels { scope, namespace: text("namespace"), name: text("name") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Beside> {
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        let node = input.documents().next().unwrap().parse().unwrap().unwrap();
        super::beside(input.text(), node.as_mapping().unwrap().get("a").unwrap())
    }

    fn beside(text: &str) -> Option<Labels> {
        found(text).map(|beside| beside.labels)
    }

    fn labels(scope: Option<Scope>) -> Option<Labels> {
        Some(Labels { scope, namespace: Some("shop".to_owned()), name: Some("orders".to_owned()) })
    }

    #[test]
    fn both_forms_are_read_beside_every_style() {
        let strict = labels(Some(Scope::Strict));
        assert_eq!(beside("a: b # sealed-for: shop/orders strict\n"), strict);
        assert_eq!(beside("a: 'b'   # ours, sealed-for: shop/orders strict SHA256:x\n"), strict);
        assert_eq!(beside("a: >- # sealed-for: shop/orders strict\n  b\n"), strict);
        assert_eq!(
            beside("a: b # [sealed] {scope: strict, namespace: shop, name: orders}\n"),
            strict
        );
        assert_eq!(beside("a: b # sealed-for: shop/orders\n"), labels(None));
    }

    #[test]
    fn a_key_is_read_with_its_place() {
        let digest = "A".repeat(DIGEST);
        for (text, is_found) in [
            (format!("a: b # sealed-for: shop/orders strict SHA256:{digest}\n"), true),
            (format!("a: b\t# [sealed] {{name: orders, key: 'SHA256:{digest}'}}"), true),
            (format!("a: |- # sealed-for: shop/orders SHA256:{digest}, so\n  b\n"), true),
            (format!("a: b # sealed-for: shop/orders SHA256:{digest}A\n"), false),
            (
                format!("a: b # sealed-for: shop/orders SHA256:{}\n", digest.replace('A', "é")),
                false,
            ),
            ("a: b # sealed-for: shop/orders SHA256:A".to_owned(), false),
        ] {
            let key = found(&text).unwrap().key;
            let found = key.map(|(key, at)| (key.to_string(), text.get(at).unwrap().to_owned()));
            let expected = is_found.then(|| (format!("SHA256:{digest}"), digest.clone()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn other_comments_say_nothing() {
        for text in [
            "a: b\n# sealed-for: shop/orders\n",
            "a: b # sealed for shop/orders\n",
            "a: b # [sealed] x\n",
            "a: b # [sealed] {a\n",
            "a: b # sealed-for:\n",
            "a: \"b # sealed-for: shop/orders\"\n",
        ] {
            assert_eq!(beside(text), None, "{text}");
        }
    }
}
