//! What a reader of YAML would stumble over, hidden from it and put back later: the actions of a template, and bytes of
//! another encoding than UTF-8. What looks like a sealed value is never hidden.

use std::ops::{Range, RangeInclusive};

use memchr::memmem;
use zeroize::Zeroizing;

use super::words;

/// Characters of which the first that a file does not have stand for what is hidden.
const MARKERS: RangeInclusive<char> = '\u{E000}'..='\u{E0FF}';

/// What is hidden besides bytes that are no UTF-8.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    /// Nothing: the file is no template.
    Shown,
    /// Lines that are one action, or a part of one, and nothing else: they become comments.
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
    /// The text of an action, or of a part of one.
    Action(Zeroizing<Vec<u8>>),
    /// The same, with a comment that begins in its place.
    Comment(Zeroizing<Vec<u8>>),
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
        let actions = if template == Template::Shown { Vec::new() } else { actions(file) };
        if actions.is_empty() && str::from_utf8(file).is_ok() {
            return None;
        }
        let mut markers = MARKERS.filter(|marker| !has(file, *marker));
        let mask = Mask { byte: markers.next()?, action: markers.next()?, hidden: Vec::new() };
        let room = room(file, actions.len());
        let mut masked = Self { file: Zeroizing::new(Vec::with_capacity(room)), mask };
        let mut done = 0;
        for action in actions {
            let is_first = begins_line(file, action.start);
            let is_last = ends_line(file, action.end);
            if (is_first && is_last) || template == Template::Actions {
                masked.hide_bytes(file.get(done..action.start)?);
                let is_comment = is_first || (is_last && is_head(file, &action));
                masked.hide_action(file.get(action.clone())?, is_comment, is_last);
                done = action.end;
            }
        }
        masked.hide_bytes(file.get(done..)?);
        (!masked.mask.hidden.is_empty()).then_some(masked)
    }

    /// Hides an action line by line: so what follows it has its place. `is_first` and `is_last`: a comment may begin in its
    /// first line, and stand in its last one.
    fn hide_action(&mut self, action: &[u8], is_first: bool, is_last: bool) {
        let mut lines = action.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
        while let Some((number, line)) = lines.next() {
            let is_comment = (number > 0 || is_first) && (lines.peek().is_some() || is_last);
            let text = line.trim_ascii();
            let before = line.len() - line.trim_ascii_start().len();
            let (before, rest) = line.split_at_checked(before).unwrap_or_default();
            let (_, after) = rest.split_at_checked(text.len()).unwrap_or_default();
            self.file.extend_from_slice(before);
            if !text.is_empty() {
                self.hide_text(text, is_comment);
            }
            self.file.extend_from_slice(after);
        }
    }

    /// Hides a part of an action, but for sealed values in it and what would become one with them.
    fn hide_text(&mut self, text: &[u8], is_comment: bool) {
        let mut hide: fn(Zeroizing<Vec<u8>>) -> Hidden =
            if is_comment { Hidden::Comment } else { Hidden::Action };
        let part = |range| text.get(range).unwrap_or_default();
        let mut done = 0;
        for word in words::find_with_neighbours(text) {
            self.hide(hide(Zeroizing::new(part(done..word.start).to_vec())));
            self.file.extend_from_slice(part(word.clone()));
            (done, hide) = (word.end, Hidden::Action);
        }
        self.hide(hide(Zeroizing::new(part(done..text.len()).to_vec())));
    }

    fn hide(&mut self, hidden: Hidden) {
        self.file.extend_from_slice(self.mask.marker(&hidden).as_bytes());
        self.mask.hidden.push(hidden);
    }

    fn hide_bytes(&mut self, text: &[u8]) {
        for chunk in text.utf8_chunks() {
            self.file.extend_from_slice(chunk.valid().as_bytes());
            chunk.invalid().iter().for_each(|byte| self.hide(Hidden::Byte(*byte)));
        }
    }
}

impl Mask {
    /// Puts back what was hidden; none where some of it is gone.
    pub(super) fn reveal(&self, file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let room =
            file.len() + self.hidden.iter().map(|hidden| hidden.bytes().len()).sum::<usize>();
        let mut revealed = Zeroizing::new(Vec::with_capacity(room));
        let mut rest = file;
        for hidden in &self.hidden {
            let marker = self.marker(hidden);
            let at = memmem::find(rest, marker.as_bytes())?;
            let (before, found) = rest.split_at_checked(at)?;
            // Another marker comes in its own turn.
            if has(before, self.byte) || has(before, self.action) {
                return None;
            }
            revealed.extend_from_slice(before);
            revealed.extend_from_slice(hidden.bytes());
            rest = found.get(marker.len()..)?;
        }
        if has(rest, self.byte) || has(rest, self.action) {
            return None;
        }
        revealed.extend_from_slice(rest);
        Some(revealed)
    }

    /// What stands in the place of something hidden.
    fn marker(&self, hidden: &Hidden) -> String {
        match hidden {
            Hidden::Byte(_) => self.byte.to_string(),
            Hidden::Action(_) => self.action.to_string(),
            Hidden::Comment(_) => format!("#{}", self.action),
        }
    }

    /// The first hidden byte, for a message.
    pub(super) fn first_byte(&self) -> Option<u8> {
        self.hidden.iter().find_map(|hidden| match hidden {
            Hidden::Byte(byte) => Some(*byte),
            Hidden::Action(_) | Hidden::Comment(_) => None,
        })
    }
}

impl Hidden {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Byte(byte) => std::slice::from_ref(byte),
            Self::Action(text) | Self::Comment(text) => text,
        }
    }
}

fn has(file: &[u8], marker: char) -> bool {
    memmem::find(file, marker.encode_utf8(&mut [0; 4]).as_bytes()).is_some()
}

/// The most bytes of a file of which something is hidden: with room for all of them, no copy of a part is left behind.
fn room(file: &[u8], actions: usize) -> usize {
    let invalid: usize = file.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    if actions == 0 {
        return file.len() + 2 * invalid;
    }
    // A part of an action is on one line, and on one side of a sealed value; what stands for it takes four bytes at most.
    let parts = actions + memchr::memchr_iter(b'\n', file).count() + words::find(file).count();
    file.len() + 2 * invalid + 4 * parts
}

/// The actions of a template. Several in one line with nothing but blanks between them count as one.
fn actions(file: &[u8]) -> Vec<Range<usize>> {
    let mut actions: Vec<Range<usize>> = Vec::new();
    for action in (Actions { file, done: 0, close: 0 }) {
        let last = actions.last_mut().filter(|last| {
            file.get(last.end..action.start).is_some_and(|gap| gap.iter().all(is_blank))
        });
        match last {
            Some(last) => last.end = action.end,
            None => actions.push(action),
        }
    }
    actions
}

/// The actions of a template, one by one. One of several lines has no braces in it.
struct Actions<'a> {
    file: &'a [u8],
    done: usize,
    /// Where braces close that were sought last: they are not sought twice.
    close: usize,
}

impl Actions<'_> {
    fn next_of(&self, sought: &[u8], at: Range<usize>) -> Option<usize> {
        Some(at.start + memmem::find(self.file.get(at)?, sought)?)
    }
}

impl Iterator for Actions<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.next_of(b"{{", self.done..self.file.len())?;
            if self.close < start + 2 {
                self.close = self.next_of(b"}}", start + 2..self.file.len())?;
            }
            let Some(line_end) = self.next_of(b"\n", start..self.close) else {
                self.done = self.close + 2;
                return Some(start..self.done);
            };
            if let Some(next) = self.next_of(b"{{", line_end..self.close) {
                self.done = next;
                continue;
            }
            let last = memmem::rfind(self.file.get(start..line_end)?, b"{{")?;
            self.done = self.close + 2;
            return Some(start + last..self.done);
        }
    }
}

/// Whether there are only blanks before a place on its line.
fn begins_line(file: &[u8], at: usize) -> bool {
    let before = file.get(..at).unwrap_or_default();
    before.iter().rfind(|byte| !is_blank(byte)).is_none_or(|byte| *byte == b'\n')
}

/// Whether there are only blanks after a place on its line.
fn ends_line(file: &[u8], at: usize) -> bool {
    let after = file.get(at..).unwrap_or_default();
    after.iter().find(|byte| !is_blank(byte)).is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
}

/// Whether an action is the first entry of a mapping of which others follow: `labels: {{ include "labels" . | nindent 4 }}`,
/// and then a line that is indented by more.
fn is_head(file: &[u8], action: &Range<usize>) -> bool {
    let before = file.get(..action.start).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let key = before.get(start..).unwrap_or_default();
    let is_key = key.trim_ascii_end().ends_with(b":") && key.last().is_some_and(is_blank);
    let after = file.get(action.end..).unwrap_or_default();
    let mut lines = after.split(|byte| *byte == b'\n').skip(1);
    let next = lines.find(|line| !line.trim_ascii().is_empty());
    is_key && next.is_some_and(|next| indentation(next) > indentation(key))
}

fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
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
    }

    #[test]
    fn an_action_of_several_lines_keeps_them() {
        for (file, lines, actions) in [
            (
                "{{- include \"x\"\r\n\r\n    .a -}} \r\na: b\n",
                "#\u{E001}\r\n\r\n    #\u{E001} \r\na: b\n",
                "",
            ),
            ("a: {{ b\n  c\n  d }}e\n", "", "a: \u{E001}\n  #\u{E001}\n  \u{E001}e\n"),
            ("{{ a }} {{- b -}}\n", "#\u{E001}\n", ""),
            (" a: {{ b }}\n\n   c: d\n", "", " a: #\u{E001}\n\n   c: d\n"),
            (" a: {{ b }}\n c: d\n", "", " a: \u{E001}\n c: d\n"),
            ("a: {{ b\n}}\n", "", "a: \u{E001}\n#\u{E001}\n"),
            ("a: {{ \"{{\n", "", ""),
            ("a: {{ b\nc: {{ d }}\n", "", "a: {{ b\nc: \u{E001}\n"),
            ("{{ a\n", "", ""),
        ] {
            let shown = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            assert_eq!(masked(file.as_bytes(), Template::Lines), shown(lines), "{file}");
            let actions = if actions.is_empty() { lines } else { actions };
            assert_eq!(masked(file.as_bytes(), Template::Actions), shown(actions), "{file}");
        }
    }

    #[test]
    fn what_looks_sealed_is_not_hidden() {
        let word = format!("{:x<400}==", "AgB");
        for (before, after) in [
            (" {{ $a := `WORD` }}\n", " #\u{E001}WORD\u{E001}\n"),
            (
                "a: {{ \"WORD\" }}:{{ default `WORDWORDx` }}",
                "a: \u{E001}WORD\u{E001}:\u{E001}WORDWORDx\u{E001}",
            ),
            ("{{ list\nWORD\n}}", "#\u{E001}\n#\u{E001}WORD\u{E001}\n#\u{E001}"),
        ] {
            let file = before.replace("WORD", &word);
            let found = masked(file.as_bytes(), Template::Actions).unwrap();
            assert_eq!(found.replace(&word, "WORD"), after);
        }
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
