//! Single values of a SealedSecret that are changed where they stand.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use sealkit_core::{EncryptionLabel, Fingerprint, SealedValue};
use sealkit_manifest::{
    Documents, ItemChange, ItemError, ObjectChanges, change_items, sealed_secrets,
};
use zeroize::Zeroizing;

use support::{certificate, random};

#[path = "support/support.rs"]
mod support;

fn documents(text: &str) -> Documents {
    Documents::split(vec![Zeroizing::new(text.as_bytes().to_vec())]).unwrap()
}

fn value() -> (SealedValue, Fingerprint) {
    let certificate = certificate("rsa-2048");
    let label = EncryptionLabel::cluster_wide();
    let value = certificate.sealing_key().seal(b"hunter2", &label, &mut random()).unwrap();
    (value, certificate.fingerprint())
}

/// The text with these changes in its last SealedSecret; each new value is shown as `NEW`.
fn changed(text: &str, set: &[&str], unset: &[&str]) -> Result<String, ItemError> {
    let documents = documents(text);
    let (found, failed) = sealed_secrets(&documents);
    assert!(failed.is_none(), "{failed:?}");
    let (value, key) = value();
    let set = set.iter().map(|item| (*item, ItemChange::Set(value.clone(), key)));
    let unset = unset.iter().map(|item| (*item, ItemChange::Unset));
    let changes: BTreeMap<String, ItemChange> =
        set.chain(unset).map(|(item, change)| (item.to_owned(), change)).collect();
    let new = change_items(&documents, found.last().unwrap().0, &changes.into())?;
    let new = String::from_utf8(new.to_vec()).unwrap();
    Ok(new.replace(&value.to_string(), "NEW").replace(&key.to_string(), "KEY"))
}

/// A SealedSecret with these lines for items, and this hint.
fn sealed(items: &str, hint: &str) -> String {
    format!(
        "# mine\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n    name: a # the name\n    annotations: \
         {{sealkit.dev/sealed-with: {hint}}}\nspec:\n    encryptedData:\n{items}    template: {{type: Opaque}}\n"
    )
}

const OLD: &str = "SHA256:NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3cNc";

#[test]
fn a_new_item_stands_where_a_person_would_put_it() {
    let cases = [
        // Sorted.
        (
            "        b: AA== # b\n        d: 'AA=='\n",
            "a",
            "        a: NEW\n        b: AA== # b\n        d: 'AA=='\n",
        ),
        (
            "        b: AA== # b\n        d: 'AA=='\n",
            "c",
            "        b: AA== # b\n        c: NEW\n        d: 'AA=='\n",
        ),
        (
            "        b: AA== # b\n        d: 'AA=='\n",
            "e",
            "        b: AA== # b\n        d: 'AA=='\n        e: NEW\n",
        ),
        // Not sorted.
        (
            "        d: AA==\n        b: AA==\n",
            "c",
            "        d: AA==\n        b: AA==\n        c: NEW\n",
        ),
        // There already.
        (
            "        d: AA== # mine\n        b: AA==\n",
            "d",
            "        d: NEW # mine\n        b: AA==\n",
        ),
    ];
    for (before, item, after) in cases {
        let without = |items| sealed(items, "x").replace("sealkit.dev/sealed-with", "note");
        assert_eq!(changed(&without(before), &[item], &[]).unwrap(), without(after), "{item}");
    }
}

/// What the hint in a text says.
fn hint(text: &str) -> BTreeMap<&str, String> {
    let (found, _) = sealed_secrets(&documents(text));
    let annotations = &found[0].1.metadata().annotations;
    let hint = &annotations["sealkit.dev/sealed-with"];
    let name = |item: &'static str| hint.contains(&format!("\"{item}\":")).then_some(item);
    let named = ["a", "b"].into_iter().filter_map(name).collect::<Vec<_>>();
    match named.as_slice() {
        [] => BTreeMap::from([("", hint.clone())]),
        named => named.iter().map(|item| (*item, key_in(hint, item))).collect(),
    }
}

fn key_in(hint: &str, item: &str) -> String {
    let (_, rest) = hint.split_once(&format!("\"{item}\":\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn the_hint_stays_true() {
    let items = "        a: AA==\n        b: AA==\n";
    let new = changed(&sealed(items, OLD), &["b"], &[]).unwrap();
    assert_eq!(hint(&new), BTreeMap::from([("a", OLD.to_owned()), ("b", "KEY".to_owned())]));
    // All values are of one key again.
    let new = changed(&sealed(items, &format!("'{{\"a\":\"{OLD}\"}}'")), &["a", "b"], &[]).unwrap();
    assert_eq!(hint(&new), BTreeMap::from([("", "KEY".to_owned())]));
    // One that is not known stays unknown.
    let new = changed(&sealed(items, "'{}'"), &["a"], &[]).unwrap();
    assert_eq!(hint(&new), BTreeMap::from([("a", "KEY".to_owned())]));
    let without = sealed(items, "x").replace("sealkit.dev/sealed-with", "note");
    assert_eq!(changed(&without, &["b"], &[]).unwrap(), without.replace("b: AA==", "b: NEW"));
}

#[test]
fn an_item_goes_with_its_line_and_the_rest_stays() {
    let items = "        # one\n        a: AA== # mine\n        b: AA==\n";
    let new = changed(&sealed(items, OLD), &[], &["a"]).unwrap();
    assert_eq!(new, sealed("        # one\n        b: AA==\n", OLD));
    let missing = changed(&sealed(items, OLD), &[], &["c"]);
    assert_eq!(missing, Err(ItemError::Missing { item: "c".to_owned() }));
    let new = changed(&sealed("        a: AA==\n", OLD), &[], &["a"]).unwrap();
    assert!(
        new.contains("encryptedData: {}") || new.contains("encryptedData:\n        {}"),
        "{new}"
    );
}

#[test]
fn other_documents_and_forms_keep_their_bytes() {
    let config = "kind: ConfigMap\r\napiVersion: v1\r\ndata:  {a: 'b'}\r\n---\r\n";
    let json = "{\"apiVersion\": \"bitnami.com/v1alpha1\", \"kind\": \"SealedSecret\",\n  \"metadata\": {\"name\": \"a\"},\n  \
                \"spec\": {\"encryptedData\": {\"b\": \"AA==\"}}}\n";
    let new = changed(json, &["a"], &[]).unwrap();
    let expected = json.replace("{\"b\"", "{\"a\": \"NEW\", \"b\"");
    assert_eq!(
        new.split_whitespace().collect::<String>(),
        expected.split_whitespace().collect::<String>()
    );
    let both = format!("{config}{}", sealed("        a: AA==\n", OLD).replace('\n', "\r\n"));
    let new = changed(&both, &["b"], &[]).unwrap();
    assert!(new.starts_with(config) && new.contains("\r\n        b: NEW\r\n"), "{new}");
    let whole = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec: {data: AA==}\n";
    assert_eq!(changed(whole, &["a"], &[]), Err(ItemError::WholeSecret));
}

/// The text with a label and an annotation in the template of its SealedSecret.
fn labelled(text: &str) -> Result<String, ItemError> {
    let documents = documents(text);
    let (found, _) = sealed_secrets(&documents);
    let entries = |name: &str| BTreeMap::from([(name.to_owned(), "new".to_owned())]);
    let changes = ObjectChanges {
        labels: entries("app"),
        annotations: entries("note"),
        ..ObjectChanges::default()
    };
    let new = change_items(&documents, found[0].0, &changes)?;
    Ok(String::from_utf8(new.to_vec()).unwrap())
}

#[test]
fn labels_and_annotations_go_into_the_template_and_others_stay() {
    let object = |template: &str| {
        format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\nspec:\n  encryptedData: {{}}\n{template}"
        )
    };
    for (before, after) in [
        (
            "",
            "  template:\n    metadata:\n      annotations:\n        note: new\n      labels:\n        app: new\n",
        ),
        (
            "  template:\n    type: Opaque # mine\n",
            "  template:\n    type: Opaque # mine\n    metadata:\n      annotations:\n        note: new\n      labels:\n        app: new\n",
        ),
        (
            "  template:\n    metadata:\n      labels:\n        app: old # mine\n        team: shop\n",
            "  template:\n    metadata:\n      labels:\n        app: new # mine\n        team: shop\n      annotations:\n        note: new\n",
        ),
        (
            "  template: {metadata: {labels: {app: new}, annotations: {other: x}}}\n",
            "  template: {metadata: {labels: {app: new}, annotations: {other: x, note: new}}}\n",
        ),
    ] {
        assert_eq!(labelled(&object(before)), Ok(object(after)), "{before}");
    }
}
