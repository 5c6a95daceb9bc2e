//! Visiting documents: every one has its own result.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kubeyaml::DuplicateKeys;
use sealkit_manifest::{Documents, Format, Located, ReadError, ReadErrorKind};
use zeroize::Zeroizing;

fn split(texts: &[&str]) -> Documents {
    let texts = texts.iter().map(|text| Zeroizing::new(text.as_bytes().to_vec()));
    Documents::split(texts.collect()).unwrap()
}

/// The kinds of all resources, or why there are none.
fn kinds(documents: &Documents, duplicates: DuplicateKeys) -> Vec<Located<Result<String, String>>> {
    let visited = documents.visit(duplicates, |document| -> Result<String, ReadError> {
        let resources = document.resources()?;
        Ok(resources.iter().map(|resource| resource.kind()).collect::<Vec<_>>().join(" "))
    });
    let text = |located: Located<Result<String, ReadError>>| Located {
        input: located.input,
        document: located.document,
        result: located.result.map_err(|error| error.kind().reason().to_owned()),
    };
    visited.into_iter().map(text).collect()
}

fn located(
    input: usize,
    document: usize,
    result: Result<&str, &str>,
) -> Located<Result<String, String>> {
    let result = result.map(str::to_owned).map_err(str::to_owned);
    Located { input, document, result }
}

const RESOURCE: &str = "apiVersion: v1\nkind: A\n";

#[test]
fn a_document_that_cannot_be_read_keeps_no_other_from_being_visited() {
    let texts = [
        "kind: [\n---\napiVersion: v1\nkind: A\n---\n# nothing\n---\nkind: B\n",
        "",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: C}\n- {apiVersion: v1, kind: D}\n",
    ];
    let expected = [
        located(0, 1, Err("NotReadable")),
        located(0, 2, Ok("A")),
        located(0, 4, Err("NotAResource")),
        located(2, 1, Ok("C D")),
    ];
    assert_eq!(kinds(&split(&texts), DuplicateKeys::Refused), expected);
}

#[test]
fn keys_that_stand_twice_are_refused_or_not_as_is_asked() {
    let documents = split(&["apiVersion: v1\nkind: A\nkind: B\n"]);
    let refused = [located(0, 1, Err("NotReadable"))];
    assert_eq!(kinds(&documents, DuplicateKeys::Refused), refused);
    assert_eq!(kinds(&documents, DuplicateKeys::LastCounts), [located(0, 1, Ok("B"))]);
}

#[test]
fn a_document_knows_its_text_and_the_text_that_it_is_a_part_of() {
    let documents = split(&["a: 1\n---\nb: 2\n", "{\"c\": 3}"]);
    let visited = documents.visit(DuplicateKeys::Refused, |document| {
        Ok::<_, ReadError>((
            document.text().to_owned(),
            document.format(),
            document.input().text().len(),
        ))
    });
    let results: Vec<_> = visited.into_iter().map(|located| located.result.unwrap()).collect();
    let expected = [
        ("a: 1\n".to_owned(), Format::Yaml, 14),
        ("b: 2\n".to_owned(), Format::Yaml, 14),
        ("{\"c\": 3}".to_owned(), Format::Json, 8),
    ];
    assert_eq!(results, expected);
    assert_eq!((documents.len(), documents.inputs().len()), (3, 2));
}

#[test]
fn thousands_of_files_and_documents_are_visited_in_order() {
    let many = vec![RESOURCE; 500].join("---\n");
    let texts: Vec<&str> =
        std::iter::repeat_n(many.as_str(), 2).chain(vec![RESOURCE; 5000]).collect();
    let visited = kinds(&split(&texts), DuplicateKeys::Refused);
    assert_eq!(visited.len(), 6000);
    assert!(visited.is_sorted_by_key(|located| (located.input, located.document)));
    assert!(visited.iter().all(|located| located.result.as_deref() == Ok("A")));
}

#[test]
fn an_error_knows_its_place_in_parts() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\ndata: {c: 1}\n";
    let error = sealkit_manifest::Secret::from_text(text.as_bytes()).err().unwrap();
    let error = error.first();
    let position = error.position().unwrap();
    assert_eq!((error.document(), position.line, position.column), (Some(1), 4, 11));
    assert_eq!(error.path(), ["data", "c"]);
    assert!(matches!(error.kind(), ReadErrorKind::WrongType { .. }));
}
