//! A place in the text of one YAML document, and what stands there.

/// A place in the text.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    /// Bytes from the start of the document.
    pub(super) offset: usize,
    /// Characters from the start of the document.
    pub(super) index: usize,
    /// Lines from the start of the document.
    pub(super) line: usize,
    /// Characters from the start of the line.
    pub(super) column: usize,
}

/// A line break: its bytes in the text, and what it stands for in a scalar.
#[derive(Clone, Copy)]
pub(super) struct Break {
    len: usize,
    pub(super) text: &'static str,
}

impl Break {
    /// A line feed in the value; the others (LS and PS) stand for themselves and are not folded.
    pub(super) fn folds(self) -> bool {
        self.text == "\n"
    }
}

/// Reads the text of one document. The text holds no NUL, so that `0` means its end.
pub(super) struct Cursor<'a> {
    text: &'a str,
    mark: Mark,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, mark: Mark::default() }
    }

    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    pub(super) fn column(&self) -> usize {
        self.mark.column
    }

    /// The byte at `ahead` bytes from here; `0` at the end of the text.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.mark.offset + ahead).copied().unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.byte(0) == 0
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t')
    }

    pub(super) fn is_break(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b'\n' | b'\r' => true,
            0xC2 => self.byte(ahead + 1) == 0x85,
            0xE2 => self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xA8 | 0xA9),
            _ => false,
        }
    }

    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.byte(ahead) == 0 || self.is_break(ahead)
    }

    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// Whether `---` or `...`, as `indicator`, stands here at the start of a line.
    pub(super) fn is_document_indicator(&self, indicator: u8) -> bool {
        self.mark.column == 0
            && (0..3).all(|ahead| self.byte(ahead) == indicator)
            && self.is_blank_or_end(3)
    }

    pub(super) fn slice(&self, start: Mark, end: Mark) -> &'a str {
        self.text.get(start.offset..end.offset).unwrap_or_default()
    }

    /// Goes over one character that is not a line break.
    pub(super) fn advance(&mut self) {
        self.mark.offset += match self.byte(0) {
            0 => return,
            0x01..=0x7F => 1,
            0x80..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0.. => 4,
        };
        self.mark.index += 1;
        self.mark.column += 1;
    }

    pub(super) fn advance_by(&mut self, characters: usize) {
        for _ in 0..characters {
            self.advance();
        }
    }

    /// Goes over characters as long as `wanted` holds for their first byte.
    pub(super) fn advance_while(&mut self, wanted: impl Fn(&Self) -> bool) {
        while !self.at_end() && wanted(self) {
            self.advance();
        }
    }

    /// Goes over a line break, if one stands here.
    ///
    /// `CR CR LF` is one break: the reader of the stream turns `CR LF` into `LF` first, and what
    /// is left, `CR LF`, is one break again.
    pub(super) fn take_break(&mut self) -> Option<Break> {
        let found = match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'\n', ..) => Break { len: 1, text: "\n" },
            (b'\r', b'\n', _) => Break { len: 2, text: "\n" },
            (b'\r', b'\r', b'\n') => Break { len: 3, text: "\n" },
            (b'\r', ..) => Break { len: 1, text: "\n" },
            (0xC2, 0x85, _) => Break { len: 2, text: "\n" },
            (0xE2, 0x80, 0xA8) => Break { len: 3, text: "\u{2028}" },
            (0xE2, 0x80, 0xA9) => Break { len: 3, text: "\u{2029}" },
            _ => return None,
        };
        self.mark.offset += found.len;
        self.mark.index += 1;
        self.mark.line += 1;
        self.mark.column = 0;
        Some(found)
    }

    /// Goes over the rest of a line after an indicator: blanks and a comment.
    pub(super) fn skip_blanks_and_comment(&mut self) {
        self.advance_while(|cursor| cursor.is_blank(0));
        if self.byte(0) == b'#' {
            self.advance_while(|cursor| !cursor.is_break(0));
        }
    }

    /// At the end of the text everything counts as standing at the start of a line.
    pub(super) fn end_line(&mut self) {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
    }
}
