//! A text to its documents, split as kubectl splits it.

use super::cursor::Mark;
use super::error::{YamlError, YamlErrorKind};
use super::mapping::DuplicateKeys;
use super::node::Position;
use super::{Origin, Problem, json};

/// The size of kubectl's buffer: how far it looks to tell JSON from YAML.
const BUFFER: usize = 4096;

/// After so many objects kubectl takes what is not JSON for an error, no longer for YAML.
const MOST_BEFORE_YAML: usize = 1;

/// The language of a file or of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Documents in YAML, separated by `---`.
    Yaml,
    /// Objects in JSON, one after the other.
    Json,
}

/// Where a document stands in the text.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) format: Format,
    /// Counted from 1.
    pub(super) first_line: usize,
    /// Characters before it on its line.
    first_column: usize,
}

impl Extent {
    /// A document of no length yet.
    fn new(format: Format, start: usize, position: Position) -> Self {
        let Position { line, column } = position;
        Self { start, end: start, format, first_line: line, first_column: column - 1 }
    }

    /// Where the document begins, for the nodes of an input.
    pub(super) fn origin(self, input: u32) -> Origin {
        let Self { start, first_line, first_column, .. } = self;
        Origin { input, offset: start, line: first_line, column: first_column }
    }
}

/// The documents of a text.
pub(super) struct Split {
    pub(super) documents: Vec<Extent>,
    /// JSON if there is nothing else.
    pub(super) format: Format,
    /// Why one of the documents, which is taken for YAML, is no JSON: what to say if it is not
    /// YAML either.
    pub(super) not_json: Option<YamlError>,
}

/// Finds the documents of a text that begins at `start`, after a byte order mark.
pub(super) fn split(text: &str, start: usize) -> Result<Split, YamlError> {
    let body = text.get(start..).unwrap_or_default();
    let mut documents = Vec::new();
    let begin = Position { line: 1, column: 1 };
    let yaml = if looks_like_json(body) {
        split_json(body, start, &mut documents)?
    } else {
        Some(Yaml { first: Extent::new(Format::Yaml, start, begin), not_json: None })
    };
    let Some(Yaml { first, not_json }) = yaml else {
        return Ok(Split { documents, format: Format::Json, not_json: None });
    };
    match split_yaml(text, first, &mut documents) {
        Ok(()) => Ok(Split { documents, format: Format::Yaml, not_json }),
        Err(error) => Err(not_json.unwrap_or(error)),
    }
}

fn looks_like_json(text: &str) -> bool {
    let first = text.char_indices().find(|(_, character)| !character.is_whitespace());
    first.is_some_and(|(at, character)| character == '{' && at < BUFFER)
}

/// The part of a text that is YAML: the first document in it, and what else may be wrong with that.
struct Yaml {
    first: Extent,
    not_json: Option<YamlError>,
}

/// A line that begins with `---` separates documents, or begins the first one. After JSON it may
/// be the first line of what is YAML.
fn split_yaml(
    text: &str,
    mut current: Extent,
    documents: &mut Vec<Extent>,
) -> Result<(), YamlError> {
    let body = text.get(current.start..).unwrap_or_default();
    let after_json = (!documents.is_empty()).then_some(current.start);
    let mut number = current.first_line;
    let mut end = current.start;
    for line in body.split_inclusive('\n') {
        let start = end;
        end += line.len();
        if let Some(rest) = line.strip_prefix("---") {
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                let document = documents.len() + 1;
                let kind = YamlErrorKind::Separator;
                return Err(YamlError { document, line: number, column: 1, kind });
            }
            let is_empty = start == current.start;
            if !is_empty {
                documents.push(Extent { end: start, ..current });
            }
            if !is_empty || after_json == Some(start) {
                current = Extent::new(Format::Yaml, end, Position { line: number + 1, column: 1 });
            }
        }
        number += 1;
    }
    if end > current.start {
        documents.push(Extent { end, ..current });
    }
    if is_last_line_lost(body) {
        // That line has no line feed, and so it is the last one that was counted.
        let (document, line) = (documents.len().max(1), number - 1);
        return Err(YamlError { document, line, column: 1, kind: YamlErrorKind::LastLine });
    }
    Ok(())
}

/// kubectl loses a last line without a line feed when its buffer is full at the line's end.
fn is_last_line_lost(text: &str) -> bool {
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    let mut rest = text.as_bytes().get(start..).unwrap_or_default();
    let mut filled = false;
    while let Some((buffer, after)) = rest.split_at_checked(BUFFER) {
        // A carriage return at the end waits for the line feed that may follow.
        let kept = usize::from(buffer.ends_with(b"\r"));
        rest = rest.get(BUFFER - kept..).unwrap_or(after);
        filled = true;
    }
    filled && rest.is_empty()
}

/// Finds the objects by their braces, and where YAML begins.
///
/// What is inside the objects is checked when they are parsed, but for those that kubectl takes
/// for YAML if they are not JSON.
fn split_json(
    text: &str,
    offset: usize,
    documents: &mut Vec<Extent>,
) -> Result<Option<Yaml>, YamlError> {
    let mut here = Place { at: 0, position: Position { line: 1, column: 1 } };
    // `null`, which kubectl passes over, is one of them.
    let mut values = 0;
    loop {
        let yaml = here.skip_space(text);
        let rest = here.rest(text);
        let object = Extent::new(Format::Json, offset + here.at, here.position);
        let (length, problem) = match rest.as_bytes() {
            [] => return Ok(None),
            [b'{', ..] => {
                let length = object_length(rest.as_bytes());
                (length, json_problem(rest.get(..length).unwrap_or_default(), values))
            }
            [b'n', b'u', b'l', b'l', ..] => (4, None),
            [first, ..] => (0, Some((between_objects(rest, values), *first))),
        };
        if let Some((problem, found)) = problem {
            let error = problem.locate(documents.len() + 1, object.origin(0));
            let is_yaml = values <= MOST_BEFORE_YAML && !begins_like_value(rest.as_bytes());
            return if is_yaml && yaml.may_begin(text) {
                let first = Extent::new(Format::Yaml, offset + yaml.at, yaml.position);
                Ok(Some(Yaml { first, not_json: (!is_of_yaml(found)).then_some(error) }))
            } else {
                Err(error)
            };
        }
        if rest.starts_with('{') {
            documents.push(Extent { end: object.start + length, ..object });
        }
        here.advance(text, length);
        values += 1;
    }
}

/// A place in a text of JSON.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    position: Position,
}

impl Place {
    fn rest(self, text: &str) -> &str {
        text.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, text: &str, length: usize) {
        self.rest(text).bytes().take(length).for_each(|byte| self.position.advance(byte));
        self.at += length;
    }

    /// Goes to what comes next, and tells where it would begin if it were YAML: kubectl goes over
    /// the white space before it up to a line feed.
    fn skip_space(&mut self, text: &str) -> Self {
        let mut yaml = None;
        while let Some(byte) = self.rest(text).bytes().next().filter(u8::is_ascii_whitespace) {
            self.advance(text, 1);
            if byte == b'\n' {
                yaml.get_or_insert(*self);
            }
        }
        yaml.unwrap_or(*self)
    }

    /// Whether YAML is taken where it begins here. In the middle of a line, what stands in a column
    /// has another one for kubectl, and so only what needs none may stand there.
    fn may_begin(self, text: &str) -> bool {
        self.position.column == 1 || self.rest(text).starts_with(['{', '#'])
    }
}

/// Why an object is no JSON, and the byte where that shows; nothing of one that is only looked at
/// later, as kubectl takes it for YAML in no case.
fn json_problem(object: &str, values_before: usize) -> Option<(Problem, u8)> {
    if values_before > MOST_BEFORE_YAML {
        return None;
    }
    let origin = Origin { input: 0, offset: 0, line: 1, column: 0 };
    let problem = json::parse(object, origin, DuplicateKeys::LastCounts).err()?;
    let mark = problem.mark().filter(|_| matches!(problem.kind(), YamlErrorKind::Json(_)))?;
    let found = object.as_bytes().get(mark.offset).copied().unwrap_or(0);
    Some((problem, found))
}

/// Whether this is a value other than an object to a reader of JSON: kubectl takes it, and
/// nothing but JSON after it.
fn begins_like_value(rest: &[u8]) -> bool {
    matches!(rest, [b'"' | b'[' | b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..])
        || [&b"true"[..], b"false"].iter().any(|word| rest.starts_with(word))
}

/// Something other than an object stands where one should begin.
fn between_objects(rest: &str, values_before: usize) -> Problem {
    let what = if rest.starts_with("---") && values_before > MOST_BEFORE_YAML {
        "`---` has to stand between all of the objects, or between none"
    } else {
        "expected `{` or the end of the file"
    };
    Problem::new(YamlErrorKind::Json(what), Mark::default())
}

/// Whether this byte, where JSON has another one, tells that somebody wrote YAML: then YAML's own
/// message is the better one.
fn is_of_yaml(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'\'' | b'#' | b'-')
}

/// The length up to the brace that closes the first one, or all of it.
fn object_length(text: &[u8]) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}
