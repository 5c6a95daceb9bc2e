//! Block scalars: `|` and `>`.

use super::cursor::Break;
use super::scanner::Scanner;
use super::text::SecretBuilder;
use super::token::{Scalar, Spanned, Token};
use super::{Problem, Style};

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Clip,
    Keep,
    Strip,
}

impl Scanner<'_> {
    /// A block scalar, from its indicator to the end of its last line with content.
    pub(super) fn scan_block_scalar(&mut self, style: Style) -> Result<Spanned, Problem> {
        let start = self.cursor.mark();
        self.cursor.advance();
        let (chomping, increment) = self.scan_block_header()?;
        let mut end = self.cursor.mark();
        self.cursor.take_break();

        let mut indent =
            increment.map(|increment| usize::try_from(self.indent).unwrap_or(0) + increment);
        let mut text = SecretBuilder::default();
        let mut breaks = String::new();
        let content_column = self.scan_block_breaks(&mut indent, &mut breaks)?;
        let mut last_break: Option<Break> = None;
        let mut after_blank = false;
        while self.cursor.column() == content_column && !self.cursor.at_end() {
            let blank = self.cursor.is_blank(0);
            let folds = style == Style::Folded && !after_blank && !blank;
            push_breaks(last_break.take(), &breaks, folds, &mut text);
            breaks.clear();
            after_blank = blank;
            let line = self.cursor.mark();
            self.cursor.advance_while(|cursor| !cursor.is_break(0));
            text.push_str(self.cursor.slice(line, self.cursor.mark()));
            end = self.cursor.mark();
            last_break = self.cursor.take_break();
            self.scan_block_breaks(&mut indent, &mut breaks)?;
        }
        if let Some(found) = last_break.filter(|_| chomping != Chomping::Strip) {
            text.push_str(found.text);
        }
        if chomping == Chomping::Keep {
            text.push_str(&breaks);
        }
        let scalar = Scalar { text: text.finish(), style, indent: content_column };
        Ok(Spanned { token: Token::Scalar(scalar), start, end })
    }

    /// The indicators for line breaks and indentation, in either order, and a comment.
    fn scan_block_header(&mut self) -> Result<(Chomping, Option<usize>), Problem> {
        let (mut chomping, mut increment) = (None, None);
        for _ in 0..2 {
            match self.cursor.byte(0) {
                b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                b'0' if increment.is_none() => {
                    return Err(self.problem("an indentation indicator of 0"));
                }
                digit @ b'1'..=b'9' if increment.is_none() => {
                    increment = Some(usize::from(digit - b'0'));
                }
                _ => break,
            }
            self.cursor.advance();
        }
        self.cursor.skip_blanks_and_comment();
        if !self.cursor.is_break_or_end(0) {
            return Err(self.problem("text on the line of a block scalar's indicator"));
        }
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    /// Goes over empty lines and the indentation of the next line with content. The column of the
    /// content is found here when it is not known yet.
    fn scan_block_breaks(
        &mut self,
        indent: &mut Option<usize>,
        breaks: &mut String,
    ) -> Result<usize, Problem> {
        let mut widest = 0;
        loop {
            let known = *indent;
            let left_of_content = |column| known.is_none_or(|indent| column < indent);
            self.cursor
                .advance_while(|cursor| cursor.byte(0) == b' ' && left_of_content(cursor.column()));
            widest = widest.max(self.cursor.column());
            if self.cursor.byte(0) == b'\t' && left_of_content(self.cursor.column()) {
                return Err(self.problem("a tab where an indentation space is expected"));
            }
            let Some(found) = self.cursor.take_break() else { break };
            breaks.push_str(found.text);
        }
        let least = usize::try_from(self.indent + 1).unwrap_or(0).max(1);
        Ok(*indent.get_or_insert(widest.max(least)))
    }
}

/// Puts the line breaks between two lines. Folded, one break is a space, and of more the first is
/// dropped.
fn push_breaks(first: Option<Break>, more: &str, folds: bool, text: &mut SecretBuilder) {
    match first {
        Some(found) if !(folds && found.folds()) => text.push_str(found.text),
        Some(_) if more.is_empty() => text.push_str(" "),
        _ => {}
    }
    text.push_str(more);
}
