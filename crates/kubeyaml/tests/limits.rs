//! Input that is made to hurt: none of it panics, overflows the stack or takes long.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::fs;

use kubeyaml::{At, Node, Tree, YamlError, YamlErrorKind};
use sealkit_testkit::fixture;

fn read(text: &[u8]) -> Result<Vec<Node>, YamlError> {
    let input = kubeyaml::split(text)?;
    let nodes: Result<Vec<_>, _> = input.documents().map(|document| document.parse()).collect();
    Ok(nodes?.into_iter().flatten().collect())
}

fn error(text: &str) -> YamlErrorKind {
    read(text.as_bytes()).err().map(|error| error.kind).unwrap()
}

#[test]
fn collections_may_be_nested_a_thousand_times() {
    // With the outermost mapping, 1,024 collections.
    let flow = format!("a: {}x{}", "[".repeat(1023), "]".repeat(1023));
    let json = format!("{{\"a\":{}1{}}}", "[".repeat(1023), "]".repeat(1023));
    let list = format!("a:\n{}x", "- ".repeat(1023));
    let block: String = (0..1024).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for text in [&flow, &json, &list, &block] {
        let nodes = read(text.as_bytes()).unwrap();
        let node = nodes.first().unwrap();
        // Everything that walks a tree: copying, writing, reading again, dropping.
        let tree = Tree::from(&node.clone());
        for written in [kubeyaml::to_yaml(&tree), kubeyaml::to_json(&tree)] {
            let again = read(written.as_bytes()).unwrap();
            assert_eq!(
                *kubeyaml::to_json(&Tree::from(again.first().unwrap())),
                *kubeyaml::to_json(&tree)
            );
        }
    }
}

#[test]
fn deeper_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[a: ", "]")] {
        for count in [1024, 100_000] {
            let text = format!("a:\n {}x{}", open.repeat(count), close.repeat(count));
            let found = error(&text);
            let key = open == "? " && found == YamlErrorKind::KeyType;
            assert!(found == YamlErrorKind::TooDeep || key, "{open}: {found}");
        }
    }
    assert_eq!(error(&"{\"a\":".repeat(100_000)), YamlErrorKind::TooDeep);
    assert_eq!(error(&format!("{{\"a\":{}", "[".repeat(100_000))), YamlErrorKind::TooDeep);
    let block: String = (0..1025).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(error(&block), YamlErrorKind::TooDeep);
}

#[test]
fn aliases_cannot_nest_deeper_than_the_text_could() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for at in 1..1023 {
        text += &format!("a{at}: &a{at} [*a{}]\n", at - 1);
    }
    // Every line copies all lines before it: half a million nodes.
    assert!(matches!(error(&text), YamlErrorKind::AliasesExcessive | YamlErrorKind::TooDeep));
    let nested = format!("a: &a {}x{}\n", "[".repeat(600), "]".repeat(600));
    let twice = format!("{nested}b: {}*a{}\n", "[".repeat(600), "]".repeat(600));
    assert_eq!(error(&twice), YamlErrorKind::TooDeep);
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let mut merges = "a0: &a0 {k: v}\n".to_owned();
    for at in 1..40 {
        bomb += &format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 9].join(", "));
        merges += &format!("a{at}: &a{at} {{x: *a{0}, y: *a{0}, <<: *a{0}}}\n", at - 1);
    }
    let large = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(10_000));
    let entries: String = (0..20_000).map(|at| format!("k{at}: 1, ")).collect();
    let nested = format!("a: {}{{{entries}}}{}\n", "{<<: ".repeat(1000), "}".repeat(1000));
    for text in [bomb, merges, large, nested] {
        assert_eq!(error(&text), YamlErrorKind::AliasesExcessive);
    }
}

#[test]
fn aliases_cost_a_file_no_more_for_its_many_documents() {
    // Each of them copies 16 MiB less a little, and may alone.
    let bomb = format!("a: &a {}\nb: [{}]\n", "x".repeat(16 << 10), "*a, ".repeat(950));
    assert!(read(bomb.as_bytes()).is_ok());
    let copies = |documents: usize| {
        let text = vec![bomb.as_str(); documents].join("---\n");
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        let read = input.documents().map(|document| document.parse());
        read.map(|read| read.map(drop).map_err(|error| error.kind)).collect::<Vec<_>>()
    };
    assert!(copies(16).iter().all(Result::is_ok));
    // What is read does not depend on what was read before.
    let excessive = Err(YamlErrorKind::AliasesExcessive);
    assert!(copies(1_000).iter().all(|read| *read == excessive));
}

#[test]
fn ten_thousand_documents_may_have_aliases() {
    let services: String =
        (0..4).map(|at| format!("  s{at}:\n    <<: *common\n    environment: *env\n")).collect();
    let document = format!(
        "x-env: &env {{TZ: UTC, LANG: C, LEVEL: info}}\nx-common: &common\n  image: shop\n  \
         restart: always\n  user: app\n  labels: {{a: b, c: d}}\nservices:\n{services}"
    );
    let text = vec![document; 10_000].join("---\n");
    assert_eq!(read(text.as_bytes()).unwrap().len(), 10_000);
}

#[test]
fn nested_anchors_do_not_multiply_copies() {
    let anchors: String =
        (0..1000).map(|depth| format!("{}a{depth}: &a{depth}\n", " ".repeat(depth))).collect();
    let text = format!("{anchors}{}b: {}\nz: *a1\n", " ".repeat(1000), "x".repeat(1 << 20));
    assert_eq!(error(&text), YamlErrorKind::AliasesExcessive);
    // Without an alias nothing is copied.
    assert!(read(text.replace("*a1", "x").as_bytes()).is_ok());
}

#[test]
fn one_line_of_ten_mebibytes_is_read() {
    let (line, shorter) = ("x".repeat(10 << 20), "x".repeat(1 << 20));
    for (text, len) in [
        (format!("a: {line}"), line.len()),
        (format!("a: '{shorter}'"), shorter.len()),
        (format!("a: \"{shorter}\""), shorter.len()),
        (format!("a: |\n  {shorter}"), shorter.len()),
        (format!("{{\"a\":\"{shorter}\"}}"), shorter.len()),
    ] {
        let nodes = read(text.as_bytes()).unwrap();
        let value = nodes.first().unwrap().as_mapping().unwrap().get("a").unwrap();
        assert_eq!(value.as_str().unwrap().trim_end().len(), len);
    }
    assert_eq!(error(&format!("{shorter}\n")), YamlErrorKind::NotAMapping);
}

#[test]
fn many_small_things_are_read_in_linear_time() {
    let keys: String = (0..20_000).map(|at| format!("k{at}: v\n")).collect();
    let anchors: String = (0..20_000).map(|at| format!("&x{at} a, ")).collect();
    let nested_anchors: String = (0..900).map(|at| format!("&n{at} [")).collect();
    for (text, documents) in [
        (keys, 1),
        (format!("a: [{anchors}*x7]\n"), 1),
        // Each anchor holds all that is in those inside it.
        (format!("# *\na: {}{}{}\n", nested_anchors, "b, ".repeat(200_000), "]".repeat(900)), 1),
        (format!("a: [{}]", "b: [], ".repeat(20_000)), 1),
        ("{\"a\":{}}".repeat(20_000), 20_000),
        ("---\n".repeat(100_000), 0),
        ("# comment\n".repeat(50_000), 0),
        (format!("a: b\n{}\nc: d", "                \n".repeat(20_000)), 1),
        (format!("a: |\n{}  b", "\n".repeat(200_000)), 1),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap().len(), documents);
    }
}

#[test]
fn many_edits_are_made_in_linear_time() {
    let keys = |count: usize| (0..count).map(|at| format!("k{at}: v\n")).collect::<String>();
    let fields: Vec<_> = (0..20_000).map(|at| format!("\"k{at}\":\"v\"")).collect();
    let fields = fields.join(",");
    for text in [keys(20_000), format!("# c\n{{{fields}}}\n"), format!("{{{fields}}}")] {
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        let node = input.documents().next().unwrap().parse().unwrap().unwrap();
        let mut editor = input.editor();
        for (at, (key, value)) in node.as_mapping().unwrap().iter().enumerate() {
            let new = format!("n{at}");
            match at % 3 {
                0 => editor.replace(value, "new").unwrap(),
                1 => editor.remove(&node, key.text()).unwrap(),
                _ => editor.insert(&node, At::After(key.text()), &new, &"new".into()).unwrap(),
            }
        }
        let after = read(&editor.finish().unwrap()).unwrap();
        assert_eq!(after.first().unwrap().as_mapping().unwrap().len(), 19_999);
    }
}

#[test]
fn collections_nested_a_thousand_times_are_edited() {
    let flow = format!("# c\n{}b{}", "{a: ".repeat(1024), "}".repeat(1024));
    let json = format!("{}\"b\"{}", "{\"a\":".repeat(1024), "}".repeat(1024));
    let block: String = (0..1024).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let block = block.trim_end().to_owned() + " b\n";
    for text in [flow, json, block] {
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        let node = input.documents().next().unwrap().parse().unwrap().unwrap();
        let mut editor = input.editor();
        let mut inner = &node;
        while let Some(mapping) = inner.as_mapping() {
            editor.insert(inner, At::First, "first", &"new".into()).unwrap();
            editor.insert(inner, At::Last, "last", &"new".into()).unwrap();
            inner = mapping.get("a").unwrap();
        }
        editor.replace(inner, "newer").unwrap();
        let after = read(&editor.finish().unwrap()).unwrap();
        assert_eq!(after.first().unwrap().height(), node.height());
    }
}

#[test]
fn every_beginning_of_every_case_is_read_or_refused() {
    let mut count = 0;
    for entry in fs::read_dir(fixture("yaml")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = fs::read(path).unwrap();
        for end in 0..text.len().min(400) {
            count += usize::from(read(text.get(..end).unwrap()).is_ok());
        }
    }
    assert_eq!(count, 8380);
}

#[test]
fn truncated_json_is_refused_at_every_length() {
    let text = r#"{"a":{"b":[1,-2.5e3,true,false,null,"x\u00e9\n"],"c":{}}}"#;
    assert_eq!(read(text.as_bytes()).unwrap().len(), 1);
    for end in 1..text.len() {
        assert!(read(text.get(..end).unwrap().as_bytes()).is_err(), "{end}");
    }
}

#[test]
fn changed_cases_are_read_or_refused() {
    let mut state = 0x1234_5678_u64;
    let mut random = |end: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % end
    };
    let bytes = b"\0\t\n\r !\"#%&'*+,-.0:<>?@[\\]`ax{|}~\x7f\x80\x85\xc2\xe2\xef\xbb\xbf\xff";
    for entry in fs::read_dir(fixture("yaml")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = fs::read(&path).unwrap();
        if text.is_empty() || text.len() > 2000 {
            continue;
        }
        for _ in 0..100 {
            let mut changed = text.clone();
            for _ in 0..3 {
                let at = random(changed.len());
                *changed.get_mut(at).unwrap() = *bytes.get(random(bytes.len())).unwrap();
            }
            // Whether it is read is no matter; what is read has places inside the text.
            if let Ok(nodes) = read(&changed) {
                assert!(nodes.iter().all(|node| node.span().end <= changed.len() * 3));
            }
        }
    }
}
