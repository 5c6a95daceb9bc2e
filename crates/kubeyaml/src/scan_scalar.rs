//! Plain and quoted scalars.

use super::Problem;
use super::cursor::{Break, Mark};
use super::scanner::Scanner;
use super::text::{SecretBuilder, SecretText};

/// White space inside a scalar that may go over several lines.
#[derive(Default)]
struct Gap {
    /// Blanks on the line, as long as no line break was met.
    blanks: String,
    first_break: Option<Break>,
    more_breaks: String,
    /// Whether a line has begun in this gap: its blanks are indentation.
    line_begun: bool,
}

impl Gap {
    fn add_break(&mut self, found: Break) {
        if self.line_begun {
            self.more_breaks.push_str(found.text);
        } else {
            self.blanks.clear();
            self.first_break = Some(found);
            self.line_begun = true;
        }
    }

    /// Folds the gap into the text: one break is a space, of more the first is dropped.
    fn fold_into(self, text: &mut SecretBuilder) {
        if !self.line_begun {
            return text.push_str(&self.blanks);
        }
        match self.first_break {
            Some(found) if !found.folds() => text.push_str(found.text),
            Some(_) if self.more_breaks.is_empty() => text.push_str(" "),
            // An escaped line break joins without a space.
            _ => {}
        }
        text.push_str(&self.more_breaks);
    }
}

impl Scanner<'_> {
    /// A plain scalar, and the place after it.
    pub(super) fn scan_plain(&mut self) -> Result<(SecretText, Mark), Problem> {
        let mut text = SecretBuilder::default();
        let indent = self.indent + 1;
        let mut end = self.cursor.mark();
        let mut gap = Gap::default();
        while !self.cursor.is_document_indicator(b'-')
            && !self.cursor.is_document_indicator(b'.')
            && self.cursor.byte(0) != b'#'
        {
            let start = self.cursor.mark();
            while !self.cursor.is_blank_or_end(0) && !self.ends_plain() {
                self.cursor.advance();
            }
            let run = self.cursor.slice(start, self.cursor.mark());
            if !run.is_empty() {
                std::mem::take(&mut gap).fold_into(&mut text);
                text.push_str(run);
                end = self.cursor.mark();
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            self.scan_gap(&mut gap, Some(indent))?;
            if self.flow_level == 0 && self.cursor.column().cast_signed() < indent {
                break;
            }
        }
        if gap.line_begun {
            self.simple_key_allowed = true;
        }
        Ok((text.finish(), end))
    }

    fn ends_plain(&self) -> bool {
        match self.cursor.byte(0) {
            b':' => self.cursor.is_blank_or_end(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.flow_level > 0,
            _ => false,
        }
    }

    /// Goes over blanks and line breaks. In plain scalars, a tab left of `indent` is an error.
    fn scan_gap(&mut self, gap: &mut Gap, indent: Option<isize>) -> Result<(), Problem> {
        loop {
            if self.cursor.is_blank(0) {
                let column = self.cursor.column().cast_signed();
                let is_tab = self.cursor.byte(0) == b'\t';
                if gap.line_begun && is_tab && indent.is_some_and(|indent| column < indent) {
                    return Err(self.problem("a tab where an indentation space is expected"));
                }
                self.cursor.advance();
                if !gap.line_begun {
                    gap.blanks.push(if is_tab { '\t' } else { ' ' });
                }
            } else if let Some(found) = self.cursor.take_break() {
                gap.add_break(found);
            } else {
                return Ok(());
            }
        }
    }

    /// A quoted scalar, and the place after its closing quote.
    pub(super) fn scan_quoted(&mut self, single: bool) -> Result<(SecretText, Mark), Problem> {
        let mut text = SecretBuilder::default();
        let opening = self.cursor.mark();
        let quote = if single { b'\'' } else { b'"' };
        self.cursor.advance();
        loop {
            if self.cursor.is_document_indicator(b'-') || self.cursor.is_document_indicator(b'.') {
                return Err(self.problem("a document separator inside quotes"));
            }
            if self.cursor.at_end() {
                return Err(Problem::syntax("the quote opened here is not closed", opening));
            }
            let mut gap = Gap::default();
            self.scan_quoted_run(quote, &mut text, &mut gap)?;
            if self.cursor.byte(0) == quote {
                break;
            }
            self.scan_gap(&mut gap, None)?;
            gap.fold_into(&mut text);
        }
        self.cursor.advance();
        Ok((text.finish(), self.cursor.mark()))
    }

    /// Characters up to a blank, a line break or the closing quote.
    fn scan_quoted_run(
        &mut self,
        quote: u8,
        text: &mut SecretBuilder,
        gap: &mut Gap,
    ) -> Result<(), Problem> {
        while !self.cursor.is_blank_or_end(0) {
            let start = self.cursor.mark();
            self.cursor.advance_while(|cursor| {
                let plain = cursor.byte(0) != quote && (quote == b'\'' || cursor.byte(0) != b'\\');
                plain && !cursor.is_blank_or_end(0)
            });
            text.push_str(self.cursor.slice(start, self.cursor.mark()));
            match (self.cursor.byte(0), self.cursor.byte(1)) {
                (b'\'', b'\'') if quote == b'\'' => {
                    text.push_str("'");
                    self.cursor.advance_by(2);
                }
                (b'\\', _) if quote == b'"' && self.cursor.is_break(1) => {
                    self.cursor.advance();
                    self.cursor.take_break();
                    gap.line_begun = true;
                    return Ok(());
                }
                (b'\\', escape) if quote == b'"' => self.scan_escape(escape, text)?,
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    fn scan_escape(&mut self, escape: u8, text: &mut SecretBuilder) -> Result<(), Problem> {
        let character = match escape {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0B',
            b'f' => '\x0C',
            b'r' => '\r',
            b'e' => '\x1B',
            b' ' | b'"' | b'\'' | b'\\' => char::from(escape),
            b'N' => '\u{85}',
            b'_' => '\u{A0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.scan_code(2, text),
            b'u' => return self.scan_code(4, text),
            b'U' => return self.scan_code(8, text),
            _ => return Err(self.problem("an unknown escape")),
        };
        self.cursor.advance_by(2);
        text.push(character);
        Ok(())
    }

    /// `\x`, `\u` or `\U` with its hexadecimal digits.
    fn scan_code(&mut self, digits: usize, text: &mut SecretBuilder) -> Result<(), Problem> {
        let start = self.cursor.mark();
        self.cursor.advance_by(2);
        let mut code = 0;
        for _ in 0..digits {
            let Some(digit) = char::from(self.cursor.byte(0)).to_digit(16) else {
                return Err(Problem::syntax("an escape without its hexadecimal digits", start));
            };
            code = (code << 4) | digit;
            self.cursor.advance();
        }
        let character = char::from_u32(code)
            .ok_or_else(|| Problem::syntax("an escape for what is not a character", start))?;
        text.push(character);
        Ok(())
    }
}
