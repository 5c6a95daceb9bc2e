//! What the scanner makes of the text.

use super::Style;
use super::cursor::Mark;
use super::text::SecretText;

pub(super) enum Token {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    /// A tag in its long form (`!` alone stays `!`), or one whose handle is not defined.
    Tag(Option<Vec<u8>>),
    Scalar(Scalar),
}

pub(super) struct Scalar {
    pub(super) text: SecretText,
    pub(super) style: Style,
    /// For block scalars: the column of the content.
    pub(super) indent: usize,
}

/// A token and where it stands.
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) start: Mark,
    /// The place after the token.
    pub(super) end: Mark,
}
