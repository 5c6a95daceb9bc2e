//! What the shapes leave open: hints, keys of several clusters, texts in texts, damaged files.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails where its own files are not what they should be"
)]

mod bound;
mod elsewhere;
mod hostile;
mod never_silent;
mod support;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sealkit_core::{PrivateKey, Scope};
use sealkit_repository::rotate::{
    Content, Context, Labels, Options, Outcome, Source, Target, Verdict, rotate,
};
use sealkit_testkit::{read_fixture, replaced};

use support::{
    NEW, OLD, OTHER, manifest, opened, reasons, ring, rotated, sealed, sealed_for, text, with_rings,
};

#[test]
fn what_is_current_stays_unless_all_is_asked_for() {
    let file = manifest("", &format!("    a: {}\n    b: {}\n", sealed(&NEW), sealed(&OLD)));
    let rings = [ring(&[&OLD, &NEW])];
    let outcome = with_rings(&file, &rings, |_| {});
    assert_eq!(reasons(&outcome), ["Current", "Rotated"]);
    let first = |text: &str| text.lines().nth(7).unwrap().to_owned();
    assert_eq!(first(&text(&outcome)), first(&file));

    let again = with_rings(&text(&outcome), &rings, |_| {});
    assert_eq!((again.verdict(), again.file.is_none()), (Verdict::Current, true));

    let all = with_rings(&file, &rings, |context| context.options.all = true);
    assert_eq!(reasons(&all), ["Rotated", "Rotated"]);
    assert_eq!(opened(&text(&all)), manifest("", "    a: hunter2\n    b: hunter2\n"));
}

#[test]
fn a_hint_is_kept_up_to_date_and_added_where_that_is_asked_for() {
    let (old, new) = (OLD.fingerprint(), NEW.fingerprint());
    let items = format!("    a: {}\n    b: {}\n", sealed(&OLD), sealed(&OLD));
    let annotations = |hint: &str| format!("  annotations:\n    sealkit.dev/sealed-with: {hint}\n");
    let expected = manifest(&annotations(&new.to_string()), "    a: hunter2\n    b: hunter2\n");
    let by_item = format!("'{{\"a\":\"{old}\",\"b\":\"{}\"}}'", OTHER.fingerprint());
    for hint in [old, OTHER.fingerprint()] {
        let outcome = rotated(&manifest(&annotations(&hint.to_string()), &items));
        assert_eq!(opened(&text(&outcome)), expected, "{hint}");
    }
    let outcome = rotated(&manifest(&annotations("nonsense"), &items));
    assert_eq!(opened(&text(&outcome)), expected.replace(&new.to_string(), &format!("\"{new}\"")));
    let outcome = rotated(&manifest(&annotations(&by_item), &items));
    assert_eq!(opened(&text(&outcome)), expected.replace(&new.to_string(), &format!("'{new}'")));

    let without = manifest("", &items);
    assert!(!text(&rotated(&without)).contains("sealed-with"));
    let added = with_rings(&without, &[ring(&[&OLD])], |context| context.options.add_hints = true);
    let metadata = format!("  annotations:\n    sealkit.dev/sealed-with: {new}\n  name: orders\n");
    let expected = manifest("", "    a: hunter2\n    b: hunter2\n");
    assert_eq!(opened(&text(&added)), expected.replacen("  name: orders\n", &metadata, 1));
}

#[test]
fn hints_in_embedded_texts_and_comments_are_kept_up_to_date() {
    let (old, new) = (OLD.fingerprint().to_string(), NEW.fingerprint().to_string());
    let value = sealed(&OLD);
    let hint = format!("  annotations:\n    sealkit.dev/sealed-with: {old}\n");
    let by_item = format!(
        "  annotations:\n    sealkit.dev/sealed-with: '{{\"a\":\"{old}\",\"c\":\"{old}\"}}'\n"
    );
    for metadata in [hint, by_item] {
        let inner = manifest(&metadata, &format!("    a: {value}\n    c: {}\n", sealed(&NEW)));
        let indented: String = inner.lines().map(|line| format!("  {line}\n")).collect();
        for file in [format!("values: |\n{indented}"), format!("values: {inner:?}\nb: c\n")] {
            let rings = [ring(&[&OLD, &NEW])];
            let outcome = with_rings(&file, &rings, |_| {});
            assert_eq!(reasons(&outcome), ["Rotated", "Current"]);
            assert_eq!(
                opened(&text(&outcome)),
                opened(&file.replace(&value, "hunter2").replace(&old, &new))
            );
        }
    }
    for comment in ["sealed-for: shop/orders strict ", "[sealed] {namespace: shop, name: orders} "]
    {
        let file = format!(
            "x: {value} # {comment}{old} since May # {old}\ny:\n  z: |- # {comment}{old}\n    {value}\n"
        );
        let outcome = rotated(&file);
        assert_eq!(reasons(&outcome), ["Rotated", "Rotated"]);
        let expected = file.replace(&value, "hunter2").replace(&old, &new);
        assert_eq!(
            opened(&text(&outcome)),
            expected.replace(&format!("May # {new}"), &format!("May # {old}"))
        );
    }
    let embedded = format!("values: |\n  x: {value} # sealed-for: shop/orders {old}\n  y: z\n");
    assert_eq!(
        opened(&text(&rotated(&embedded))),
        embedded.replace(&value, "hunter2").replace(&old, &new)
    );
    let several = format!("x: {{y: {value}, z: {value}}} # sealed-for: shop/orders {old}\n");
    assert_eq!(
        opened(&text(&rotated(&several))),
        several.replace(&value, "hunter2").replace(&old, &new)
    );
    let current = format!("x: {} # sealed-for: shop/orders {new}\n", sealed(&NEW));
    assert_eq!(reasons(&rotated(&current)), ["CurrentByHint"]);
}

#[test]
fn a_hint_is_believed_only_where_no_key_says_otherwise() {
    let hint = format!("  annotations:\n    sealkit.dev/sealed-with: {}\n", NEW.fingerprint());
    let current = manifest(&hint, &format!("    a: {}\n", sealed(&NEW)));
    assert_eq!(reasons(&rotated(&current)), ["CurrentByHint"]);
    let lying = manifest(&hint, &format!("    a: {}\n", sealed(&OLD)));
    assert_eq!(reasons(&rotated(&lying)), ["Rotated"]);
    let strange = manifest("", &format!("    a: {}\n", sealed(&NEW)));
    let outcome = rotated(&strange);
    assert_eq!(reasons(&outcome), ["NotOpened"]);
    let Outcome::Left(cause) = &outcome.findings[0].outcome else { panic!("it is left") };
    assert_eq!(
        cause.to_string(),
        "no key opens it for shop/orders (strict), namespace shop (namespace-wide) or any namespace (cluster-wide); \
         perhaps it is rotated already: give the new private key too, or add hints"
    );
}

#[test]
fn nothing_is_sealed_for_another_clusters_certificate() {
    let file = manifest("", &format!("    a: {}\n", sealed(&OTHER)));
    let apart = [ring(&[&OLD, &NEW]), ring(&[&OTHER])];
    assert_eq!(reasons(&with_rings(&file, &apart, |_| {})), ["OtherCluster"]);
    let unknown = [ring(&[&OLD]), ring(&[&OTHER])];
    assert_eq!(reasons(&with_rings(&file, &unknown, |_| {})), ["UnknownCluster"]);
    let by_rule = with_rings(&file, &unknown, |context| {
        context.target = Some(Target { is_files_own: true, ..Target::new(NEW.sealing_key()) });
    });
    assert_eq!(reasons(&by_rule), ["Rotated"]);
    let against = with_rings(&file, &apart, |context| {
        context.target = Some(Target { is_files_own: true, ..Target::new(NEW.sealing_key()) });
    });
    assert_eq!(reasons(&against), ["OtherCluster"]);
}

#[test]
fn a_document_that_is_no_yaml_holds_no_other_back_but_one_that_is_refused_does() {
    let good = manifest("", &format!("    a: {}\n", sealed(&OLD)));
    let broken = format!("---\na: [{}\n", sealed(&OLD));
    let outcome = rotated(&format!("{good}{broken}"));
    assert_eq!(
        (reasons(&outcome), outcome.verdict()),
        (vec!["Rotated", "Unreadable"], Verdict::Left)
    );
    assert!(text(&outcome).ends_with(&broken));
    assert_eq!((outcome.findings[1].position.line, outcome.findings[1].position.column), (10, 5));

    let refused = format!("---\nkind: SealedSecret\na: {}\na: b\n", sealed(&OLD));
    let outcome = rotated(&format!("{good}{refused}"));
    assert_eq!(reasons(&outcome), ["WithTheFile", "Refused"]);
    assert!(outcome.file.is_none());

    let other = rotated(&format!("{good}---\nkind: ConfigMap\nkind: ConfigMap\n"));
    assert_eq!(reasons(&other), ["WithTheFile", "Refused"]);
    let other = rotated(&format!("{good}---\nkind: ConfigMap: x\n"));
    assert_eq!(reasons(&other), ["Rotated", "Unreadable"]);
    let other = rotated("kind: ConfigMap\nencryptedData: {}\n---\nkind: ConfigMap: x\n");
    assert!(other.findings.is_empty(), "there is nothing sealed in the file");
}

#[test]
fn texts_of_several_lines_are_looked_into_once() {
    let value = sealed(&OLD);
    let inner = manifest("", &format!("    a: {value} # blue\n"));
    let indented = |text: &str, by: &str| -> String {
        text.lines().map(|line| format!("{by}{line}\n")).collect()
    };
    let outer = |inner: &str| {
        format!(
            "kind: Application\nspec:\n  source:\n    helm:\n      values: |\n        x:\n{}",
            indented(&format!("- {}", indented(inner, "  ").trim_start()), "        ")
        )
    };
    let file = outer(&inner);
    let outcome = rotated(&file);
    assert_eq!(reasons(&outcome), ["Rotated"]);
    let found = &outcome.findings[0];
    assert_eq!((found.position.line, found.position.column), (14, 18));
    assert_eq!(found.item, "spec.source.helm.values.x.0.spec.encryptedData.a");
    assert_eq!(opened(&text(&outcome)), outer(&manifest("", "    a: hunter2 # blue\n")));

    let deeper = format!("kind: Application\nvalues: |\n  values: |\n{}", indented(&inner, "    "));
    assert_eq!(reasons(&rotated(&deeper)), ["Text"]);
    let quoted = format!("kind: Application\nvalues: {inner:?}\n");
    assert_eq!(reasons(&rotated(&quoted)), ["Rotated"]);
    let template = format!("kind: ConfigMap\nvalues: |\n  {{{{ x }}}}: {value}\n  b\n");
    assert_eq!(reasons(&rotated(&template)), ["Text"]);
    let escaped = format!(
        "{{\"values\": \"a: b\\nc:\\n  encryptedData: {{d: \\u0041{}}}\\n\"}}",
        &value[1..]
    );
    let flags = |context: &mut Context<'_>| {
        context.flags = Labels { scope: None, namespace: Some("shop".into()), name: None };
    };
    let escaped = escaped.replace("c:", "orders:");
    let outcome = with_rings(&escaped, &[ring(&[&OLD])], flags);
    assert_eq!(reasons(&outcome), ["Rotated"]);
    let word = format!("\\u0041{}", &value[1..]);
    assert_eq!(opened(&text(&outcome)), escaped.replace(&word, "hunter2"));
}

#[test]
fn a_comment_in_an_embedded_text_keeps_the_value_that_is_rotated_beside_it() {
    let value = sealed(&OLD);
    let key = OLD.sealing_key().fingerprint();
    let inner = manifest(
        &format!("  annotations:\n    sealkit.dev/sealed-with: {key}\n"),
        &format!("    # was {value} for {key}\n    a: {value}\n    b: \"{value}\" # {value}\n"),
    );
    let file = format!("values: |\n  {}", inner.replace('\n', "\n  "));
    let outcome = rotated(&file);
    let (rotated, noted): (Vec<&str>, Vec<&str>) =
        reasons(&outcome).into_iter().partition(|reason| *reason == "Rotated");
    assert_eq!((rotated.len(), noted), (2, vec!["Comment", "Comment"]));
    let after = text(&outcome);
    let new_key = NEW.sealing_key().fingerprint();
    let expected = file
        .replace(&format!("a: {value}"), "a: hunter2")
        .replace(&format!("b: \"{value}\""), "b: \"hunter2\"")
        .replace(&format!("sealed-with: {key}"), &format!("sealed-with: {new_key}"));
    // Only the new key opens what is shown in the clear: what stands in a comment stays for the old one.
    assert_eq!(opened(&after), opened(&expected));
    assert_eq!(after.matches(&value).count(), 2, "both comments are as they were");
    assert_eq!(after.matches(&key.to_string()).count(), 1);
}

#[test]
fn patches_and_values_behind_a_prefix_are_rotated() {
    let value = sealed(&OLD);
    let flags =
        Labels { scope: None, namespace: Some("shop".to_owned()), name: Some("orders".to_owned()) };
    for file in [
        format!("- op: replace\n  path: /spec/encryptedData/a\n  value: {value}\n"),
        format!(
            "[{{\"op\": \"add\", \"path\": \"/spec/encryptedData/a\", \"value\": \"{value}\"}}]"
        ),
        format!("a:\n  b: secret:{value}\n"),
        format!("a: {{b: [\"{value}\"]}}\n"),
        format!("\u{FEFF}a: '{value}'"),
    ] {
        let outcome = with_rings(&file, &[ring(&[&OLD])], |context| context.flags = flags.clone());
        assert_eq!(reasons(&outcome), ["Rotated"], "{file}");
        assert_eq!(opened(&text(&outcome)), file.replace(&value, "hunter2"));
        assert_eq!(outcome.findings[0].bound.as_ref().unwrap().source, Source::Flags);
        let alone = rotated(&file);
        assert!(alone.file.is_none() && alone.verdict() == Verdict::Left);
    }
}

#[test]
fn a_damaged_value_is_left_and_a_word_in_its_place_is_noted() {
    let value = sealed(&OLD);
    for (item, reason) in [
        (&value[..value.len() - 3], "Malformed"),
        (&value[..100], "Malformed"),
        ("REPLACE_ME", "Placeholder"),
        ("", "Empty"),
    ] {
        let outcome = rotated(&manifest("", &format!("    a: \"{item}\"\n")));
        assert_eq!(reasons(&outcome), [reason], "{item}");
    }
}

#[test]
fn a_template_with_ciphertexts_is_rotated_as_it_stands() {
    let value = sealed(&OLD);
    let template = manifest(
        "  labels:\n    {{- include \"labels\" . | nindent 4 }}\n    app: {{ .Chart.Name }}-x\n",
        &format!("    a: {value}\n    {{{{ $name }}}}: {{{{ $value }}}}\n"),
    )
    .replace("namespace: shop", "namespace: {{ .Release.Namespace }}");
    let flags = |context: &mut Context<'_>| context.flags.namespace = Some("shop".to_owned());
    let outcome = with_rings(&template, &[ring(&[&OLD])], flags);
    assert_eq!(reasons(&outcome), ["Rotated"]);
    assert_eq!(opened(&text(&outcome)), template.replace(&value, "hunter2"));
    assert_eq!(reasons(&rotated(&template)), ["NoNamespace"]);
}

#[test]
fn lists_of_other_forms_are_read() {
    let value = sealed(&OLD);
    let item = manifest("", &format!("    a: {value}\n"));
    let item = item.split_once("metadata").unwrap().1.replace('\n', "\n  ");
    let list = format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecretList\nitems:\n- metadata{}\n",
        item.trim_end()
    );
    let outcome = rotated(&list);
    assert_eq!(reasons(&outcome), ["Rotated"]);
    assert_eq!(opened(&text(&outcome)), list.replace(&value, "hunter2"));

    let values = format!("secrets:\n- name: orders\n  namespace: shop\n  data:\n    a: {value}\n");
    let outcome = rotated(&values);
    assert_eq!(reasons(&outcome), ["Rotated"]);
    assert_eq!(opened(&text(&outcome)), values.replace(&value, "hunter2"));

    let merged = format!("x: &x {{a: {value}}}\n{}", manifest("", "    <<: *x\n"));
    assert_eq!(reasons(&rotated(&merged)), ["Alias", "NoItem"]);
}

#[test]
fn text_in_utf_16_stays_that() {
    let value = sealed(&OLD);
    let encoded = |text: &str| -> Vec<u8> {
        [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
    };
    let rings = [ring(&[&OLD])];
    let mut context = Context::new(&rings, Some(Target::new(NEW.sealing_key())));
    context.content = Content::Text { is_rotated: true };
    context.flags.namespace = Some("shop".to_owned());
    context.flags.name = Some("orders".to_owned());
    let file = encoded(&format!("k: \"{value}\" // é\n"));
    let outcome = rotate(&file, &context, &mut rand::rng());
    let new = kubeyaml::decode_utf16(outcome.file.as_ref().unwrap()).unwrap();
    assert_eq!(opened(&new), "k: \"hunter2\" // é\n");
    assert_eq!(outcome.file.unwrap()[..2], [0xFE, 0xFF]);
}

#[test]
fn deep_nesting_is_no_danger() {
    let depth = 1000;
    let inner = manifest("", &format!("    a: {}\n", sealed(&OLD)));
    let document = kubeyaml::split(inner.as_bytes()).unwrap();
    let node = document.documents().next().unwrap().parse().unwrap().unwrap();
    let json = kubeyaml::to_json_line(&kubeyaml::Tree::from(&node)).to_string();
    let file = format!("{}{}{}", "{\"x\":".repeat(depth), json.trim(), "}".repeat(depth));
    let outcome = rotated(&file);
    assert_eq!(reasons(&outcome), ["Rotated"]);
    let text = format!("a: |\n  {file}\n");
    assert_eq!(reasons(&rotated(&text)), ["Rotated"]);
}

/// What means something in YAML, and a byte that is no UTF-8.
const SIGNS: &[u8] = b"\n :#-'\"{}[]|>&*!%\t\r\\\xE9a";

/// What is around the long base64 words of a file.
fn around_words(file: &[u8]) -> Vec<u8> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let words = file.split_inclusive(|byte| !is_word(byte));
    let kept = words.map(|word| if word.len() > 300 { &word[word.len() - 1..] } else { word });
    kept.flatten().copied().collect()
}

#[test]
fn of_damaged_files_every_other_byte_stays_too() {
    let mut rng = StdRng::seed_from_u64(10);
    let value = sealed(&OLD);
    let rings = [ring(&[&OLD])];
    let mut context = Context::new(&rings, Some(Target::new(NEW.sealing_key())));
    context.options = Options { add_hints: false, ..Options::default() };
    context.flags.namespace = Some("shop".to_owned());
    let mut new_files = 0;
    for shape in [
        "02-multi-document.yaml",
        "11-helm-guarded.yaml",
        "27-template-with-decoys.yaml",
        "22-json6902-inline/kustomization.yaml",
        "04-concatenated.json",
        "36-crlf.yaml",
        "39-windows-1252-comment.yaml",
    ] {
        let shape = read_fixture(&format!("rotate-shapes/{shape}"));
        for _ in 0..60 {
            let mut file = shape.clone();
            for _ in 0..rng.random_range(0..4) {
                let at = rng.random_range(0..file.len());
                file[at] = SIGNS[rng.random_range(0..SIGNS.len())];
            }
            for name in ["SEALED_1", "SEALED_2", "SEALED_3"] {
                file = replaced(&file, name.as_bytes(), value.as_bytes());
            }
            let outcome = rotate(&file, &context, &mut rand::rng());
            if let Some(new) = outcome.file {
                new_files += 1;
                assert_eq!(around_words(&new), around_words(&file));
            }
        }
    }
    assert!(new_files > 50, "{new_files}");
}

#[test]
fn a_value_takes_one_private_key_operation_and_an_object_one_search() {
    let keys: Vec<PrivateKey> = (0..3).map(|_| PrivateKey::generate(2048).unwrap()).collect();
    let rings = [ring(&[&keys[0], &keys[1], &keys[2], &OLD])];
    let items: String = (0..20).map(|item| format!("    i{item}: {}\n", sealed(&OLD))).collect();
    let found = with_rings(&manifest("", &items), &rings, |_| {});
    assert_eq!((found.operations, reasons(&found).len()), (20 + 3, 20));

    let hint = format!("  annotations:\n    sealkit.dev/sealed-with: {}\n", OLD.fingerprint());
    assert_eq!(with_rings(&manifest(&hint, &items), &rings, |_| {}).operations, 20);

    let wide = |item| format!("    i{item}: {}\n", sealed_for(&OLD, Scope::ClusterWide, "", ""));
    let items: String = (0..20).map(wide).collect();
    let found = with_rings(&manifest(&hint, &items), &rings, |_| {});
    // Strict and namespace-wide, with all four keys each; then what opened the first value.
    assert_eq!(found.operations, 20 + 8);
}

#[test]
fn long_names_and_deep_places_do_not_multiply() {
    let long = "n".repeat(100_000);
    let file = manifest("", &format!("    a: {}\n", sealed(&NEW))).replace("shop", &long);
    let deep = format!("{}\"{}\"{}", "{\"key\":".repeat(900), sealed(&NEW), "}".repeat(900));
    for file in [file, deep] {
        let outcome = rotated(&file);
        let found = format!("{:?}", outcome.findings);
        assert!(found.len() < 3000, "{found}");
        assert_eq!(outcome.verdict(), Verdict::Left);
    }
}
