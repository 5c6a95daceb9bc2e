//! What is counted is at least what is taken.

use super::*;
use crate::engine::budget::ParseBudget;
use crate::engine::limits::ParseLimits;
use crate::engine::parse::{Parsed, Stop, parse};
use crate::sprig;

/// Templates, each of one part over and over: for each byte of text as many bytes of memory as can be.
const DENSE: &[&str] = &[
    "{{.}}",
    "{{$}}",
    "{{1}}",
    "{{.a}}",
    "{{nil}}",
    "{{len 1}}",
    "{{1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1}}",
    "{{$ $ $ $ $ $ $ $ $ $ $ $ $ $ $ $ $ $}}",
    "{{.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o}}",
    "{{``}}",
    "{{$a:=1}}",
    "{{$a = 1}}",
    "x{{break}}",
    "{{if 1}}{{end}}",
    "{{if 1}}{{else if 1}}{{else}}{{end}}",
    "{{range $a,$b:=1}}{{break}}{{end}}",
    "{{template `a`}}",
    "{{block `a` .}}{{end}}",
    "{{define `a`}} {{end}}",
    "{{((((1))))}}",
    "{{((((((((((((((((((((1))))))))))))))))))))}}",
    "{{(.).a.b}}",
    "{{.|len|len|len}}",
    "{{/**/}}x",
    "{{ .name | quote }}\n",
];

/// What the documentation says a byte of text counts for at most.
const MOST: usize = 170;

#[test]
fn what_is_counted_is_at_least_what_is_taken() {
    for part in DENSE {
        let text = format!("{{{{$a:=1}}}}{{{{range 1}}}}{}{{{{end}}}}", part.repeat(2000));
        let text = if part.contains("define") { part.repeat(2000) } else { text };
        let mut budget = ParseBudget::default();
        let parsed = match parse("t", text.as_bytes(), sprig::find, 64, &mut budget) {
            Ok(parsed) => parsed,
            Err(Stop::Error(error)) => panic!("{part}: {error}"),
            Err(Stop::Deeper) => panic!("{part}"),
        };
        let counted = ParseLimits::default().tree_bytes - budget.tree_left;
        let taken = taken(&parsed);
        assert!(counted >= taken, "{part}: {counted} bytes counted, {taken} taken");
        assert!(counted - 1024 <= MOST * text.len(), "{part}: {counted} of {}", text.len());
    }
}

fn taken(parsed: &Parsed) -> usize {
    parsed.forest.bytes() + parsed.templates.capacity() * (size_of::<(Str, [usize; 3])>() + 1)
}
