//! A table of what is known, and what follows.

use sealkit_api::{Applied, AppliedMode, KeysUsed};
use sealkit_core::{Certificate, EncryptionLabel, KeyOrder, PrivateKey, UnixTime};
use sealkit_manifest::{Secret, key_secret};
use sealkit_testkit::read_fixture;
use serde_json::{Value, json};

use super::*;
use crate::index::{Sealed, SecretMetadata, metadata, object};
use crate::keys::KeySet;
use crate::record;

fn sealed(template: Value) -> Sealed {
    let spec = json!({"encryptedData": {}, "template": {"metadata": template}});
    Sealed::read(object("{}", &spec.to_string(), "null")).unwrap()
}

fn owner(kind: &str, name: &str, uid: &str) -> Value {
    json!({"apiVersion": "bitnami.com/v1alpha1", "kind": kind, "name": name, "uid": uid, "controller": true})
}

/// A Secret of version 7, with the fields given.
fn secret_of(fields: Value) -> SecretMetadata {
    let mut object =
        json!({"name": "database", "namespace": "shop", "uid": "s1", "resourceVersion": "7"});
    object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    metadata(object)
}

fn owned(fields: Value) -> SecretMetadata {
    let mut all = json!({"ownerReferences": [owner("SealedSecret", "database", "u1")]});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    secret_of(all)
}

fn applied(sealed: &Sealed, secret: &SecretMetadata, mode: AppliedMode) -> Applied {
    let keys = KeysUsed::Each(std::collections::BTreeMap::new());
    record::of(sealed, secret, keys, mode, UnixTime(100))
}

fn decided(
    sealed: &Sealed,
    applied: Option<&Applied>,
    secret: Option<&SecretMetadata>,
) -> Decision {
    let keys = KeySet::empty();
    let secret = secret.map_or(SecretState::Absent, SecretState::Present);
    decide(Situation { sealed, applied, secret, keys: &keys, options: Options::default() })
}

fn reason_of(decision: &Decision) -> Option<&'static str> {
    match decision {
        Decision::Report(Outcome::Failed(failure)) => Some(failure.reason),
        _ => None,
    }
}

#[test]
fn what_is_written_depends_on_whose_the_secret_is() {
    let plain = sealed(json!({}));
    let note =
        |name: &str| json!({"annotations": {format!("sealedsecrets.bitnami.com/{name}"): "true"}});
    let both = json!({"annotations": {"sealedsecrets.bitnami.com/managed": "true", "sealedsecrets.bitnami.com/patch": "true"}});
    let table = [
        ("none", None, Target::Create),
        ("ours", Some(owned(json!({}))), Target::Replace { takes_over: false }),
        (
            "an earlier one's",
            Some(secret_of(json!({"ownerReferences": [owner("SealedSecret", "database", "old")]}))),
            Target::Replace { takes_over: false },
        ),
        ("managed", Some(secret_of(note("managed"))), Target::Replace { takes_over: true }),
        ("ours and managed", Some(owned(note("managed"))), Target::Replace { takes_over: false }),
        ("patched", Some(secret_of(note("patch"))), Target::Merge { takes_over: false }),
        ("patched and managed", Some(secret_of(both)), Target::Merge { takes_over: true }),
        ("ours and patched", Some(owned(note("patch"))), Target::Merge { takes_over: true }),
    ];
    for (what, secret, target) in table {
        assert_eq!(decided(&plain, None, secret.as_ref()), Decision::Write(target), "{what}");
    }
    for (what, foreign) in [
        ("nobody's", secret_of(json!({}))),
        (
            "another's",
            secret_of(json!({"ownerReferences": [owner("SealedSecret", "other", "u2")]})),
        ),
        (
            "another kind's",
            secret_of(json!({"ownerReferences": [owner("Deployment", "database", "u1")]})),
        ),
        (
            "managed, but not quite",
            secret_of(json!({"annotations": {"sealedsecrets.bitnami.com/managed": "yes"}})),
        ),
    ] {
        assert_eq!(reason_of(&decided(&plain, None, Some(&foreign))), Some("NotManaged"), "{what}");
    }
}

#[test]
fn what_is_in_sync_is_left_as_it_is() {
    let plain = sealed(json!({"labels": {"app": "web"}}));
    let there = owned(json!({"labels": {"app": "web"}}));
    let record = applied(&plain, &there, AppliedMode::Full);
    let synced =
        Decision::Report(Outcome::Synced { applied: Box::new(record.clone()), has_changed: false });
    assert_eq!(decided(&plain, Some(&record), Some(&there)), synced);
    let replace = Decision::Write(Target::Replace { takes_over: false });

    // Somebody put a label on it long after; somebody took ours away; somebody took the owner away.
    let entry = json!([{"manager": "sealkit", "operation": "Update", "time": "1970-01-01T00:00:50Z", "fieldsV1": {"f:data": {}}}]);
    let moved = |labels: Value, owners: Value| {
        secret_of(
            json!({"resourceVersion": "8", "labels": labels, "ownerReferences": owners, "managedFields": entry}),
        )
    };
    let settled = owned(json!({"labels": {"app": "web"}, "managedFields": entry}));
    let record = applied(&plain, &settled, AppliedMode::Full);
    let ours = json!([owner("SealedSecret", "database", "u1")]);
    let more = moved(json!({"app": "web", "team": "a"}), ours.clone());
    assert!(matches!(
        decided(&plain, Some(&record), Some(&more)),
        Decision::Report(Outcome::Synced { .. })
    ));
    assert_eq!(decided(&plain, Some(&record), Some(&moved(json!({"team": "a"}), ours))), replace);
    let orphan = moved(json!({"app": "web"}), json!([]));
    assert_eq!(reason_of(&decided(&plain, Some(&record), Some(&orphan))), Some("NotManaged"));

    // Another state of the SealedSecret, another Secret.
    let mut changed = plain.clone();
    changed.generation += 1;
    assert_eq!(decided(&changed, Some(&record), Some(&settled)), replace);
    let mut scoped = plain.clone();
    scoped
        .annotations
        .insert("sealedsecrets.bitnami.com/cluster-wide".to_owned(), "true".to_owned());
    assert_eq!(decided(&scoped, Some(&record), Some(&settled)), replace);
    let another = owned(json!({"uid": "s2", "labels": {"app": "web"}}));
    assert_eq!(decided(&plain, Some(&record), Some(&another)), replace);
}

#[test]
fn a_missing_secret_is_made_again_unless_it_was_only_patched() {
    let plain = sealed(json!({}));
    let there = owned(json!({}));
    let full = applied(&plain, &there, AppliedMode::Full);
    assert_eq!(decided(&plain, Some(&full), None), Decision::Write(Target::Create));
    let patch = applied(&plain, &there, AppliedMode::Patch);
    assert_eq!(decided(&plain, Some(&patch), None), Decision::LeaveAlone);
    let mut changed = plain.clone();
    changed.generation += 1;
    assert_eq!(decided(&changed, Some(&patch), None), Decision::Write(Target::Create));

    let keys = KeySet::empty();
    let options = Options { skip_recreate: true, ..Options::default() };
    let skipping = |applied| {
        decide(Situation {
            sealed: &plain,
            applied,
            secret: SecretState::Absent,
            keys: &keys,
            options,
        })
    };
    assert_eq!(skipping(Some(&full)), Decision::LeaveAlone);
    assert_eq!(skipping(None), Decision::Write(Target::Create));
}

#[test]
fn what_is_going_away_is_left_alone() {
    let mut plain = sealed(json!({}));
    let going = owned(json!({"deletionTimestamp": "2026-01-01T00:00:00Z"}));
    assert_eq!(decided(&plain, None, Some(&going)), Decision::LeaveAlone);
    plain.is_deleting = true;
    assert_eq!(decided(&plain, None, None), Decision::LeaveAlone);
}

#[test]
fn a_paused_secret_is_not_written() {
    let plain = sealed(json!({}));
    let paused = owned(json!({"annotations": {"sealkit.dev/paused": "true"}}));
    assert_eq!(reason_of(&decided(&plain, None, Some(&paused))), Some("Paused"));
}

#[test]
fn a_key_that_is_gone_shows_although_the_secret_is_right() {
    let plain = sealed(json!({}));
    let there = owned(json!({}));
    let key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let record = Applied {
        keys: KeysUsed::One(key.to_owned()),
        ..applied(&plain, &there, AppliedMode::Full)
    };
    assert_eq!(reason_of(&decided(&plain, Some(&record), Some(&there))), Some("KeyMissing"));
}

/// The body of a write, as JSON.
fn body(body: &SecretBody<'_>) -> Value {
    serde_json::to_value(body).unwrap()
}

fn unsealed(fields: Value) -> Secret {
    let mut object = json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "aHVudGVyMg=="}});
    object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Secret::from_text(object.to_string().as_bytes()).unwrap()
}

#[test]
fn a_new_secret_has_what_the_template_says() {
    let plain = sealed(json!({}));
    let secret = unsealed(
        json!({"metadata": {"labels": {"app": "web"}, "finalizers": ["x/y"]}, "immutable": true}),
    );
    let settings = Settings {
        labels: [("app".to_owned(), "all".to_owned()), ("velero".to_owned(), "no".to_owned())]
            .into(),
        ..Settings::default()
    };
    let body = body(&SecretBody::to_create(&plain, &secret, &settings));
    assert_eq!(body["data"], json!({"a": "aHVudGVyMg=="}));
    assert_eq!((&body["type"], &body["immutable"]), (&json!("Opaque"), &json!(true)));
    let metadata = &body["metadata"];
    assert_eq!(metadata["labels"], json!({"app": "web", "velero": "no"}));
    assert_eq!(metadata["finalizers"], json!(["x/y"]));
    assert_eq!(metadata["ownerReferences"][0]["uid"], "u1");
    assert!(metadata["ownerReferences"][0].get("blockOwnerDeletion").is_none());
    assert!(metadata.get("resourceVersion").is_none());
    let skip = unsealed(
        json!({"metadata": {"annotations": {"sealedsecrets.bitnami.com/skip-set-owner-references": "true"}}}),
    );
    let body = serde_json::to_value(SecretBody::to_create(&plain, &skip, &settings)).unwrap();
    assert!(body["metadata"].get("ownerReferences").is_none());
}

#[test]
fn what_others_have_put_there_stays_unless_it_is_taken_over() {
    let plain = sealed(json!({}));
    let secret = unsealed(json!({"metadata": {"labels": {"app": "new"}}}));
    let fields = json!({"f:metadata": {"f:labels": {"f:app": {}, "f:old": {}}}});
    let there = secret_of(json!({
        "labels": {"app": "old", "old": "ours", "team": "theirs"},
        "annotations": {"note": "theirs"},
        "finalizers": ["x/y"],
        "ownerReferences": [owner("Deployment", "d", "d1"), owner("SealedSecret", "database", "u1")],
        "managedFields": [{"manager": "sealkit", "operation": "Update", "fieldsV1": fields}],
    }));
    let settings = Settings::default();
    let kept = body(&SecretBody::to_replace(&plain, &secret, &there, false, &settings));
    assert_eq!(kept["metadata"]["labels"], json!({"app": "new", "team": "theirs"}));
    assert_eq!(kept["metadata"]["annotations"], json!({"note": "theirs"}));
    assert_eq!(kept["metadata"]["finalizers"], json!(["x/y"]));
    assert_eq!(
        (&kept["metadata"]["resourceVersion"], &kept["metadata"]["uid"]),
        (&json!("7"), &json!("s1"))
    );
    let taken = body(&SecretBody::to_replace(&plain, &secret, &there, true, &settings));
    assert_eq!(taken["metadata"]["labels"], json!({"app": "new"}));
    assert!(taken["metadata"].get("annotations").is_none());
    assert_eq!(taken["metadata"]["ownerReferences"].as_array().unwrap().len(), 1);
}

/// The demonstration's key, as an installation has it.
fn demo_keys() -> KeySet {
    let key = PrivateKey::from_pem(&read_fixture("keys/demo.key")).unwrap();
    let certificate = Certificate::from_pem(&read_fixture("keys/demo.crt")).unwrap();
    let secret = key_secret::to_secret(&key, &certificate, "kube-system");
    KeySet::read([(&"key".to_owned(), &secret)], KeyOrder::default())
}

/// `CANARY`, sealed for that name in the namespace of the SealedSecret.
fn sealed_for(name: &str, template: Value) -> Sealed {
    let certificate = Certificate::from_pem(&read_fixture("keys/demo.crt")).unwrap();
    let label = EncryptionLabel::strict("shop", name).unwrap();
    let value = certificate.sealing_key().seal(b"CANARY", &label, &mut rand::rng()).unwrap();
    let spec = json!({"encryptedData": {"a": value.to_string()}, "template": template});
    Sealed::read(object("{}", &spec.to_string(), "null")).unwrap()
}

#[test]
fn what_opens_is_rendered_and_its_key_is_told() {
    let sealed =
        sealed_for("database", json!({"data": {"b": "x{{ .a }}"}, "type": "example.com/t"}));
    let keys = demo_keys();
    let unsealed = unseal(&sealed, &keys, true, 0).ok().unwrap();
    assert_eq!(unsealed.secret.data["b"].expose(), b"xCANARY");
    assert_eq!(unsealed.secret.secret_type, "example.com/t");
    let fingerprint = keys.ring().newest().unwrap().fingerprint().to_string();
    assert_eq!(unsealed.keys, KeysUsed::One(fingerprint));
}

#[test]
fn failures_tell_the_cause_and_no_value() {
    let plain = json!({});
    let without_spec = Sealed::read(object("{}", "null", "null")).unwrap();
    let deprecated = Sealed::read(object("{}", r#"{"data": "AAAA"}"#, "null")).unwrap();
    let wrong_type = Sealed::read(object("{}", r#"{"encryptedData": {"a": 7}}"#, "null")).unwrap();
    let looping = json!({"data": {"b": "{{ range 100000000 }}{{ end }}{{ .a }}"}});
    let failing = json!({"data": {"b": "{{ fail .a }}"}});
    let (keys, none) = (demo_keys(), KeySet::empty());
    for (sealed, keys, reason) in [
        (sealed_for("another", plain.clone()), &keys, "NoKeyFits"),
        (sealed_for("database", plain), &none, "NoKeyFits"),
        (sealed_for("database", failing), &keys, "TemplateFailed"),
        (sealed_for("database", looping), &keys, "TemplateLimit"),
        (sealed_for("database", json!({"data": {"b": "{{"}})), &keys, "TemplateSyntax"),
        (without_spec, &keys, "Unreadable"),
        (wrong_type, &keys, "Unreadable"),
        (deprecated, &keys, "DeprecatedData"),
    ] {
        let failure = unseal(&sealed, keys, false, 0).err().unwrap();
        assert_eq!(failure.reason, reason, "{}", failure.message);
        assert_eq!((failure.stage, failure.retry), (Stage::Unseal, Retry::OnChange));
        assert!(!failure.condition_message().contains("CANARY"), "{}", failure.message);
        assert!(!failure.message.is_empty());
    }
}
