//! What a reader of YAML would stumble over, hidden from it and put back later: lines of a template, and bytes of another
//! encoding than UTF-8.

use memchr::memmem;
use zeroize::Zeroizing;

/// What was hidden, in the order of the file: characters that the file does not have stand in its place.
pub(super) struct Mask {
    /// Stands for a byte that is no UTF-8.
    pub(super) byte: char,
    /// Stands, behind `#`, for a line of a template.
    line: char,
    hidden: Vec<Hidden>,
}

enum Hidden {
    Byte(u8),
    Line(Zeroizing<Vec<u8>>),
}

/// A file in UTF-8, and what of it is hidden.
pub(super) struct Masked {
    pub(super) file: Zeroizing<Vec<u8>>,
    pub(super) mask: Mask,
}

impl Masked {
    /// Hides what is no UTF-8, and the lines of a template if `hides_lines`. None where nothing has to be hidden, or no
    /// characters are left to stand for it.
    pub(super) fn of(file: &[u8], hides_lines: bool) -> Option<Self> {
        let hides_lines = hides_lines && memmem::find(file, b"{{").is_some();
        if !hides_lines && str::from_utf8(file).is_ok() {
            return None;
        }
        let mut markers = ('\u{E000}'..='\u{E0FF}').filter(|marker| !has(file, *marker));
        let mask = Mask { byte: markers.next()?, line: markers.next()?, hidden: Vec::new() };
        // A hidden byte takes three; with room for all, no copy of a part is left behind.
        let room = file.len() + 2 * invalid_bytes(file);
        let mut masked = Self { file: Zeroizing::new(Vec::with_capacity(room)), mask };
        for line in file.split_inclusive(|byte| *byte == b'\n') {
            match template_line(line).filter(|_| hides_lines) {
                Some((before, action, after)) => masked.hide_line(before, action, after),
                None => masked.hide_bytes(line),
            }
        }
        (!masked.mask.hidden.is_empty()).then_some(masked)
    }

    fn hide_line(&mut self, before: &[u8], action: &[u8], after: &[u8]) {
        self.file.extend_from_slice(before);
        self.file.push(b'#');
        self.push(self.mask.line);
        self.mask.hidden.push(Hidden::Line(Zeroizing::new(action.to_vec())));
        self.file.extend_from_slice(after);
    }

    fn hide_bytes(&mut self, line: &[u8]) {
        for chunk in line.utf8_chunks() {
            self.file.extend_from_slice(chunk.valid().as_bytes());
            for byte in chunk.invalid() {
                self.push(self.mask.byte);
                self.mask.hidden.push(Hidden::Byte(*byte));
            }
        }
    }

    fn push(&mut self, marker: char) {
        self.file.extend_from_slice(marker.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl Mask {
    /// Puts back what was hidden; none where some of it is gone.
    pub(super) fn reveal(&self, file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let lines = self.hidden.iter().map(|hidden| match hidden {
            Hidden::Byte(_) => 1,
            Hidden::Line(line) => line.len(),
        });
        let mut revealed = Zeroizing::new(Vec::with_capacity(file.len() + lines.sum::<usize>()));
        let mut rest = file;
        for hidden in &self.hidden {
            let marker = match hidden {
                Hidden::Byte(_) => self.byte.to_string(),
                Hidden::Line(_) => format!("#{}", self.line),
            };
            let at = memmem::find(rest, marker.as_bytes())?;
            let (before, found) = rest.split_at_checked(at)?;
            // The other kind of marker comes in its own turn.
            if has(before, self.byte) || has(before, self.line) {
                return None;
            }
            revealed.extend_from_slice(before);
            match hidden {
                Hidden::Byte(byte) => revealed.push(*byte),
                Hidden::Line(line) => revealed.extend_from_slice(line),
            }
            rest = found.get(marker.len()..)?;
        }
        if has(rest, self.byte) || has(rest, self.line) {
            return None;
        }
        revealed.extend_from_slice(rest);
        Some(revealed)
    }

    /// The first hidden byte, for a message.
    pub(super) fn first_byte(&self) -> Option<u8> {
        self.hidden.iter().find_map(|hidden| match hidden {
            Hidden::Byte(byte) => Some(*byte),
            Hidden::Line(_) => None,
        })
    }
}

fn has(file: &[u8], marker: char) -> bool {
    memmem::find(file, marker.encode_utf8(&mut [0; 4]).as_bytes()).is_some()
}

fn invalid_bytes(file: &[u8]) -> usize {
    file.utf8_chunks().map(|chunk| chunk.invalid().len()).sum()
}

/// A line that is one action of a template and nothing else: what stands before it, the action, and what stands after it.
fn template_line(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let action = line.trim_ascii();
    let inner = action.strip_prefix(b"{{")?.strip_suffix(b"}}")?;
    if memmem::find(inner, b"}}").is_some() || memmem::find(inner, b"{{").is_some() {
        return None;
    }
    let indentation = line.len() - line.trim_ascii_start().len();
    let (before, rest) = line.split_at_checked(indentation)?;
    let (action, after) = rest.split_at_checked(action.len())?;
    // The comment in its place takes four bytes, as `{{}}` does.
    Some((before, action, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(file: &[u8], hides_lines: bool) -> Option<String> {
        let masked = Masked::of(file, hides_lines)?;
        assert_eq!(masked.mask.reveal(&masked.file).unwrap().as_slice(), file);
        assert!(masked.file.len() <= masked.file.capacity());
        Some(String::from_utf8(masked.file.to_vec()).unwrap())
    }

    #[test]
    fn what_is_hidden_comes_back() {
        let file =
            b"# gu\xE9ri\r\n  {{- if .a }}  \r\na: {{ .b }}\n{{ .c }}: {{ .d }}\n{{ .\xE9 }}";
        assert_eq!(
            masked(file, true).unwrap(),
            "# gu\u{E000}ri\r\n  #\u{E001}  \r\na: {{ .b }}\n{{ .c }}: {{ .d }}\n#\u{E001}"
        );
        assert_eq!(
            masked("a: \u{E000}\n{{ x }}".as_bytes(), true).unwrap(),
            "a: \u{E000}\n#\u{E002}"
        );
        assert_eq!(masked(b"\xFF\xFE\xFD", false).unwrap(), "\u{E000}\u{E000}\u{E000}");
    }

    #[test]
    fn nothing_is_hidden_where_nothing_has_to_be() {
        assert_eq!(masked(b"a: b\n{{ x }}\n", false), None);
        assert_eq!(masked(b"a: {{ x }}\n{{ x }}: {{ y }}\n", true), None);
    }

    #[test]
    fn what_is_gone_or_new_is_found_out() {
        let Masked { file, mask } = Masked::of(b"a\xE9b\n{{ x }}\n", true).unwrap();
        let text = str::from_utf8(&file).unwrap();
        for other in [
            text.replace('\u{E000}', ""),
            text.replace('\u{E001}', ""),
            format!("{text}\u{E000}"),
            format!("#\u{E001}{text}"),
        ] {
            assert!(mask.reveal(other.as_bytes()).is_none(), "{other}");
        }
    }
}
