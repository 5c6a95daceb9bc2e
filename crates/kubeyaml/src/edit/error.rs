//! Why a file cannot be edited.

use std::fmt;

/// Why an edit cannot be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum EditError {
    /// The string has the tag `!!binary`.
    Binary,
    /// The string stands in a block (`|` or `>`) with a line break at its start or end that is not
    /// a line feed (U+0085, U+2028 or U+2029).
    BlockEdge,
    /// The node came through an alias or a merge key: what stands there is something else.
    Copied,
    /// The mapping has a key twice.
    DuplicateKeys,
    /// The entry or value is written in a way that cannot be edited: it begins with `?`, an anchor
    /// or a tag, or is a pair in brackets (`[key: value]`).
    Entry,
    /// The key is in the mapping already.
    KeyExists,
    /// The key is not in the mapping.
    KeyMissing,
    /// The mapping is in braces, and has a merge key.
    MergeInBraces,
    /// The node is neither a mapping nor null.
    NotAMapping,
    /// The node is not a string, but for example null or a number.
    NotAString,
    /// The edited file would hold something else than what the edits say, for a program that reads
    /// it.
    NotTheSame,
    /// The node is not of this file.
    OtherText,
    /// An edit is of a part of what another one changes.
    Overlap,
    /// Two edits are of the same place.
    SamePlace,
    /// The node is, or is part of, what an anchor names and an alias repeats: the edit would change
    /// more than one value.
    Shared,
    /// The edited file would be larger than what can be read.
    TooLarge,
    /// The string stands in a block (`|` or `>`) and the new one does not fit there: it is
    /// empty, has several lines, a blank at an edge or characters that cannot be printed.
    Unfit,
    /// A word is not in the string, or stands in the file in another way than it is read.
    WordMissing,
}

impl EditError {
    /// A name for programs, which does not change: `not-a-string`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        self.words().0
    }

    /// The name, and the message.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Binary => ("binary", "a string with the tag !!binary cannot be replaced"),
            Self::BlockEdge => (
                "block-edge",
                "a block that begins or ends with an unusual line break (U+0085, U+2028, U+2029) \
                 cannot be replaced",
            ),
            Self::Copied => (
                "copied",
                "what came through an alias or a merge key can only be edited where it stands",
            ),
            Self::DuplicateKeys => ("duplicate-keys", "the mapping has a key twice"),
            Self::Entry => (
                "entry",
                "an entry that is a pair in brackets, or begins with `?`, an anchor or a tag, \
                 cannot be edited",
            ),
            Self::KeyExists => ("key-exists", "the key is in the mapping already"),
            Self::KeyMissing => ("key-missing", "the key is not in the mapping"),
            Self::MergeInBraces => {
                ("merge-in-braces", "entries beside a merge key (<<) in braces cannot be edited")
            }
            Self::NotAMapping => ("not-a-mapping", "only a mapping has entries"),
            Self::NotAString => ("not-a-string", "only a string can be replaced"),
            Self::NotTheSame => {
                ("not-the-same", "the edits would change more of the file than they should")
            }
            Self::OtherText => ("other-text", "what is to be edited is not part of this file"),
            Self::Overlap => ("overlap", "an edit is of a part of what another one changes"),
            Self::SamePlace => ("same-place", "two edits are of the same place"),
            Self::Shared => {
                ("shared", "an alias elsewhere in the document repeats this, and would change too")
            }
            Self::TooLarge => ("too-large", "the edited file would be too large"),
            Self::Unfit => {
                ("unfit", "the new string does not fit into the block where the old one stands")
            }
            Self::WordMissing => {
                ("word-missing", "the word does not stand in the string as it is read")
            }
        }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().1)
    }
}

impl std::error::Error for EditError {}
