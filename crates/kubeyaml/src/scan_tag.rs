//! Anchors, aliases and tags.

use super::Problem;
use super::cursor::Cursor;
use super::scanner::Scanner;

/// What the handle `!!` stands for.
const STANDARD_PREFIX: &[u8] = b"tag:yaml.org,2002:";

impl Scanner<'_> {
    /// The name after `&` or `*`.
    pub(super) fn scan_name(&mut self) -> Result<String, Problem> {
        self.cursor.advance();
        let start = self.cursor.mark();
        self.cursor.advance_while(is_word);
        let name = self.cursor.slice(start, self.cursor.mark());
        let ended = self.cursor.is_blank_or_end(0)
            || matches!(self.cursor.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ended {
            return Err(self.problem("the name of an anchor has letters, digits, `-` and `_`"));
        }
        Ok(name.to_owned())
    }

    /// A tag, in its long form; `None` if its handle is not defined.
    pub(super) fn scan_tag(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let tag = if self.cursor.byte(1) == b'<' {
            self.cursor.advance_by(2);
            let tag = self.scan_uri()?;
            if self.cursor.byte(0) != b'>' {
                return Err(self.problem("expected `>` at the end of the tag"));
            }
            self.cursor.advance();
            Some(tag)
        } else {
            self.scan_short_tag()?
        };
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.problem("expected a space after the tag"));
        }
        Ok(tag)
    }

    /// `!`, `!suffix`, or `!!suffix`; other handles need a directive.
    fn scan_short_tag(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let start = self.cursor.mark();
        self.cursor.advance();
        self.cursor.advance_while(is_word);
        let word = self.cursor.slice(start, self.cursor.mark());
        if self.cursor.byte(0) != b'!' {
            let mut tag = word.as_bytes().to_vec();
            self.scan_uri_into(&mut tag)?;
            return Ok(Some(tag));
        }
        self.cursor.advance();
        let mut tag = STANDARD_PREFIX.to_vec();
        tag.extend(self.scan_uri()?);
        Ok((word == "!").then_some(tag))
    }

    fn scan_uri(&mut self) -> Result<Vec<u8>, Problem> {
        let mut uri = Vec::new();
        self.scan_uri_into(&mut uri)?;
        if uri.is_empty() {
            return Err(self.problem("expected the name of a tag"));
        }
        Ok(uri)
    }

    fn scan_uri_into(&mut self, uri: &mut Vec<u8>) -> Result<(), Problem> {
        loop {
            if self.cursor.byte(0) == b'%' {
                self.scan_escaped_character(uri)?;
            } else if is_word(&self.cursor)
                || matches!(
                    self.cursor.byte(0),
                    b';' | b'/'
                        | b'?'
                        | b':'
                        | b'@'
                        | b'&'
                        | b'='
                        | b'+'
                        | b'$'
                        | b','
                        | b'.'
                        | b'!'
                        | b'~'
                        | b'*'
                        | b'\''
                        | b'('
                        | b')'
                        | b'['
                        | b']'
                )
            {
                uri.push(self.cursor.byte(0));
                self.cursor.advance();
            } else {
                return Ok(());
            }
        }
    }

    /// One character as percent-encoded UTF-8 bytes.
    fn scan_escaped_character(&mut self, uri: &mut Vec<u8>) -> Result<(), Problem> {
        let first = self.scan_escaped_byte()?;
        let following = match first {
            0..=0x7F => 0,
            0xC0..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF7 => 3,
            _ => return Err(self.problem("a wrong escape in a tag")),
        };
        uri.push(first);
        for _ in 0..following {
            let byte = self.scan_escaped_byte()?;
            if byte & 0xC0 != 0x80 {
                return Err(self.problem("a wrong escape in a tag"));
            }
            uri.push(byte);
        }
        Ok(())
    }

    fn scan_escaped_byte(&mut self) -> Result<u8, Problem> {
        let digit = |ahead| char::from(self.cursor.byte(ahead)).to_digit(16);
        let (b'%', Some(high), Some(low)) = (self.cursor.byte(0), digit(1), digit(2)) else {
            return Err(self.problem("a wrong escape in a tag"));
        };
        self.cursor.advance_by(3);
        u8::try_from(high * 16 + low).map_err(|_| self.problem("a wrong escape in a tag"))
    }
}

fn is_word(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.byte(0), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-')
}
