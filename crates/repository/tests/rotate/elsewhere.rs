//! Values that are sealed again by whoever has the private keys, here in the place of a cluster's controller.

use std::sync::Mutex;

use sealkit_core::{KeyHint, KeyRing, SealedValue};
use sealkit_manifest::Binding;
use sealkit_repository::rotate::{
    Context, FileOutcome, NotReEncrypted, Outcome, ReEncrypter, Target, Verdict, rotate,
};

use super::support::{NEW, OLD, OTHER, manifest, opened, reasons, ring, sealed, sealed_for, text};
use sealkit_core::Scope;

/// Opens with the old key and the new one, and remembers what it was asked.
struct Holder {
    keys: KeyRing,
    asked: Mutex<Vec<String>>,
    fails: Option<NotReEncrypted>,
}

impl Holder {
    fn new() -> Self {
        Self { keys: ring(&[&OLD, &NEW]), asked: Mutex::new(Vec::new()), fails: None }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl ReEncrypter for Holder {
    fn re_encrypt(
        &self,
        binding: &Binding,
        values: &[&SealedValue],
    ) -> Result<Vec<SealedValue>, NotReEncrypted> {
        self.asked.lock().unwrap().push(format!("{} of {binding}", values.len()));
        if let Some(failure) = self.fails {
            return Err(failure);
        }
        let label = binding.label().unwrap();
        let seal = |value: &&SealedValue| {
            let opened = self.keys.unseal(value, &label, KeyHint::NONE);
            let opened = opened.map_err(|_| NotReEncrypted::NotOpened)?;
            let plaintext = opened.plaintext.expose();
            Ok(NEW.sealing_key().seal(plaintext, &label, &mut rand::rng()).unwrap())
        };
        values.iter().map(seal).collect()
    }
}

fn through(file: &str, holder: &Holder, change: impl FnOnce(&mut Context<'_>)) -> FileOutcome {
    let mut context = Context::new(&[], Some(Target::new(NEW.sealing_key())));
    context.re_encrypter = Some(holder);
    change(&mut context);
    rotate(file.as_bytes(), &context, &mut rand::rng())
}

#[test]
fn the_values_of_an_object_are_sealed_again_by_one_request() {
    let (a, b) = (sealed(&OLD), sealed(&NEW));
    let template = "  template:\n    data:\n      t: '{{ .a }}' # a comment\n";
    let file = manifest("", &format!("    a: {a}\n    b: {b} # another\n{template}"));
    let holder = Holder::new();
    let outcome = through(&file, &holder, |_| {});
    assert_eq!(reasons(&outcome), ["Rotated", "Rotated"]);
    assert_eq!(holder.asked(), ["2 of shop/orders (strict)"]);
    assert_eq!((outcome.requests, outcome.operations), (1, 0));
    let expected = file.replace(&a, "hunter2").replace(&b, "hunter2");
    assert_eq!(opened(&text(&outcome)), expected);
    assert!(outcome.findings.iter().all(|found| found.is_opened() && found.key.is_none()));
}

#[test]
fn what_a_hint_calls_current_is_not_sent_unless_all_is_asked_for() {
    let (old, new) = (OLD.fingerprint(), NEW.fingerprint());
    let hint = format!(
        "  annotations:\n    sealkit.dev/sealed-with: '{{\"a\":\"{new}\",\"b\":\"{old}\"}}'\n"
    );
    let file = manifest(&hint, &format!("    a: {}\n    b: {}\n", sealed(&NEW), sealed(&OLD)));
    let holder = Holder::new();
    let outcome = through(&file, &holder, |_| {});
    assert_eq!(reasons(&outcome), ["CurrentByHint", "Rotated"]);
    assert_eq!(holder.asked(), ["1 of shop/orders (strict)"]);
    assert!(text(&outcome).contains(&format!("sealed-with: '{new}'")), "{}", text(&outcome));
    let again = through(&text(&outcome), &holder, |_| {});
    assert_eq!((again.verdict(), again.requests), (Verdict::Current, 0));
    let all = through(&text(&outcome), &holder, |context| context.options.all = true);
    assert_eq!(reasons(&all), ["Rotated", "Rotated"]);
}

#[test]
fn nothing_is_sent_where_values_are_only_looked_at() {
    let file = manifest("", &format!("    a: {}\n    b: {}\n", sealed(&OLD), sealed(&OTHER)));
    let file = format!("{file}---\nx: {}\n", sealed(&OLD));
    let holder = Holder::new();
    let outcome = through(&file, &holder, |context| context.options.inspect = true);
    assert_eq!(reasons(&outcome), ["ToBeSent", "ToBeSent", "ToBeSent"]);
    assert_eq!((outcome.requests, outcome.verdict()), (2, Verdict::Stale));
    assert!(outcome.file.is_none() && holder.asked().is_empty());
}

#[test]
fn bindings_are_tried_the_likeliest_first_and_a_few_of_them() {
    let wide = sealed_for(&OLD, Scope::NamespaceWide, "shop", "");
    let holder = Holder::new();
    let outcome = through(&manifest("", &format!("    a: {wide}\n")), &holder, |_| {});
    assert_eq!(reasons(&outcome), ["Rotated"]);
    assert_eq!(
        holder.asked(),
        ["1 of shop/orders (strict)", "1 of namespace shop (namespace-wide)"]
    );
    assert_eq!(outcome.warnings[0].kind.reason(), "ScopeDisagrees");

    let holder = Holder::new();
    let asks = "  annotations:\n    sealedsecrets.bitnami.com/namespace-wide: \"true\"\n";
    through(&manifest(asks, &format!("    a: {wide}\n")), &holder, |_| {});
    assert_eq!(holder.asked(), ["1 of namespace shop (namespace-wide)"]);

    // What opened one value is the first that is tried for the next.
    let holder = Holder::new();
    let file = format!("namespace: shop\nname: orders\nx: {wide}\ny: {wide}\n");
    let outcome = through(&file, &holder, |_| {});
    assert_eq!(reasons(&outcome), ["Rotated", "Rotated"]);
    assert_eq!((holder.asked().len(), outcome.requests), (3, 3));
}

#[test]
fn what_is_not_opened_is_left_with_its_file() {
    let holder = Holder::new();
    let file = manifest("", &format!("    a: {}\n    b: {}\n", sealed(&OTHER), sealed(&OLD)));
    let file = format!("{file}---\n{}", manifest("", &format!("    c: {}\n", sealed(&OLD))));
    let outcome = through(&file, &holder, |_| {});
    let cannot = "ControllerCannotOpen";
    assert_eq!(reasons(&outcome), [cannot, cannot, "WithTheFile"]);
    assert!(outcome.file.is_none());
    let Outcome::Left(cause) = &outcome.findings[0].outcome else { panic!("it is left") };
    assert_eq!(
        cause.to_string(),
        "the controller cannot open it, or another one beside it, for shop/orders (strict), namespace shop \
         (namespace-wide) or any namespace (cluster-wide)"
    );
    let lone = format!("x: {}\n", sealed(&OTHER));
    assert_eq!(reasons(&through(&lone, &Holder::new(), |_| {})), ["Unexplained"]);
    for (failure, reason) in [
        (NotReEncrypted::TooLarge, "TooLargeForController"),
        (NotReEncrypted::Failed, "ControllerFailed"),
    ] {
        let holder = Holder { fails: Some(failure), ..Holder::new() };
        let outcome = through(&lone, &holder, |_| {});
        assert_eq!((reasons(&outcome), outcome.requests), (vec![reason], 1));
    }
}

#[test]
fn requests_in_vain_have_an_end_and_large_objects_take_several() {
    let other = sealed(&OTHER);
    let file: String = (0..100).map(|n| format!("x{n}: {other}\n")).collect();
    let holder = Holder::new();
    let outcome = through(&file, &holder, |_| {});
    assert_eq!(outcome.requests, 64);
    assert_eq!(reasons(&outcome).last(), Some(&"NotTried"));

    let label = sealkit_core::EncryptionLabel::strict("shop", "orders").unwrap();
    let large = OLD.sealing_key().seal(&[b'x'; 300 << 10], &label, &mut rand::rng()).unwrap();
    let items: String = (0..5).map(|n| format!("    i{n}: {large}\n")).collect();
    let holder = Holder::new();
    let outcome = through(&manifest("", &items), &holder, |_| {});
    assert_eq!(reasons(&outcome), ["Rotated"; 5]);
    let of = |count: usize| format!("{count} of shop/orders (strict)");
    assert_eq!(holder.asked(), [of(2), of(2), of(1)]);
}
