//! Places, encodings, deliberate differences, and what errors say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kubeyaml::{
    DuplicateKeys, EncodingFault, Format, Input, Key, Node, RawDocument, Style, YamlError,
    YamlErrorKind,
};

fn read(text: &[u8]) -> Result<Vec<Node>, YamlError> {
    let input = kubeyaml::split(text)?;
    let nodes: Result<Vec<_>, _> = input.documents().map(|document| document.parse()).collect();
    Ok(nodes?.into_iter().flatten().collect())
}

fn get_entry<'a>(node: &'a Node, key: &str) -> (&'a Key, &'a Node) {
    node.as_mapping().unwrap().iter().find(|(found, _)| found.text() == key).unwrap()
}

fn get<'a>(node: &'a Node, path: &[&str]) -> &'a Node {
    path.iter().fold(node, |node, key| node.as_mapping().unwrap().get(key).unwrap())
}

#[test]
fn documents_can_be_parsed_by_many_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Input>();
    is_shared::<RawDocument<'_>>();
    is_shared::<Node>();

    let input = kubeyaml::split("a: 1\n---\n".repeat(100).as_bytes()).unwrap();
    let documents: Vec<_> = input.documents().collect();
    let count: usize = std::thread::scope(|scope| {
        let halves = documents.chunks(50).map(|half| {
            scope.spawn(move || {
                half.iter().filter(|document| document.parse().unwrap().is_some()).count()
            })
        });
        halves.collect::<Vec<_>>().into_iter().map(|half| half.join().unwrap()).sum()
    });
    assert_eq!(count, 100);
}

#[test]
fn every_node_knows_its_place_and_style() {
    let text = "# c\r\nplain: a b # c\r\n'single': 'it''s'\r\n\"é\": \"x\\\r\n  y\"\r\nliteral: |- # c\r\n  \
                l1\r\n\r\n  l2\r\n\r\nfolded: !!str >\r\n    f\r\nlist:\r\n- é: [é, x]\r\nempty:\r\n---\r\nb: c";
    let input = kubeyaml::split(text.as_bytes()).unwrap();
    let documents: Vec<_> = input.documents().collect();
    let node = documents.first().unwrap().parse().unwrap().unwrap();
    for (key, source, style, line, column) in [
        ("plain", "a b", Style::Plain, 2, 8),
        ("single", "'it''s'", Style::SingleQuoted, 3, 11),
        ("é", "\"x\\\r\n  y\"", Style::DoubleQuoted, 4, 6),
        ("literal", "|- # c\r\n  l1\r\n\r\n  l2", Style::Literal, 6, 10),
        ("folded", ">\r\n    f", Style::Folded, 11, 15),
        ("empty", "", Style::Plain, 15, 1),
    ] {
        let (found, value) = get_entry(&node, key);
        assert_eq!((input.text().get(value.span()).unwrap(), value.style()), (source, style));
        if key != "empty" {
            assert_eq!((value.position().line, value.position().column), (line, column), "{key}");
        }
        assert_eq!(found.text(), key);
    }
    let (key, value) = get_entry(&node, "list");
    assert_eq!((key.position().line, key.position().column), (13, 1));
    assert_eq!(value.style(), Style::Collection);
    let inner = get(value.as_sequence().unwrap().first().unwrap(), &["é"]);
    let last = inner.as_sequence().unwrap().get(1).unwrap();
    assert_eq!((last.position().line, last.position().column), (14, 10));

    let second = documents.get(1).unwrap();
    assert_eq!((second.index(), second.format()), (2, Format::Yaml));
    assert_eq!(input.text().get(second.span()), Some("b: c"));
    let node = second.parse().unwrap().unwrap();
    assert_eq!(input.text().get(get(&node, &["b"]).span()), Some("c"));
    assert_eq!(get(&node, &["b"]).position().line, 17);
}

#[test]
fn values_in_json_know_their_place() {
    let text = "\u{feff} {\"é\":\n [1, \"\\u00e9\"]} {\"b\": \"c\"}";
    let input = kubeyaml::split(text.as_bytes()).unwrap();
    let nodes: Vec<_> =
        input.documents().map(|document| document.parse().unwrap().unwrap()).collect();
    let list = get(nodes.first().unwrap(), &["é"]).as_sequence().unwrap();
    let text = list.get(1).unwrap();
    assert_eq!(input.text().get(text.span()), Some("\"\\u00e9\""));
    assert_eq!((text.position().line, text.position().column, text.style()), (2, 6, Style::Json));
    assert_eq!(text.as_str(), Some("é"));
    let last = get(nodes.get(1).unwrap(), &["b"]);
    assert_eq!(input.text().get(last.span()), Some("\"c\""));
    assert_eq!((last.position().line, last.position().column), (2, 23));
}

#[test]
fn yaml_may_begin_like_json_or_follow_it() {
    use Format::{Json, Yaml};
    for (text, formats, whole, places) in [
        (" \n {a: é, # c\n b: x,}", &[Yaml][..], Yaml, &[(3, 5)][..]),
        ("\u{feff}{a: é, 'b': x}", &[Yaml], Yaml, &[(1, 13)]),
        ("{\"b\": 1} # c\r\n---\r\nb: x\r\n", &[Json, Yaml, Yaml], Yaml, &[(1, 7), (3, 4)]),
        ("{\"b\": 1}\n---\n", &[Json], Yaml, &[(1, 7)]),
        ("{\"b\": 1}\n\n---\n{\"b\": 1}", &[Json, Yaml, Yaml], Yaml, &[(1, 7), (4, 7)]),
        ("{\"b\": 1}  {b: x}", &[Json, Yaml], Yaml, &[(1, 7), (1, 15)]),
        ("{\"b\": 1}\nb: x\n", &[Json, Yaml], Yaml, &[(1, 7), (2, 4)]),
        ("{\"b\": 1}{\"b\": 1}\n", &[Json, Json], Json, &[(1, 7), (1, 15)]),
    ] {
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        assert_eq!(input.format(), whole, "{text:?}");
        let documents: Vec<_> = input.documents().collect();
        let found: Vec<_> = documents.iter().map(RawDocument::format).collect();
        assert_eq!(found, formats, "{text:?}");
        let nodes = documents.iter().filter_map(|document| document.parse().unwrap());
        let found: Vec<_> = nodes.map(|node| get(&node, &["b"]).position()).collect();
        let found: Vec<_> = found.iter().map(|place| (place.line, place.column)).collect();
        assert_eq!(found, places, "{text:?}");
    }
}

#[test]
fn copies_through_aliases_and_merge_keys_are_marked() {
    let nodes = read(b"a: &a {k: v}\nb: *a\nc: {<<: *a, l: w}\n").unwrap();
    let node = nodes.first().unwrap();
    assert!(!get(node, &["a", "k"]).is_copied());
    assert!(get(node, &["b"]).is_copied() && get(node, &["b", "k"]).is_copied());
    assert_eq!(get(node, &["b"]).position().line, 2);
    assert!(!get(node, &["c"]).is_copied() && get(node, &["c", "k"]).is_copied());
    assert!(!get(node, &["c", "l"]).is_copied());
}

#[test]
fn utf_16_with_a_byte_order_mark_is_read() {
    let text = "\u{feff}a: é 😀\r\n---\r\nb: |\r\n  x\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for file in [little, big] {
        let nodes = read(&file).unwrap();
        assert_eq!(get(nodes.first().unwrap(), &["a"]).as_str(), Some("é 😀"));
        assert_eq!(get(nodes.get(1).unwrap(), &["b"]).as_str(), Some("x\n"));
    }
}

#[test]
fn faults_of_the_encoding_have_their_place() {
    let utf16 = |text: &str, rest: &[u8]| {
        let units = ['\u{feff}'].into_iter().chain(text.chars()).collect::<String>();
        let bytes = units.encode_utf16().flat_map(u16::to_le_bytes);
        bytes.chain(rest.iter().copied()).collect::<Vec<u8>>()
    };
    let bare = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect();
    let unmarked = "document 1, line 1, column 1: looks like UTF-16 without a byte order mark";
    let files: [(Vec<u8>, &str); 12] = [
        (b"a: gr\xFCn\n".to_vec(), "document 1, line 1, column 6: the byte 0xFC is not UTF-8"),
        (b"\xFF".to_vec(), "document 1, line 1, column 1: the byte 0xFF is not UTF-8"),
        (
            b"\xEF\xBB\xBF\xC3\xA9: \xE9".to_vec(),
            "document 1, line 1, column 4: the byte 0xE9 is not UTF-8",
        ),
        (
            b"a: 1\r\n---\r\n---\r\n\xE9: 1\r\n".to_vec(),
            "document 2, line 4, column 1: the byte 0xE9 is not UTF-8",
        ),
        (
            b"{\"a\": 1} {\"b\": \"\x80\"}".to_vec(),
            "document 2, line 1, column 17: the byte 0x80 is not UTF-8",
        ),
        // Cut inside a character.
        (b"a: 1\nb: \xC3".to_vec(), "document 1, line 2, column 4: the byte 0xC3 is not UTF-8"),
        (
            utf16("a: 1\n---\né: ", &[0x00, 0xD8, b'a', 0x00]),
            "document 2, line 3, column 4: half of a surrogate pair in UTF-16",
        ),
        (
            utf16("a: 1\n", &[0x00, 0xD8]),
            "document 1, line 2, column 1: half of a surrogate pair in UTF-16",
        ),
        (
            utf16("a: 1\nb: 2", b"2"),
            "document 1, line 2, column 5: half a character at the end of UTF-16",
        ),
        (bare("a: 1\n", u16::to_le_bytes), unmarked),
        (bare("a: 1\n", u16::to_be_bytes), unmarked),
        (bare("{\"é\": \"\u{80}\"}", u16::to_le_bytes), unmarked),
    ];
    for (file, message) in files {
        assert_eq!(read(&file).err().map(|error| error.to_string()).as_deref(), Some(message));
    }
}

#[test]
fn a_byte_order_mark_may_stand_at_the_start_of_documents() {
    let nodes = read("\u{feff}a: 1\n---\n\u{feff}b: 2\n".as_bytes()).unwrap();
    assert_eq!(get(nodes.get(1).unwrap(), &["b"]).value().kind().to_string(), "a number");
}

#[test]
fn deliberate_differences_are_refused() {
    use YamlErrorKind as Kind;
    for (text, kind) in [
        ("a: 1\na: 2", Kind::DuplicateKey(Some("a".to_owned()))),
        ("0777: 1\n\"511\": 2", Kind::DuplicateKey(Some("511".to_owned()))),
        ("{\"a\": 1, \"a\": 2}", Kind::DuplicateKey(Some("a".to_owned()))),
        ("a: {<<: {1: x}, \"1\": y}", Kind::DuplicateKey(Some("1".to_owned()))),
        ("a: 1\n...\nb: 2", Kind::TextAfterDocument),
        ("  a: 1\nb: 2", Kind::TextAfterDocument),
        ("a: 1\r---\rb: 2", Kind::TextAfterDocument),
        ("# c\n{a: 1} }", Kind::TextAfterDocument),
        ("a: \u{feff}b", Kind::ByteOrderMark),
        ("---\n\u{feff}a: b", Kind::ByteOrderMark),
        ("%YAML 1.1\r---\ra: 1", Kind::Directive),
        ("a: !!binary //8=", Kind::BinaryNotText),
        ("a: !!timestamp 2001-01-01", Kind::Tag),
        ("{\"a\": \"\\ud800\"}", Kind::LoneSurrogate),
        ("{\"a\": \"\\ud83d\\u0041\"}", Kind::LoneSurrogate),
        ("a: {k: .inf, <<: {k: 1}}", Kind::NumberRange),
    ] {
        assert_eq!(read(text.as_bytes()).err().map(|error| error.kind), Some(kind), "{text:?}");
    }
    let not_utf8 = Kind::Encoding(EncodingFault::NotUtf8(0xFF));
    assert_eq!(read(b"a: \xFF").err().unwrap().kind, not_utf8);
}

#[test]
fn a_last_line_that_kubectl_loses_is_refused() {
    for (length, carriage_returns, lost) in [
        (4096, 0, true),
        (4095, 0, false),
        (4097, 0, false),
        (8192, 0, true),
        (8192, 1, false),
        (8191, 1, true),
    ] {
        // The carriage return stands where the buffer ends.
        let line = format!("a: {}", "b".repeat(length - 3));
        let mut text = format!("x: y\n{line}");
        if carriage_returns == 1 {
            text.replace_range(5 + 4095..5 + 4096, "\r");
            text.replace_range(5 + 4096..5 + 4097, " ");
        }
        let found = read(text.as_bytes()).err().map(|error| error.kind);
        assert_eq!(found, lost.then_some(YamlErrorKind::LastLine), "{length}");
        assert!(read(format!("{text}\n").as_bytes()).is_ok());
    }
}

#[test]
fn the_last_of_two_values_counts_when_that_is_asked_for() {
    for text in ["a: {b: 1, c: x, b: z}", "{\"a\":{\"b\":1,\"c\":\"x\",\"b\":\"z\"}}"] {
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        let document = input.documents().next().unwrap();
        let node = document.parse_with(DuplicateKeys::LastCounts).unwrap().unwrap();
        assert_eq!(get(&node, &["a", "b"]).as_str(), Some("z"));
        assert!(get(&node, &["a"]).as_mapping().unwrap().has_duplicates());
        assert!(!node.as_mapping().unwrap().has_duplicates());
        assert_eq!(get(&node, &["a"]).as_mapping().unwrap().len(), 2);
    }
}

#[test]
fn errors_say_where() {
    for (text, message) in [
        ("a: b: c", "document 1, line 1, column 5: not valid YAML: a mapping is not allowed here"),
        (
            "é: 1\n---\na: 1\né: [1\n",
            "document 2, line 5, column 1: not valid YAML: expected `,` or `]`",
        ),
        (
            "a: 1\n---\n  k: 1\n  k: 2\n",
            "document 2, line 4, column 3: the key `k` stands here twice",
        ),
        (
            "{\"a\": 1}\n {\"b\": 1]",
            "document 2, line 2, column 9: not valid JSON: expected `,` or `}`",
        ),
        (
            "{} x",
            "document 2, line 1, column 4: not valid JSON: expected `{` or the end of the file",
        ),
        // What is YAML by its keys, its quotes or its comments gets YAML's message.
        (
            "{\n  a: 1,\n  b: [1,\n}\n",
            "document 1, line 4, column 1: not valid YAML: expected a value",
        ),
        (
            "{\"a\": 1}\n---\n{\"b\": 1 \"c\": 2}",
            "document 2, line 3, column 12: not valid YAML: expected `,` or `}`",
        ),
        // What is JSON but for its fault gets that of JSON.
        (
            "{\n  \"a\": true\n  \"b\": 1,\n}\n",
            "document 1, line 3, column 3: not valid JSON: expected `,` or `}`",
        ),
        (
            "{\"a\": \"b,\n \"c\": \"d\"}",
            "document 1, line 1, column 10: not valid JSON: a control character in a string",
        ),
        (
            "{\"a\": 1}{\"b\": 1}\n---\n{\"c\": 1}",
            "document 3, line 2, column 1: not valid JSON: `---` has to stand between all of the \
             objects, or between none",
        ),
        (
            "{\"a\": 1}\n\"b\": 1\n",
            "document 2, line 2, column 1: not valid JSON: expected `{` or the end of the file",
        ),
        (
            "{\"a\": 1}{\"b\": 1}{c: 1}",
            "document 3, line 1, column 18: not valid JSON: expected a key in `\"`",
        ),
        ("a: 1\n---b: 1\n", "document 1, line 2, column 1: text after a document separator (---)"),
        (
            "a: \"\n\n",
            "document 1, line 1, column 4: not valid YAML: the quote opened here is not closed",
        ),
        (
            "a:\n\tb: c",
            "document 1, line 2, column 1: not valid YAML: a tab where an indentation space is expected",
        ),
        ("a: \u{1}", "document 1, line 1, column 4: a control character that YAML does not allow"),
        ("- a", "document 1, line 1, column 1: the document is not a mapping (an object)"),
        (
            "a: *b",
            "document 1, line 1, column 4: an alias without an anchor before it in this document",
        ),
        ("a: &b [*b]", "document 1, line 1, column 8: an alias to the value that it is part of"),
        (
            "a: {<<: b}",
            "document 1, line 1, column 9: the value of a merge key (<<) is not a mapping",
        ),
    ] {
        assert_eq!(
            read(text.as_bytes()).err().map(|error| error.to_string()).as_deref(),
            Some(message)
        );
    }
}

#[test]
fn errors_never_quote_values() {
    let secret = "hunter2hunter2";
    for text in [
        format!("a: {secret}: {secret}"),
        format!("a: \"{secret}"),
        format!("a: \"{secret}\\q\""),
        format!("a: *{secret}"),
        format!("a: !!int {secret}"),
        format!("a: !!binary {secret}!"),
        secret.to_owned(),
        format!("--- {secret}"),
        format!("{{\"a\": \"{secret}"),
        format!("{{\"a\": {secret}"),
        format!("{{\"a\": {secret} \"{secret}\": }}"),
        format!("a: 1\n...\n{secret}"),
        format!("{secret}\u{e9}{secret}: 1\n{secret}\u{e9}{secret}: 2"),
        format!("{0}: 1\n{0}: 2", secret.repeat(6)),
    ] {
        let error = read(text.as_bytes()).err().unwrap();
        let debug = format!("{error} {error:?}");
        assert!(!debug.contains("hunter"), "{debug}");
    }
}
