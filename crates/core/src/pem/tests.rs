use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Vec<(String, Option<Vec<u8>>)> {
    let blocks = blocks(text.as_bytes()).into_iter();
    blocks
        .map(|block| (block.label.to_owned(), block.content.map(|bytes| bytes.to_vec())))
        .collect()
}

fn one(content: &[u8]) -> Vec<(String, Option<Vec<u8>>)> {
    vec![("X".to_owned(), Some(content.to_vec()))]
}

#[test]
fn a_block_is_written_in_lines_of_64_characters() {
    let text = encode("X", &[0; 49]);
    let line = "A".repeat(64);
    assert_eq!(*text, format!("-----BEGIN X-----\n{line}\nAA==\n-----END X-----\n"));
    assert_eq!(*encode("X", &[]), "-----BEGIN X-----\n-----END X-----\n");
}

#[test]
fn what_editors_and_tools_add_is_passed_over() {
    for text in [
        "-----BEGIN X-----\nAQID\n-----END X-----",
        "-----BEGIN X-----\r\nAQID\r\n-----END X-----\r\n",
        "\u{feff}-----BEGIN X-----\nAQID\n-----END X-----\n",
        "Certificate:\n    Data:\n        Version: 3 (0x2)\n-----BEGIN X-----\nAQID\n-----END X-----\n",
        "\n\n  -----BEGIN X-----  \n  AQ\n\n  ID\n  -----END X-----\ntrailing text",
        "-----BEGIN X-----\nComment: text\n\nAQID\n-----END X-----\n",
        "-----END Y-----\n-----BEGIN X-----\nAQID\n-----END X-----\n",
    ] {
        assert_eq!(read(text), one(&[1, 2, 3]), "{text:?}");
    }
}

#[test]
fn line_feeds_that_were_lost_or_replaced_are_not_needed() {
    for text in [
        "-----BEGIN X-----AQID-----END X-----",
        "-----BEGIN X----- AQ ID -----END X-----",
        "-----BEGIN X-----\\nAQ\\nID\\n-----END X-----\\n",
        "-----BEGIN X-----\\r\\nAQID\\r\\n-----END X-----",
        "-----BEGIN X-----\rAQ\rID\r-----END X-----\r",
        "KEY=\"-----BEGIN X-----\tAQID\t-----END X-----\"",
    ] {
        assert_eq!(read(text), one(&[1, 2, 3]), "{text:?}");
    }
    let all_lost = "-----BEGINRSAPRIVATEKEY-----AQID-----ENDRSAPRIVATEKEY-----";
    assert_eq!(read(all_lost), vec![(RSA_PRIVATE_KEY.to_owned(), Some(vec![1, 2, 3]))]);
    assert_eq!(read("-----BEGINX-----AQID-----ENDX-----"), vec![]);
    let two = "-----BEGIN X-----AQID-----END X----------BEGIN X-----AQID-----END X-----";
    assert_eq!(read(two), [one(&[1, 2, 3]), one(&[1, 2, 3])].concat());
}

#[test]
fn a_label_is_short_and_of_letters_digits_spaces_and_single_dashes() {
    let is_read = |label: &str| {
        let text = format!("-----BEGIN {label}-----\nAQID\n-----END {label}-----\n");
        read(&text) == vec![(label.to_owned(), Some(vec![1, 2, 3]))]
    };
    let longest = "X".repeat(64);
    for label in ["X", "RSA PRIVATE KEY", "X509 CRL", "A-B", longest.as_str()] {
        assert!(is_read(label), "{label}");
    }
    let longer = "X".repeat(65);
    for label in
        ["", " ", "X ", "A--B", "A  B", "-X", "A/B", "A+B=", "\u{e4}", "A\nB", longer.as_str()]
    {
        assert!(!is_read(label), "{label:?}");
    }
}

#[test]
fn only_labels_in_common_use_may_be_named() {
    let known = |label: &str| {
        let text = format!("-----BEGIN {label}-----\n-----END {label}-----\n");
        blocks(text.as_bytes()).first().and_then(Block::known_label)
    };
    for label in KNOWN_LABELS {
        assert_eq!(known(label), Some(label));
    }
    for label in ["X", "hunter2", "RSA PRIVATE KEY MIIE", "certificate"] {
        assert_eq!(known(label), None, "{label}");
    }
}

#[test]
fn text_that_is_not_utf8_around_a_block_is_passed_over() {
    let text = b"\xff\xfe latin: \xe4\n-----BEGIN X-----\nAQID\n-----END X-----\n";
    assert_eq!(blocks(text).len(), 1);
}

#[test]
fn damaged_blocks_are_there_but_have_no_content() {
    for text in [
        "-----BEGIN X-----",
        "-----BEGIN X-----\nAQID\n",
        "-----BEGIN X-----\nAQID\n-----END Y-----\n",
        "-----BEGIN X-----\nAQI\n-----END X-----\n",
        "-----BEGIN X-----\nAQ?D\n-----END X-----\n",
        "-----BEGIN X-----\nAQ==\nAQ==\n-----END X-----\n",
    ] {
        assert_eq!(read(text), vec![("X".to_owned(), None)], "{text:?}");
    }
}

#[test]
fn a_block_without_an_end_does_not_swallow_the_next() {
    let text = "-----BEGIN Y-----\nAQID\n-----BEGIN X-----\nAQID\n-----END X-----\n";
    let blocks = read(text);
    assert_eq!(blocks[0], ("Y".to_owned(), None));
    assert_eq!(blocks[1..], one(&[1, 2, 3]));
}

#[test]
fn input_without_blocks_has_none() {
    for text in ["", "\n", "text", "-----BEGIN", "BEGIN X", "-----BEGIN X\n"] {
        assert_eq!(read(text), vec![], "{text:?}");
    }
}

#[test]
fn the_header_of_an_encrypted_block_is_seen() {
    let encrypted = "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAQID\n-----END X-----\n";
    assert!(blocks(encrypted.as_bytes())[0].encrypted);
    for between in ["", " ", "\\n"] {
        let one_line = encrypted.replace('\n', between);
        assert!(blocks(one_line.as_bytes())[0].encrypted, "{between:?}");
    }
    let other = "-----BEGIN X-----\nProc-Type: 4,CLEAR\n\nAQID\n-----END X-----\n";
    assert!(!blocks(other.as_bytes())[0].encrypted);
}

proptest! {
    #[test]
    fn what_is_written_reads_back(content in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(read(&encode("X", &content)), one(&content));
    }
}
