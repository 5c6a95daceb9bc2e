//! Why a text could not be read.

use std::fmt;

/// A text that cannot be read, and where.
///
/// Never quotes a value; a key is quoted only when it is short and printable, and of a text in a foreign encoding
/// one byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct YamlError {
    /// The document, counted from 1.
    pub document: usize,
    /// The line in the file, counted from 1.
    pub line: usize,
    /// The column, in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub kind: YamlErrorKind,
}

/// What is wrong with a text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum YamlErrorKind {
    /// An alias to the value that it is part of.
    AliasInsideItself,
    /// An alias without an anchor before it in the same document.
    AliasUndefined,
    /// Aliases that multiply the size of the document.
    AliasesExcessive,
    /// A byte order mark that does not stand at the start of a document.
    ByteOrderMark,
    /// A control character that YAML does not allow.
    ControlCharacter,
    /// A `%YAML` or `%TAG` directive.
    Directive,
    /// A mapping that has a key twice; the key, when it is fit to be shown.
    DuplicateKey(Option<String>),
    /// A text that is neither UTF-8 nor UTF-16 with a byte order mark.
    Encoding(EncodingFault),
    /// A JSON text that breaks the grammar; what was expected.
    Json(&'static str),
    /// A key that is not a string, number or boolean.
    KeyType,
    /// A last line without a line feed whose length, a multiple of 4096 bytes, makes kubectl
    /// lose it.
    LastLine,
    /// A JSON escape for half of a surrogate pair.
    LoneSurrogate,
    /// A merge key (`<<`) whose value is not a mapping.
    MergeValue,
    /// A document that is not a mapping.
    NotAMapping,
    /// A number that JSON cannot hold: infinite, not a number, or out of range.
    NumberRange,
    /// A line that starts with `---` and goes on with something other than a comment.
    Separator,
    /// A text that breaks YAML's grammar; what was found or expected.
    Syntax(&'static str),
    /// A value that does not fit its tag.
    Tag,
    /// Something other than a comment after the end of a document (`...`).
    TextAfterDocument,
    /// Collections nested too deeply.
    TooDeep,
    /// A text too large to be read.
    TooLarge,
    /// A `!!binary` value whose bytes are not text.
    BinaryNotText,
}

/// What is wrong with a text's encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EncodingFault {
    /// A byte that is not UTF-8 where it stands, as text of Latin-1 has it.
    NotUtf8(u8),
    /// UTF-16, as it seems, but without the byte order mark that would tell.
    Utf16WithoutMark,
    /// Half of a surrogate pair in UTF-16.
    LoneSurrogate,
    /// A single byte at the end of UTF-16.
    HalfUnit,
}

impl fmt::Display for EncodingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8(byte) => write!(f, "the byte 0x{byte:02X} is not UTF-8"),
            Self::Utf16WithoutMark => f.write_str("looks like UTF-16 without a byte order mark"),
            Self::LoneSurrogate => f.write_str("half of a surrogate pair in UTF-16"),
            Self::HalfUnit => f.write_str("half a character at the end of UTF-16"),
        }
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { document, line, column, kind } = self;
        write!(f, "document {document}, line {line}, column {column}: {kind}")
    }
}

impl fmt::Display for YamlErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateKey(Some(key)) => write!(f, "the key `{key}` stands here twice"),
            Self::Encoding(fault) => fault.fmt(f),
            Self::Json(what) => write!(f, "not valid JSON: {what}"),
            Self::Syntax(what) => write!(f, "not valid YAML: {what}"),
            fixed => f.write_str(fixed.fixed_message()),
        }
    }
}

impl YamlErrorKind {
    fn fixed_message(&self) -> &'static str {
        match self {
            Self::AliasInsideItself => "an alias to the value that it is part of",
            Self::AliasUndefined => "an alias without an anchor before it in this document",
            Self::AliasesExcessive => "the aliases multiply the document's size too much",
            Self::BinaryNotText => "the bytes of this binary value are not text",
            Self::ByteOrderMark => "a byte order mark inside the text",
            Self::ControlCharacter => "a control character that YAML does not allow",
            Self::Directive => "YAML directives (%YAML, %TAG) are not supported",
            Self::DuplicateKey(_) => "a key stands in this mapping twice",
            Self::Encoding(_) => "neither UTF-8 nor UTF-16 with a byte order mark",
            Self::Json(_) => "not valid JSON",
            Self::KeyType => "this key is not a string, number or boolean",
            Self::LastLine => {
                "the last line needs a line feed at its end: with this length kubectl loses it"
            }
            Self::LoneSurrogate => "an escape for half of a surrogate pair",
            Self::MergeValue => "the value of a merge key (<<) is not a mapping",
            Self::NotAMapping => "the document is not a mapping (an object)",
            Self::NumberRange => "a number that JSON cannot hold",
            Self::Separator => "text after a document separator (---)",
            Self::Syntax(_) => "not valid YAML",
            Self::Tag => "the value does not fit its tag",
            Self::TextAfterDocument => "text after the end of the document, which kubectl ignores",
            Self::TooDeep => "collections nested too deeply",
            Self::TooLarge => "the text is too large",
        }
    }
}

impl std::error::Error for YamlError {}
