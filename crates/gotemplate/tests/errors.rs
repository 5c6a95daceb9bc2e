//! Errors have Go's kind and position, and never a value.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use gotemplate::{Data, Environment, ExecErrorKind, Options, Template};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const VALUE: &str = "hunter2-Zq7";

/// The error of rendering `text` with `.v` set.
fn error(text: &str) -> String {
    let template = Template::parse("t", text, &Options::default()).expect("it parses");
    let data: Data = [("v", VALUE)].into_iter().collect();
    let mut environment = Environment::new(1_700_000_000, 0, StdRng::seed_from_u64(1));
    template.render(&data, &mut environment).expect_err("it fails").to_string()
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
        let message = error(text);
        assert!(!message.contains(VALUE) && !message.contains("hunter"), "{message}");
        assert!(message.starts_with("template: t:1:"), "{message}");
    }
}

#[test]
fn positions_are_those_of_go() {
    assert_eq!(
        error("\n\n  {{ fail \"x\" }}"),
        "template: t:3:5: executing \"t\" at <fail \"x\">: error calling fail: [redacted]"
    );
    assert_eq!(
        error("{{ define \"a\" }}é {{ upper 1 }}{{ end }}{{ template \"a\" }}"),
        "template: t:1:28: executing \"a\" at <1>: expected string; found 1"
    );
}

#[test]
fn what_is_left_out_is_said() {
    let template =
        Template::parse("t", "{{ (toDate \"2006\" \"2024\").Location }}", &Options::default())
            .expect("it parses");
    let mut environment = Environment::new(0, 0, StdRng::seed_from_u64(1));
    let error = template.render(&Data::new(), &mut environment).expect_err("not supported");
    assert_eq!(error.kind(), ExecErrorKind::Unsupported);
    assert_eq!((error.line(), error.column()), (1, 25));
    assert_eq!(error.message(), "this method is not supported");
}

#[test]
fn functions_that_reach_outside_do_not_exist() {
    for name in ["env", "expandenv", "getHostByName"] {
        let error = Template::parse("t", format!("{{{{ {name} \"PATH\" }}}}"), &Options::default());
        let error = error.expect_err("not defined");
        assert_eq!(error.to_string(), format!("template: t:1: function \"{name}\" not defined"));
        assert_eq!(error.line(), 1);
    }
}
