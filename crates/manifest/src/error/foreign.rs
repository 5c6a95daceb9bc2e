//! What a text is that is no manifest: told from the lines that tell it, once it cannot be read.

use std::fmt;

/// What stands where a manifest is expected: what people pipe, save or commit by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A template of Helm, Jinja or Go.
    Template,
    /// What a program says to people: a log line, an error, `secret/app created`.
    Message,
    /// A table or a description that kubectl prints for people.
    Report,
    /// A file of `NAME=VALUE` lines.
    EnvFile,
    /// The prompt of a shell, and a command.
    Prompt,
    /// HTML or XML.
    WebPage,
    /// The fence of a block in Markdown.
    Markdown,
    /// The marks of a merge that was not finished.
    MergeConflict,
    /// A key or a certificate in PEM.
    Pem,
}

impl Foreign {
    /// What keeps `text` from being read when its fault is in the line counted from 1, and in which line that stands.
    pub(super) fn find(text: &str, line: usize) -> Option<(Self, usize)> {
        let text = text.trim_start_matches('\u{feff}');
        // The parser may stumble only in the line after the one that is foreign.
        let near = text.lines().zip(1..).skip(line.saturating_sub(2)).take(2);
        let first = text.lines().zip(1..).find(|(line, _)| has_content(line));
        let anywhere = near.filter_map(|(text, line)| Some((Self::anywhere(text)?, line)));
        let at_start = first.and_then(|(text, line)| Some((Self::at_start(text)?, line)));
        anywhere.into_iter().next().or(at_start)
    }

    /// What a line is wherever it stands.
    fn anywhere(line: &str) -> Option<Self> {
        if is_template(line) {
            Some(Self::Template)
        } else if ["<<<<<<< ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
            Some(Self::MergeConflict)
        } else if line.starts_with("```") {
            Some(Self::Markdown)
        } else if is_log(line) || is_outcome(line) {
            Some(Self::Message)
        } else {
            None
        }
    }

    /// What a text is that begins with this line.
    fn at_start(line: &str) -> Option<Self> {
        const MESSAGES: [&str; 4] =
            ["Error from server", "error: ", "Warning: ", "Unable to connect to the server"];
        let anywhere = Self::anywhere(line).filter(|found| *found != Self::Template);
        anywhere.or_else(|| {
            if MESSAGES.iter().any(|message| line.starts_with(message)) {
                Some(Self::Message)
            } else if is_markup(line) {
                Some(Self::WebPage)
            } else if line.starts_with("-----BEGIN ") {
                Some(Self::Pem)
            } else if is_prompt(line) {
                Some(Self::Prompt)
            } else if is_variable(line) {
                Some(Self::EnvFile)
            } else if is_report(line) {
                Some(Self::Report)
            } else {
                None
            }
        })
    }
}

/// Whether it is more than a comment or a separator of documents.
fn has_content(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#') && line != "---"
}

/// Whether it has `{{ }}` or `{% %}` outside of quotes and comments.
fn is_template(line: &str) -> bool {
    let plain = line.split(['"', '\'', '`', '#']).next().unwrap_or_default();
    let opened = plain.find("{{").or_else(|| plain.find("{%"));
    let rest = opened.and_then(|start| line.get(start..)).unwrap_or_default();
    rest.contains("}}") || rest.contains("%}")
}

/// Whether it begins as klog's lines do: a letter for the severity, month and day.
fn is_log(line: &str) -> bool {
    let date = line.strip_prefix(['I', 'W', 'E', 'F']).and_then(|rest| rest.split_once(' '));
    date.is_some_and(|(date, _)| date.len() == 4 && date.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether it says what became of an object: `secret/app created (dry run)`.
fn is_outcome(line: &str) -> bool {
    const OUTCOMES: [&str; 7] = [
        "created",
        "configured",
        "unchanged",
        "deleted",
        "patched",
        "replaced",
        "serverside-applied",
    ];
    let line = line.trim_end();
    let line = line
        .strip_suffix(" (dry run)")
        .or_else(|| line.strip_suffix(" (server dry run)"))
        .unwrap_or(line);
    line.split_once(' ').is_some_and(|(object, outcome)| {
        object.contains('/') && !object.contains(':') && OUTCOMES.contains(&outcome)
    })
}

/// Whether it begins with a tag; `<<` is a merge key.
fn is_markup(line: &str) -> bool {
    let tag = line.trim_start().strip_prefix('<');
    tag.is_some_and(|tag| {
        tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?')
    })
}

/// `$ command`, or `user@host:~$ command`.
fn is_prompt(line: &str) -> bool {
    let (before, _) = line.split_once(['$', '#']).unwrap_or_default();
    let command = line.get(before.len() + 1..).unwrap_or_default();
    let is_host = before.contains('@') && !before.contains(' ');
    command.starts_with(' ') && (is_host || (before.is_empty() && line.starts_with('$')))
}

/// `NAME=value`, or `export NAME=value`.
fn is_variable(line: &str) -> bool {
    let line = line.strip_prefix("export ").unwrap_or(line);
    line.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// The head of a table, `NAME   TYPE   DATA   AGE`, or of a description, `Name:         app`.
fn is_report(line: &str) -> bool {
    let is_head = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let is_table =
        line.starts_with("NAME") && line.contains("  ") && line.split_whitespace().all(is_head);
    is_table || line.starts_with("Name:  ")
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Template => "the text is a template that was not rendered",
            Self::Message => "this line is a message of a program, not a part of a manifest",
            Self::Report => "this is kubectl's output for people, not a manifest",
            Self::EnvFile => "this is a file of environment variables, not a manifest",
            Self::Prompt => "this line is a command of a shell, not a part of a manifest",
            Self::WebPage => "this is a web page, not a manifest",
            Self::Markdown => "this line is Markdown, not a part of a manifest",
            Self::MergeConflict => "this line is the mark of a merge that was not finished",
            Self::Pem => "this is a key or a certificate in PEM, not a manifest",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_by_their_first_line_or_by_the_one_at_fault() {
        use Foreign::*;
        for (text, at, found, line) in [
            ("a: b\nc: {{ .d }}\ne", 3, Template, 2),
            ("{% if a %}\nb: c", 1, Template, 1),
            ("W1003 12:00:00.1 5 helpers.go:704] --dry-run is deprecated\na: b\n", 2, Message, 1),
            ("secret/app created (dry run)\na: b", 2, Message, 1),
            ("a: b\nsecret/app configured\n", 2, Message, 2),
            ("error: failed to create\na: b", 2, Message, 1),
            ("\u{feff}# c\n\nA_B=c\nD=\"e: f\"", 4, EnvFile, 3),
            ("export A=b\n", 1, EnvFile, 1),
            ("$ kubectl get secret\na: b", 2, Prompt, 1),
            ("me@host:~/x$ kubectl get secret\na: b", 2, Prompt, 1),
            ("\u{feff}<!DOCTYPE html>\n<html>\n", 2, WebPage, 1),
            ("  <html lang=\"en\">", 1, WebPage, 1),
            ("<?xml version=\"1.0\"?>\n<Error/>", 2, WebPage, 1),
            ("# Title\n\n```yaml\na: b\n```", 3, Markdown, 3),
            ("a: b\n<<<<<<< HEAD\nc: d", 2, MergeConflict, 2),
            ("NAME   TYPE     DATA   AGE\napp   Opaque   1   5d", 1, Report, 1),
            ("Name:         app\nType:  Opaque\n\nData\n====", 5, Report, 1),
            ("-----BEGIN CERTIFICATE-----\nAAAA", 1, Pem, 1),
        ] {
            assert_eq!(Foreign::find(text, at), Some((found, line)), "{text}");
        }
    }

    #[test]
    fn what_is_just_wrong_in_a_manifest_is_nothing_else() {
        for text in [
            "apiVersion: v1\nkind: [\n",
            "<<: *a\nb: c: d",
            "a: b\nC=d\n",
            "a: '{{ b }}'\nc\n",
            "# {{ a }}\nb\n",
            "a: b\n=======\n",
            "just text",
            "$a: b: c",
            "NAME: a\nb",
            "Name: a\nb",
            "",
        ] {
            for line in 0..4 {
                assert_eq!(Foreign::find(text, line), None, "{text}, {line}");
            }
        }
    }
}
