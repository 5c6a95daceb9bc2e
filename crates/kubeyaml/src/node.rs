//! What a document holds, and where each part stands in the text.

use std::fmt;
use std::ops::Range;

use super::mapping::Mapping;
use super::number::Number;
use super::text::SecretText;

/// A value and the place it was read from.
///
/// It may hold plaintext: no `Debug`, and strings are overwritten when dropped.
#[derive(Clone)]
pub struct Node {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// The value of a node, as kubectl reads it.
pub enum Value {
    /// `null`, `~`, or nothing.
    Null,
    /// A boolean. YAML 1.1 has many words for it: `yes`, `on`, `n` …
    Bool(bool),
    /// A number. YAML 1.1 has octal (`0777`), hexadecimal, binary and `1_000`.
    Number(Number),
    /// A string.
    String(SecretText),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping from strings.
    Mapping(Mapping),
}

/// What kind of value a node holds. `Display` names it as messages do: `a string`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// [`Value::Null`]
    Null,
    /// [`Value::Bool`]
    Boolean,
    /// [`Value::Number`]
    Number,
    /// [`Value::String`]
    String,
    /// [`Value::Sequence`]
    List,
    /// [`Value::Mapping`]
    Mapping,
}

/// How a node is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// A YAML scalar without quotes.
    Plain,
    /// A YAML scalar in `'`.
    SingleQuoted,
    /// A YAML scalar in `"`.
    DoubleQuoted,
    /// A YAML block scalar that begins with `|`.
    Literal,
    /// A YAML block scalar that begins with `>`.
    Folded,
    /// A value in JSON.
    Json,
    /// A YAML sequence or mapping.
    Collection,
}

/// A place in the file, for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

/// What a node is part of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Context {
    /// It is the document.
    Root,
    /// It is a key or value in a YAML mapping without braces.
    BlockMapping,
    /// It is an item in a YAML sequence without brackets.
    BlockSequence,
    /// It stands in brackets or braces, or in JSON.
    Flow,
}

/// Where a node stands and how it is written.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The number of the [`Input`](super::Input) that the node was read from.
    pub(super) input: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) line: u32,
    pub(super) column: u32,
    /// For block scalars: the column of the content. For what else is a value in a block mapping:
    /// the column of the mapping. Counted from 0.
    pub(super) indent: u32,
    pub(super) context: Context,
    pub(super) style: Style,
    pub(super) copied: bool,
    pub(super) shared: bool,
    pub(super) binary: bool,
}

impl Node {
    /// How many collections are one inside the other, at most.
    #[must_use]
    pub fn height(&self) -> usize {
        let highest = match &self.value {
            Value::Sequence(items) => items.iter().map(Self::height).max(),
            Value::Mapping(mapping) => mapping.iter().map(|(_, node)| node.height()).max(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return 0,
        };
        1 + highest.unwrap_or(0)
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value, taken out of the node.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The string, if the value is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// The mapping, if the value is one.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The list, if the value is one.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Where the node begins in the file.
    #[must_use]
    pub fn position(&self) -> Position {
        self.place.position()
    }

    /// The node's bytes in [`Input::text`](super::Input::text): with quotes, or from the indicator
    /// of a block scalar to the end of its last line with content. Empty for a value left out.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.place.start as usize..self.place.end as usize
    }

    /// How the node is written.
    #[must_use]
    pub fn style(&self) -> Style {
        self.place.style
    }

    /// Whether the node came here through an alias or a merge key, and stands elsewhere in the
    /// text. An alias itself has the position of the alias, what is inside it that of the anchor.
    #[must_use]
    pub fn is_copied(&self) -> bool {
        self.place.copied
    }

    /// Whether the node is, or is part of, what an anchor names and an alias repeats elsewhere. An
    /// edit of it would change more than one value.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.place.shared
    }

    /// Whether the string was written as base64 with the tag `!!binary`.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        self.place.binary
    }
}

/// With loops of its own: a derived one takes three times the stack, which deep nesting needs.
impl Clone for Value {
    fn clone(&self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Bool(value) => Self::Bool(*value),
            Self::Number(number) => Self::Number(*number),
            Self::String(text) => Self::String(text.clone()),
            Self::Sequence(items) => {
                let mut copy = Vec::with_capacity(items.len());
                for item in items {
                    copy.push(item.clone());
                }
                Self::Sequence(copy)
            }
            Self::Mapping(mapping) => Self::Mapping(mapping.clone()),
        }
    }
}

impl Value {
    /// What kind of value this is.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        match self {
            Self::Null => NodeKind::Null,
            Self::Bool(_) => NodeKind::Boolean,
            Self::Number(_) => NodeKind::Number,
            Self::String(_) => NodeKind::String,
            Self::Sequence(_) => NodeKind::List,
            Self::Mapping(_) => NodeKind::Mapping,
        }
    }
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Mapping => "a mapping",
        })
    }
}

impl Place {
    pub(super) fn position(&self) -> Position {
        Position { line: self.line as usize, column: self.column as usize }
    }
}

impl Position {
    /// Goes over one byte of UTF-8.
    pub(super) fn advance(&mut self, byte: u8) {
        match byte {
            b'\n' => *self = Self { line: self.line + 1, column: 1 },
            // The later bytes of a character.
            0x80..=0xBF => {}
            _ => self.column += 1,
        }
    }
}
