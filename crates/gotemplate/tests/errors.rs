//! Errors have Go's kind and position, and never a value.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use gotemplate::{
    Data, ExecError, ExecErrorKind, ParseBudget, ParseErrorKind, RenderContext, RenderLimits,
    Template,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const VALUE: &str = "hunter2-Zq7";

fn context() -> RenderContext {
    RenderContext::new(1_700_000_000, 0, StdRng::seed_from_u64(1), RenderLimits::default())
}

/// The error of rendering `text` with `.v` set.
fn error(text: &str) -> ExecError {
    let template = Template::parse("t", text, &mut ParseBudget::default()).expect("it parses");
    let data: Data = [("v", VALUE)].into_iter().collect();
    template.render(&data, &mut context()).expect_err("it fails")
}

#[test]
fn no_error_holds_a_value() {
    for text in [
        "{{ fail .v }}",
        "{{ .v | fail }}",
        "{{ fail (printf \"no %s\" .v) }}",
        "{{ range .v }}{{ end }}",
        "{{ eq . .v }}",
        "{{ eq (list .v) (list .v) }}",
        "{{ eq (dict .v 1) (list .v) }}",
        "{{ mustRegexMatch (print .v \"(\") .v }}",
        "{{ regexFind (print .v \"[\") .v }}",
        "{{ mustFromJson .v }}",
        "{{ mustToDate \"2006\" .v }}",
        "{{ mustDateModify .v (toDate \"2006\" \"2020\") }}",
        "{{ semver .v }}",
        "{{ semverCompare .v \"1.2.3\" }}",
        "{{ semverCompare \"1\" .v }}",
        "{{ urlParse (print \":\" .v) }}",
        "{{ urlParse (print \"http://[\" .v) }}",
        "{{ urlJoin (dict \"userinfo\" (print .v \" @\")) }}",
        "{{ decryptAES .v .v }}",
        "{{ buildCustomCert .v .v }}",
        "{{ genSelfSignedCert \"a\" (list .v) nil 1 }}",
        "{{ genCAWithKey \"a\" 1 .v }}",
        "{{ call .v }}",
        "{{ index .v .v }}",
        "{{ index (list 1) (len .v) }}",
        "{{ substr 20 -1 .v }}",
        "{{ .v.x }}",
        "{{ dig .v .v }}",
        "{{ set . .v 1 }}",
        "{{ first .v }}",
        "{{ addf (print \"1e\" .v) 1 (float64 \"NaN\") }}",
        "{{ template \"nope\" .v }}",
        "{{ add1 }}",
        "{{ .v \"x\" }}",
    ] {
        let message = error(text).detail().to_string();
        assert!(!message.contains(VALUE) && !message.contains("hunter"), "{message}");
        assert!(message.starts_with("template: t:1:"), "{message}");
    }
}

/// Which part of a template fails tells about the values, though the message does not hold them.
#[test]
fn which_part_failed_is_in_the_detail_only() {
    let text =
        "{{ if eq .v \"hunter2-Zq7\" }}\n  {{ fail \"a\" }}{{ else }}{{ fail \"b\" }}{{ end }}";
    let equal = error(text);
    let different = error(&text.replace("Zq7", "Zq8"));
    assert_ne!(equal.detail().to_string(), different.detail().to_string());
    assert_eq!(equal.to_string(), different.to_string());
    assert_eq!(format!("{equal:?}"), format!("{different:?}"));
    assert_eq!(format!("{:?}", equal.detail()), format!("{:?}", different.detail()));
    assert_eq!(equal.to_string(), "the template cannot be rendered: it fails");
    assert!(std::error::Error::source(&equal).is_none());
}

#[test]
fn machines_get_one_word() {
    let reason = |text| error(text).kind().reason();
    assert_eq!(reason("{{ fail .v }}"), "TemplateFailed");
    assert_eq!(reason("{{ repeat 99999999 .v }}"), "TemplateLimit");
    assert_eq!(reason("{{ (toDate \"2006\" \"2024\").Location }}"), "TemplateUnsupported");
    assert_eq!(ParseErrorKind::Syntax.reason(), "TemplateSyntax");
    assert_eq!(ParseErrorKind::Limit.reason(), "TemplateLimit");
}

#[test]
fn positions_are_those_of_go() {
    let detail = |text| error(text).detail().to_string();
    assert_eq!(
        detail("\n\n  {{ fail \"x\" }}"),
        "template: t:3:5: executing \"t\" at <fail \"x\">: error calling fail: [redacted]"
    );
    assert_eq!(
        detail("{{ define \"a\" }}é {{ upper 1 }}{{ end }}{{ template \"a\" }}"),
        "template: t:1:28: executing \"a\" at <1>: expected string; found 1"
    );
}

#[test]
fn what_is_left_out_is_said() {
    let error = error("{{ (toDate \"2006\" \"2024\").Location }}");
    assert_eq!(error.kind(), ExecErrorKind::Unsupported);
    let detail = error.detail();
    assert_eq!((detail.line(), detail.column()), (1, 25));
    assert_eq!(detail.context(), "(toDate \"2006\" \"2024\").Location");
    assert_eq!(detail.message(), "this method is not supported");
}

#[test]
fn functions_that_reach_outside_do_not_exist() {
    for name in ["env", "expandenv", "getHostByName"] {
        let error =
            Template::parse("t", format!("{{{{ {name} \"PATH\" }}}}"), &mut ParseBudget::default());
        let error = error.expect_err("not defined");
        assert_eq!(error.to_string(), format!("template: t:1: function \"{name}\" not defined"));
        assert_eq!((error.kind(), error.line()), (ParseErrorKind::Syntax, 1));
    }
}

#[test]
fn errors_quote_no_more_than_a_person_reads() {
    let long = "x".repeat(100_000);
    let text =
        format!("{{{{ template \"a\" (fail \"{long}\") }}}}{{{{ define \"a\" }}}}{{{{ end }}}}");
    let error = error(&text);
    assert!(error.detail().to_string().len() < 4000);
    assert!(error.detail().context().ends_with('…'));
    let text = format!("{{{{ ${long} }}}}");
    let error = Template::parse("t", text, &mut ParseBudget::default()).expect_err("unknown");
    assert!(error.to_string().len() < 2000);
}
