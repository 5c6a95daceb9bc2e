//! Lines of the text around a place.

use std::ops::Range;

/// The text of a document and its language.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a> {
    text: &'a str,
    /// Whether `#` begins a comment.
    comments: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str, comments: bool) -> Self {
        Self { text, comments }
    }

    pub(super) fn slice(self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn before(self, at: usize) -> &'a str {
        self.slice(0..at)
    }

    pub(super) fn from(self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    /// The blanks before a place, if nothing else stands before it on its line.
    pub(super) fn indentation(self, at: usize) -> Option<&'a str> {
        let start = self.skip_blanks_back(at);
        let before = self.before(start);
        let begins = before.is_empty() || before.ends_with(is_break);
        begins.then(|| self.slice(start..at))
    }

    /// The end of the line without its line break, if only blanks and a comment follow on it.
    pub(super) fn rest_is_free(self, at: usize) -> Option<usize> {
        let at = self.skip_comment(self.skip_blanks(at));
        let rest = self.from(at);
        (rest.is_empty() || rest.starts_with(is_break)).then_some(at)
    }

    /// The line break at a place; nothing at the end of the text.
    pub(super) fn line_break(self, at: usize) -> &'a str {
        let rest = self.from(at);
        let breaks = ["\r\r\n", "\r\n", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"];
        let found = breaks.into_iter().find(|found| rest.starts_with(found));
        found.and_then(|found| rest.get(..found.len())).unwrap_or_default()
    }

    /// The place after the line break.
    pub(super) fn after_break(self, at: usize) -> usize {
        at + self.line_break(at).len()
    }

    /// How the line ends that a place is on: with its own line break, or that of the line before.
    pub(super) fn style_of_break(self, at: usize) -> &'a str {
        let ahead = self.from(at).find(is_break).map(|ahead| self.line_break(at + ahead));
        let behind = || {
            let end = self.before(at).rfind(is_break)?;
            let start = self.before(end).trim_end_matches('\r').len();
            let is_feed = self.from(end).starts_with('\n');
            Some(self.line_break(if is_feed { start } else { end }))
        };
        ahead.or_else(behind).unwrap_or("\n")
    }

    pub(super) fn skip_blanks(self, at: usize) -> usize {
        let rest = self.from(at);
        at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
    }

    pub(super) fn skip_blanks_back(self, at: usize) -> usize {
        self.before(at).trim_end_matches([' ', '\t']).len()
    }

    /// The next place where something stands that is not a blank, a line break or a comment.
    pub(super) fn skip_space(self, at: usize) -> usize {
        let mut at = at;
        loop {
            let next = self.skip_comment(self.skip_space_but_comments(at));
            if next == at {
                return at;
            }
            at = next;
        }
    }

    /// The next place where something stands that is not a blank or a line break.
    pub(super) fn skip_space_but_comments(self, at: usize) -> usize {
        let rest = self.from(at);
        let is_space = |c| matches!(c, ' ' | '\t') || is_break(c);
        at + rest.len() - rest.trim_start_matches(is_space).len()
    }

    fn skip_comment(self, at: usize) -> usize {
        let rest = self.from(at);
        if !self.comments || !rest.starts_with('#') {
            return at;
        }
        at + rest.find(is_break).unwrap_or(rest.len())
    }
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
