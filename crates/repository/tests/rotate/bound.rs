//! What values are bound to, whose cluster they are of, and how long it may be sought.

use sealkit_core::{KeyRing, PrivateKey, Scope};
use sealkit_repository::rotate::{
    Context, FileOutcome, Labels, Outcome, Overlay, Source, Target, Verdict,
};

use crate::support::{
    NEW, OLD, OTHER, manifest, opened, reasons, ring, rotated, sealed, sealed_for, text, with_rings,
};

fn labels(namespace: &str, name: &str) -> Labels {
    Labels { scope: None, namespace: Some(namespace.to_owned()), name: Some(name.to_owned()) }
}

fn overlay(namespace: Option<&str>, prefix: &str) -> Overlay {
    Overlay {
        namespace: namespace.map(str::to_owned),
        name_prefix: prefix.to_owned(),
        ..Overlay::default()
    }
}

/// With the old key and these kustomizations.
fn kustomized(file: &str, overlays: &[Overlay]) -> FileOutcome {
    let rings = [ring(&[&OLD])];
    let mut context = Context::new(&rings, Some(Target::new(NEW.sealing_key())));
    context.overlays = overlays;
    sealkit_repository::rotate::rotate(file.as_bytes(), &context, &mut rand::rng())
}

#[test]
fn a_kustomization_takes_the_place_of_the_documents_namespace() {
    let file = manifest("", &format!("    a: {}\n", sealed(&OLD))).replace(": shop", ": default");
    let outcome = kustomized(&file, &[overlay(Some("shop"), "")]);
    assert_eq!(reasons(&outcome), ["Rotated"]);
    assert_eq!(outcome.findings[0].bound.as_ref().unwrap().source, Source::Kustomization);
    assert_eq!(reasons(&kustomized(&file, &[overlay(Some("other"), "")])), ["NotOpened"]);
}

#[test]
fn values_for_the_names_of_several_kustomizations_are_left() {
    let value = |name| sealed_for(&OLD, Scope::Strict, "shop", name);
    let overlays = [overlay(None, "blue-"), overlay(None, "green-")];
    let items = |first, second| format!("    a: {}\n    b: {}\n", value(first), value(second));
    let file = manifest("", &items("blue-orders", "blue-orders"));
    assert_eq!(reasons(&kustomized(&file, &overlays)), ["Rotated", "Rotated"]);
    let file = manifest("", &items("blue-orders", "green-orders"));
    assert_eq!(reasons(&kustomized(&file, &overlays)), ["SeveralKustomizations"; 2]);
}

#[test]
fn a_guess_wins_over_the_command_line_only_where_it_is_right() {
    let file = format!("env:\n- name: PASSWORD\n  value: {}\n", sealed(&OLD));
    let rings = [ring(&[&OLD])];
    let outcome = with_rings(&file, &rings, |context| context.flags = labels("shop", "orders"));
    assert_eq!(reasons(&outcome), ["Rotated"]);
    let file = file.replace("PASSWORD", "orders");
    let outcome = with_rings(&file, &rings, |context| context.flags = labels("shop", "other"));
    assert_eq!(reasons(&outcome), ["Rotated"]);
}

#[test]
fn a_comment_may_stand_behind_a_tab() {
    let file = format!("a: {}\t# sealed-for: shop/orders\n", sealed(&OLD));
    let outcome = rotated(&file);
    assert_eq!(opened(&text(&outcome)), "a: hunter2\t# sealed-for: shop/orders\n");
}

#[test]
fn values_of_two_clusters_in_a_file_are_left_though_a_rule_names_the_certificate() {
    let file = |first, second| {
        manifest("", &format!("    a: {}\n    b: {}\n", sealed(first), sealed(second)))
    };
    let own = |file: &str, rings: &[KeyRing]| {
        with_rings(file, rings, |context| {
            context.target = Some(Target { is_files_own: true, ..Target::new(NEW.sealing_key()) });
        })
    };
    let apart = [ring(&[&OLD]), ring(&[&OTHER])];
    assert_eq!(reasons(&own(&file(&OTHER, &OTHER), &apart)), ["Rotated"; 2]);
    assert_eq!(reasons(&own(&file(&OLD, &OTHER), &apart)), ["UnknownCluster"; 2]);
    let looked_at = with_rings(&file(&OLD, &OTHER), &apart, |context| {
        context.options.inspect = true;
        context.target = context.target.map(|target| Target { is_files_own: true, ..target });
    });
    assert_eq!(reasons(&looked_at), ["UnknownCluster"; 2]);
    let shared = [ring(&[&OLD]), ring(&[&OLD, &OTHER])];
    assert_eq!(reasons(&own(&file(&OLD, &OTHER), &shared)), ["Rotated"; 2]);
}

#[test]
fn two_clusters_may_have_the_certificates_key() {
    let file = manifest("", &format!("    a: {}\n", sealed(&OTHER)));
    let rings = [ring(&[&NEW, &OLD]), ring(&[&NEW, &OTHER])];
    assert_eq!(reasons(&with_rings(&file, &rings, |_| {})), ["Rotated"]);
}

#[test]
fn values_that_nothing_opens_take_a_bounded_number_of_operations() {
    let keys: Vec<PrivateKey> = (0..2).map(|_| PrivateKey::generate(2048).unwrap()).collect();
    let rings = [ring(&[&keys[0]]), ring(&[&keys[1]])];
    let items: String = (0..200).map(|item| format!("    i{item}: {}\n", sealed(&OLD))).collect();
    let file = manifest("", &items);
    let outcome = with_rings(&file, &rings, |_| {});
    // Two keys and three labels.
    assert_eq!(outcome.operations, 16 * 6 + 256);
    assert_eq!(outcome.verdict(), Verdict::Left);
    assert_eq!(outcome.findings.len(), 200);
}

#[test]
fn many_kustomizations_do_not_keep_a_value_from_being_found_or_multiply() {
    let overlays: Vec<Overlay> =
        (0..300).map(|number| overlay(Some(&format!("n{number}")), "")).collect();
    let file =
        manifest("", &format!("    a: {}\n", sealed_for(&OLD, Scope::Strict, "n299", "orders")));
    let file = file.replace("  namespace: shop\n", "");
    assert_eq!(reasons(&kustomized(&file, &overlays)), ["Rotated"]);
    let unknown = kustomized(&file.replace("orders", "other"), &overlays);
    let Outcome::Left(cause) = &unknown.findings[0].outcome else { panic!("it is left") };
    assert!(cause.to_string().len() < 1000, "{cause}");
}
