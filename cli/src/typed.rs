//! A value that a person types.

use std::io::{self, Read as _};

use zeroize::Zeroizing;

use crate::error::Error;
use crate::ui::Ui;

/// A terminal cuts a longer line off without a word.
const LONGEST_LINE: usize = if cfg!(target_os = "linux") { 4095 } else { 1023 };

/// So much is read past the buffer of standard input, which nobody wipes.
const UNBUFFERED: usize = 16 * 1024;

/// Asks for a line, without showing it where the system can do that.
pub(crate) fn value(ui: &mut Ui<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let unseen = ui.stdin().unseen().map_err(unreadable)?;
    let shown = if unseen.is_some() { ", which is not shown" } else { "" };
    ui.note(format!("type or paste the value{shown}; Enter ends it"));

    let mut value = Zeroizing::new(Vec::with_capacity(LONGEST_LINE));
    let mut typed = Zeroizing::new(vec![0; UNBUFFERED]);
    loop {
        if let Some(unseen) = &unseen {
            unseen.wait().map_err(unreadable)?;
        }
        let length = ui.stdin().read(&mut typed).map_err(unreadable)?;
        let typed = typed.get(..length).unwrap_or_default();
        let line = typed.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if value.len() + line.len() >= LONGEST_LINE {
            return Err(unfit("is longer than a terminal takes"));
        }
        value.extend_from_slice(line);
        // Without the end of a line, Ctrl-D was pressed: twice, or behind nothing, it ends the value as well.
        if line.len() < length || length == 0 {
            break;
        }
    }
    if let Some(unseen) = unseen
        && unseen.has_more().map_err(unreadable)?
    {
        return Err(unfit("has several lines"));
    }
    match value.as_slice() {
        [] => Err(Error::failed("no value was typed")),
        _ => Ok(value),
    }
}

/// Warns of a newline at the end of a value, where it is hardly meant.
pub(crate) fn warn_of_newline(value: &[u8], ui: &mut Ui<'_>) {
    if ends_with_its_only_newline(value) {
        ui.warning("the value ends with a newline, which is sealed with it (printf adds none)");
    }
}

/// As `echo password` makes it; text of several lines ends with a newline on purpose.
fn ends_with_its_only_newline(value: &[u8]) -> bool {
    value.iter().position(|byte| *byte == b'\n').is_some_and(|first| first + 1 == value.len())
}

fn unreadable(error: io::Error) -> Error {
    Error::failed("standard input: cannot be read").caused_by(error)
}

fn unfit(why: &str) -> Error {
    Error::failed(format!("the value {why}")).hint("give it in a file, or through a pipe")
}

#[cfg(test)]
mod tests {
    use super::ends_with_its_only_newline;

    #[test]
    fn only_a_single_line_is_suspected_of_an_unwanted_newline() {
        assert!(ends_with_its_only_newline(b"hunter2\n"));
        assert!(!ends_with_its_only_newline(b"hunter2"));
        assert!(!ends_with_its_only_newline(b"-----BEGIN\nx\n"));
        assert!(!ends_with_its_only_newline(b""));
    }
}
