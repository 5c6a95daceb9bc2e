//! What the comment on a value's line says that it is sealed for.

use kubeyaml::Node;
use sealkit_core::Scope;

use super::context::Labels;

/// Before `namespace/name` and, perhaps, a scope.
const SEALED_FOR: &str = "sealed-for:";

/// Before a mapping in braces.
const SEALED: &str = "[sealed]";

/// The most bytes after a value that are looked at.
const MAX_LEN: usize = 4096;

/// What the comment on the line where a value begins or ends says; none where there is no such comment.
///
/// `text` is the text of the file. In quotes and plain the value is one line, as a sealed value is; the comment of a block
/// stands beside its indicator.
pub(super) fn labels_beside(text: &str, node: &Node) -> Option<Labels> {
    let value = text.get(node.span())?;
    let rest = match value.starts_with(['|', '>']) {
        true => value,
        false => text.get(node.span().end..)?,
    };
    // A line of a million values is not read a million times.
    let near = rest.get(..rest.floor_char_boundary(MAX_LEN))?;
    let line = near.split(['\n', '\r']).next()?;
    let (_, comment) = line.split_once(" #")?;
    read(comment)
}

fn read(comment: &str) -> Option<Labels> {
    if let Some((_, said)) = comment.split_once(SEALED_FOR) {
        return read_sealed_for(said);
    }
    let (_, said) = comment.split_once(SEALED)?;
    read_mapping(said.trim())
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

    fn beside(text: &str) -> Option<Labels> {
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        let node = input.documents().next().unwrap().parse().unwrap().unwrap();
        labels_beside(input.text(), node.as_mapping().unwrap().get("a").unwrap())
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
