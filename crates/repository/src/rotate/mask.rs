//! What a reader of YAML would stumble over, hidden from it and put back later: the actions of a template, and bytes of
//! another encoding than UTF-8.

use std::ops::RangeInclusive;

use memchr::memmem;
use zeroize::Zeroizing;

/// Characters of which the first that a file does not have stand for what is hidden.
const MARKERS: RangeInclusive<char> = '\u{E000}'..='\u{E0FF}';

/// What is hidden besides bytes that are no UTF-8.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    /// Nothing: the file is no template.
    Shown,
    /// Lines that are one action and nothing else: they become comments.
    Lines,
    /// These, and actions in other lines, which become part of a text.
    Actions,
}

/// What was hidden, in the order of the file: characters that the file does not have stand in its place.
pub(super) struct Mask {
    /// Stands for a byte that is no UTF-8.
    pub(super) byte: char,
    /// Stands for an action of a template, behind `#` for one that has a line of its own.
    action: char,
    hidden: Vec<Hidden>,
}

enum Hidden {
    Byte(u8),
    Line(Zeroizing<Vec<u8>>),
    Action(Zeroizing<Vec<u8>>),
}

/// A file in UTF-8, and what of it is hidden.
pub(super) struct Masked {
    pub(super) file: Zeroizing<Vec<u8>>,
    pub(super) mask: Mask,
}

/// Whether something hidden may be part of a text.
pub(super) fn may_be_hidden(text: &str) -> bool {
    text.contains(|character| MARKERS.contains(&character))
}

impl Masked {
    /// Hides what is no UTF-8, and of a template what is asked for. None where nothing has to be hidden, or no characters
    /// are left to stand for it.
    pub(super) fn of(file: &[u8], template: Template) -> Option<Self> {
        let has_actions = memmem::find(file, b"{{").is_some();
        let template = if has_actions { template } else { Template::Shown };
        if template == Template::Shown && str::from_utf8(file).is_ok() {
            return None;
        }
        let mut markers = MARKERS.filter(|marker| !has(file, *marker));
        let mask = Mask { byte: markers.next()?, action: markers.next()?, hidden: Vec::new() };
        // A hidden byte takes three; with room for all, no copy of a part is left behind.
        let room = file.len() + 2 * invalid_bytes(file);
        let mut masked = Self { file: Zeroizing::new(Vec::with_capacity(room)), mask };
        for line in file.split_inclusive(|byte| *byte == b'\n') {
            masked.hide_in_line(line, template);
        }
        (!masked.mask.hidden.is_empty()).then_some(masked)
    }

    fn hide_in_line(&mut self, line: &[u8], template: Template) {
        if let Some((before, action, after)) = template_line(line)
            && template != Template::Shown
        {
            self.hide_line(before, action, after);
        } else if template == Template::Actions {
            self.hide_actions(line);
        } else {
            self.hide_bytes(line);
        }
    }

    fn hide_line(&mut self, before: &[u8], action: &[u8], after: &[u8]) {
        self.file.extend_from_slice(before);
        self.file.push(b'#');
        self.push(self.mask.action);
        self.mask.hidden.push(Hidden::Line(Zeroizing::new(action.to_vec())));
        self.file.extend_from_slice(after);
    }

    fn hide_actions(&mut self, line: &[u8]) {
        let mut rest = line;
        while let Some((before, action, after)) = next_action(rest) {
            self.hide_bytes(before);
            self.push(self.mask.action);
            self.mask.hidden.push(Hidden::Action(Zeroizing::new(action.to_vec())));
            rest = after;
        }
        self.hide_bytes(rest);
    }

    fn hide_bytes(&mut self, text: &[u8]) {
        for chunk in text.utf8_chunks() {
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
        let hidden = self.hidden.iter().map(|hidden| match hidden {
            Hidden::Byte(_) => 1,
            Hidden::Line(action) | Hidden::Action(action) => action.len(),
        });
        let room = file.len() + hidden.sum::<usize>();
        let mut revealed = Zeroizing::new(Vec::with_capacity(room));
        let mut rest = file;
        for hidden in &self.hidden {
            let marker = match hidden {
                Hidden::Byte(_) => self.byte.to_string(),
                Hidden::Line(_) => format!("#{}", self.action),
                Hidden::Action(_) => self.action.to_string(),
            };
            let at = memmem::find(rest, marker.as_bytes())?;
            let (before, found) = rest.split_at_checked(at)?;
            // Another marker comes in its own turn.
            if has(before, self.byte) || has(before, self.action) {
                return None;
            }
            revealed.extend_from_slice(before);
            match hidden {
                Hidden::Byte(byte) => revealed.push(*byte),
                Hidden::Line(action) | Hidden::Action(action) => {
                    revealed.extend_from_slice(action);
                }
            }
            rest = found.get(marker.len()..)?;
        }
        if has(rest, self.byte) || has(rest, self.action) {
            return None;
        }
        revealed.extend_from_slice(rest);
        Some(revealed)
    }

    /// The first hidden byte, for a message.
    pub(super) fn first_byte(&self) -> Option<u8> {
        self.hidden.iter().find_map(|hidden| match hidden {
            Hidden::Byte(byte) => Some(*byte),
            Hidden::Line(_) | Hidden::Action(_) => None,
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

/// The first action in a line: what stands before it, the action, and what stands after it.
fn next_action(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (before, rest) = line.split_at_checked(memmem::find(line, b"{{")?)?;
    let (action, after) = rest.split_at_checked(memmem::find(rest, b"}}")? + 2)?;
    Some((before, action, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(file: &[u8], template: Template) -> Option<String> {
        let masked = Masked::of(file, template)?;
        assert_eq!(masked.mask.reveal(&masked.file).unwrap().as_slice(), file);
        Some(String::from_utf8(masked.file.to_vec()).unwrap())
    }

    #[test]
    fn what_is_hidden_comes_back() {
        let file =
            b"# gu\xE9ri\r\n  {{- if .a }}  \r\na: {{ .b }}-x\n{{ .c }}: {{ .d }}\n{{ .\xE9 }}";
        assert_eq!(
            masked(file, Template::Lines).unwrap(),
            "# gu\u{E000}ri\r\n  #\u{E001}  \r\na: {{ .b }}-x\n{{ .c }}: {{ .d }}\n#\u{E001}"
        );
        assert_eq!(
            masked(file, Template::Actions).unwrap(),
            "# gu\u{E000}ri\r\n  #\u{E001}  \r\na: \u{E001}-x\n\u{E001}: \u{E001}\n#\u{E001}"
        );
        let with_marker = "a: \u{E000}\n{{ x }}".as_bytes();
        assert_eq!(masked(with_marker, Template::Lines).unwrap(), "a: \u{E000}\n#\u{E002}");
        let bytes = masked(b"\xFF\xFE\xFD", Template::Shown);
        assert_eq!(bytes.unwrap(), "\u{E000}\u{E000}\u{E000}");
        assert_eq!(masked(b"a: {{ b\n", Template::Actions), None, "an action of several lines");
    }

    #[test]
    fn nothing_is_hidden_where_nothing_has_to_be() {
        assert_eq!(masked(b"a: b\n{{ x }}\n", Template::Shown), None);
        assert_eq!(masked(b"a: {{ x }}\n{{ x }}: {{ y }}\n", Template::Lines), None);
        assert_eq!(masked(b"a: b\n", Template::Actions), None);
    }

    #[test]
    fn what_is_gone_or_new_is_found_out() {
        let masked = Masked::of(b"a\xE9b\n{{ x }}\nc: {{ d }}", Template::Actions).unwrap();
        let text = str::from_utf8(&masked.file).unwrap();
        for other in [
            text.replace('\u{E000}', ""),
            text.replacen('\u{E001}', "", 1),
            text.replace("#\u{E001}", "\u{E001}"),
            format!("{text}\u{E000}"),
            format!("#\u{E001}{text}"),
        ] {
            assert!(masked.mask.reveal(other.as_bytes()).is_none(), "{other}");
        }
    }
}
