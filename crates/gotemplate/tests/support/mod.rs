//! Case files: templates, data, and what Go makes of them.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a broken case file stops the run"
)]

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use gotemplate::{
    Data, ExecErrorKind, ParseBudget, REDACTED, RenderContext, RenderLimits, Template,
};
use serde_json::Value;

/// What a run of a case file gave.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    pub(crate) skipped: usize,
    /// The ids that failed, each with what went wrong.
    pub(crate) failed: Vec<(String, String)>,
}

/// Runs all cases of the JSON text, but for those in `skipped`.
pub(crate) fn run(json: &str, skipped: &HashSet<&str>) -> Report {
    let file: Value = serde_json::from_str(json).expect("a case file is JSON");
    let mut report = Report::default();
    for case in file["cases"].as_array().expect("a case file has cases") {
        let id = case["id"].as_str().expect("a case has an id");
        if skipped.contains(id) {
            report.skipped += 1;
            continue;
        }
        match check(case) {
            Ok(()) => report.passed += 1,
            Err(problem) => report.failed.push((id.to_owned(), problem)),
        }
    }
    report
}

/// Runs one case; the error says what differs.
fn check(case: &Value) -> Result<(), String> {
    let template = text(case, "template").expect("a case has a template");
    let expected = &case["expect"];
    let kind = expected["kind"].as_str().expect("an expectation has a kind");
    let template = match Template::parse("tmpl", template, &mut ParseBudget::default()) {
        Ok(template) => template,
        Err(error) if kind == "parse_error" => return message(&error.to_string(), expected),
        Err(error) => return Err(format!("expected {kind}, got parse error: {error}")),
    };
    if kind == "parse_error" {
        return Err("expected a parse error".to_owned());
    }
    match template.render(&data(case), &mut context()) {
        Ok(output) if kind == "ok" => output_matches(&output, expected),
        Ok(output) => Err(format!("expected an error, got {:?}", String::from_utf8_lossy(&output))),
        Err(error) if kind == "exec_error" && error.kind() == ExecErrorKind::Failed => {
            message(&error.detail().to_string(), expected)
        }
        Err(error) => Err(format!("expected {kind}, got {:?}: {}", error.kind(), error.detail())),
    }
}

fn context() -> RenderContext {
    #[expect(
        clippy::disallowed_methods,
        reason = "the clock comes from here, outside of the crate"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    RenderContext::new(
        now.as_secs().cast_signed(),
        now.subsec_nanos(),
        rand::make_rng::<rand::rngs::StdRng>(),
        RenderLimits::default(),
    )
}

/// `name`, `name_parts` or `name_b64` of an object.
fn text(object: &Value, name: &str) -> Option<Vec<u8>> {
    if let Some(text) = object[name].as_str() {
        return Some(text.as_bytes().to_vec());
    }
    if let Some(base64) = object[format!("{name}_b64")].as_str() {
        return Some(decode_base64(base64));
    }
    let parts = object[format!("{name}_parts")].as_array()?;
    let part = |part: &Value| {
        let count = usize::try_from(part[1].as_u64().expect("a count")).expect("fits");
        part[0].as_str().expect("a text").repeat(count)
    };
    Some(parts.iter().map(part).collect::<String>().into_bytes())
}

fn data(case: &Value) -> Data {
    let mut data = Data::new();
    for (name, value) in case["data"].as_object().into_iter().flatten() {
        data.insert(name, value.as_str().expect("a value is text"));
    }
    for (name, value) in case["data_b64"].as_object().into_iter().flatten() {
        data.insert(name, decode_base64(value.as_str().expect("a value is text")));
    }
    data
}

fn decode_base64(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |byte: u8| alphabet.iter().position(|known| *known == byte).expect("base64");
    let mut out = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let value = group.iter().fold(0, |value, byte| value << 6 | digit(*byte))
            << (6 * (4 - group.len()));
        let bytes = u32::try_from(value).expect("24 bits").to_be_bytes();
        out.extend_from_slice(&bytes[1..group.len()]);
    }
    out
}

fn output_matches(output: &[u8], expected: &Value) -> Result<(), String> {
    let shown = String::from_utf8_lossy(output).chars().take(600).collect::<String>();
    if let Some(pattern) = expected["output_regex"].as_str() {
        let regex = regex::Regex::new(pattern).expect("an expected pattern is one");
        let fits = std::str::from_utf8(output).is_ok_and(|text| regex.is_match(text));
        return if fits {
            Ok(())
        } else {
            Err(format!("got {shown:?}, expected to match {pattern:?}"))
        };
    }
    let wanted = text(expected, "output").expect("an output is expected");
    if wanted == output {
        return Ok(());
    }
    let wanted = String::from_utf8_lossy(&wanted).chars().take(600).collect::<String>();
    Err(format!("got {shown:?}, expected {wanted:?}"))
}

/// The message must be Go's, but for what is redacted.
fn message(got: &str, expected: &Value) -> Result<(), String> {
    let wanted = text(expected, "error").expect("a message is expected");
    let wanted = String::from_utf8_lossy(&wanted);
    let pattern = regex::escape(got).replace(&regex::escape(REDACTED), "(?s:.*)");
    let pattern = regex::Regex::new(&format!("^{pattern}$")).expect("an escaped pattern is one");
    if pattern.is_match(&wanted) {
        Ok(())
    } else {
        Err(format!("got {got:?}, expected {wanted:?}"))
    }
}
