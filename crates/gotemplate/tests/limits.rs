//! Untrusted templates: every limit is an error, on a stack of 2 MiB and in bounded memory.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::thread;

use gotemplate::{
    Data, ExecError, ExecErrorKind, ParseBudget, ParseErrorKind, ParseLimits, RenderContext,
    RenderLimits, Template,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

fn context(limits: RenderLimits) -> RenderContext {
    RenderContext::new(1_700_000_000, 0, StdRng::seed_from_u64(1), limits)
}

fn parse(text: &str) -> Template {
    Template::parse("t", text, &mut ParseBudget::default()).expect("it parses")
}

/// Renders on a thread with the stack that threads have unless told otherwise.
fn render_with(text: &str, limits: RenderLimits) -> Result<Vec<u8>, ExecError> {
    let text = text.to_owned();
    let run = move || {
        let data: Data = [("name", "value")].into_iter().collect();
        parse(&text).render(&data, &mut context(limits))
    };
    thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .expect("a thread")
        .join()
        .expect("no panic")
}

fn render(text: &str) -> Result<Vec<u8>, ExecError> {
    render_with(text, RenderLimits::default())
}

fn kind(text: &str) -> Option<ExecErrorKind> {
    render(text).err().map(|error| error.kind())
}

#[test]
fn output_is_bounded() {
    assert_eq!(kind("{{ repeat 1048577 \"x\" }}"), Some(ExecErrorKind::Limit));
    assert_eq!(render("{{ repeat 1048576 \"x\" }}").expect("1 MiB fits").len(), 1 << 20);
    assert_eq!(kind("{{ range 2000000 }}x{{ end }}"), Some(ExecErrorKind::Limit));
}

#[test]
fn intermediate_values_are_bounded() {
    for text in [
        "{{ repeat 9223372036854775807 \"ab\" }}",
        "{{ indent 9223372036854775807 \"ab\" }}",
        "{{ len (until 9223372036854775807) }}",
        "{{ len (untilStep 0 9223372036854775807 3) }}",
        "{{ seq 1 9223372036854775806 | len }}",
        "{{ randBytes 9223372036854775807 | len }}",
        "{{ randAlphaNum 9223372036854775807 | len }}",
        "{{ replace \"\" (repeat 100000 \"y\") (repeat 100000 \"x\") | len }}",
        "{{ join (repeat 1000000 \"y\") (until 1000) | len }}",
        "{{ $x := \"ab\" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}",
        "{{ $x := list 1 }}{{ range 60 }}{{ $x = concat $x $x }}{{ end }}{{ len $x }}",
        "{{ regexReplaceAll \"\" (repeat 10000 \"x\") (repeat 100000 \"y\") | len }}",
        "{{ regexReplaceAll \"a+\" (repeat 1000000 \"a\") (repeat 10000 \"$0\") | len }}",
        "{{ wrapWith 1 (repeat 10000 \"-\") (repeat 100000 \"y\") | len }}",
        "{{ $d := dict }}{{ range $i := until 1000000 }}{{ $_ := set $d (print $i) $i }}{{ end }}{{ len $d }}",
        "{{ printf (repeat 1000 \"%1000000[1]d\") 1 | len }}",
    ] {
        assert_eq!(kind(text), Some(ExecErrorKind::Limit), "{text}");
    }
}

#[test]
fn work_is_bounded() {
    for text in [
        "{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}",
        "{{ define \"r\" }}{{ template \"r\" }}{{ template \"r\" }}{{ end }}{{ template \"r\" }}",
        "{{ range 1000000 }}{{ $_ := bcrypt \"x\" }}{{ end }}",
        "{{ range 1000000 }}{{ $_ := derivePassword 1 \"pin\" \"a\" \"b\" \"c\" }}{{ end }}",
        "{{ $s := repeat 1000000 \"x\" }}{{ range 1000000 }}{{ $_ := contains \"y\" $s }}{{ end }}",
        "{{ uniq (until 100000) | len }}",
    ] {
        let limits = RenderLimits::default();
        let text = text.to_owned();
        let steps = text.contains("bcrypt") || text.contains("derive");
        let mut limits = limits;
        if steps {
            limits.steps = 2_000_000;
        }
        let error = render_with(&text, limits).expect_err("it takes too long");
        let deep = error.detail().message().starts_with("exceeded maximum template depth");
        assert!(error.kind() == ExecErrorKind::Limit || deep, "{text}: {}", error.detail());
    }
}

#[test]
fn values_may_nest_deeply() {
    let nested = "{{ $x := list }}{{ range until 5000 }}{{ $x = list $x }}{{ end }}";
    let brackets = format!("{}{}", "[".repeat(5001), "]".repeat(5001));
    assert_eq!(render(&format!("{nested}{{{{ $x }}}}")).expect("it renders"), brackets.as_bytes());
    assert_eq!(
        render(&format!("{nested}{{{{ toJson $x }}}}")).expect("it renders"),
        brackets.as_bytes()
    );
    assert_eq!(render(&format!("{nested}{{{{ deepEqual $x $x }}}}")).expect("it renders"), b"true");
    let deeper = nested.replace("5000", "20000");
    assert_eq!(kind(&format!("{deeper}{{{{ $x }}}}")), Some(ExecErrorKind::Limit));
    assert_eq!(render(&deeper).expect("it is only made, and dropped"), b"");
}

#[test]
fn dicts_may_hold_themselves() {
    let own = "{{ $d := dict }}{{ $_ := set $d \"self\" $d }}";
    assert_eq!(render(&format!("{own}{{{{ toJson $d }}}}|")).expect("it renders"), b"|");
    assert_eq!(render(&format!("{own}{{{{ len $d.self.self }}}}")).expect("it renders"), b"1");
    for walk in
        ["$d", "deepCopy $d", "merge $d (dict \"self\" $d)", "deepEqual $d (dict \"self\" $d)"]
    {
        let result = render(&format!("{own}{{{{ {walk} }}}}"));
        assert!(
            result.is_ok() || result.is_err_and(|error| error.kind() == ExecErrorKind::Limit),
            "{walk}"
        );
    }
}

#[test]
fn parentheses_and_blocks_may_nest_deeply() {
    let parentheses =
        |depth: usize| format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(render(&parentheses(9_999)).expect("as deep as Go allows"), b"1");
    let error = Template::parse("t", parentheses(10_001), &mut ParseBudget::default())
        .expect_err("too deep");
    assert_eq!(error.to_string(), "template: t:1: max expression depth exceeded");
    let blocks = format!("{}x{}", "{{ if true }}".repeat(40_000), "{{ end }}".repeat(40_000));
    assert_eq!(render(&blocks).expect("blocks take no stack"), b"x");
    let chain = format!("{{{{ if false }}}}{}{{{{ end }}}}", "{{ else if false }}".repeat(40_000));
    assert_eq!(render(&chain).expect("chains take no stack"), b"");
}

#[test]
fn templates_may_call_each_other_as_deeply_as_in_go() {
    let text = "{{ define \"r\" }}{{ if lt (len .) 90000 }}{{ template \"r\" (print . \"x\") }}{{ end }}{{ end }}\
                {{ template \"r\" \"\" }}";
    assert_eq!(kind(text), Some(ExecErrorKind::Limit), "the strings take too much memory");
    let endless = "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}";
    let error = render(endless).expect_err("it never ends");
    assert_eq!(error.detail().message(), "exceeded maximum template depth (100000)");
}

#[test]
fn patterns_are_bounded() {
    assert_eq!(kind("{{ regexMatch \"(\\\\pL{500}){2}\" \"x\" }}"), Some(ExecErrorKind::Limit));
    let nested =
        format!("{{{{ mustRegexMatch \"{}{}\" \"x\" }}}}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(kind(&nested), Some(ExecErrorKind::Failed));
}

#[test]
fn the_text_of_all_templates_is_bounded() {
    let mut budget = ParseBudget::default();
    let half = "x".repeat(1 << 19);
    for _ in 0..2 {
        Template::parse("t", &half, &mut budget).expect("1 MiB fits");
    }
    let error = Template::parse("t", "x", &mut budget).expect_err("not a byte more");
    assert_eq!(error.kind(), ParseErrorKind::Limit);
    assert_eq!(error.to_string(), "template: t:1: templates are longer than allowed");
}

#[test]
fn the_memory_of_all_trees_is_bounded() {
    let mut limits = ParseLimits::default();
    limits.tree_bytes = 1 << 20;
    let mut budget = ParseBudget::new(&limits);
    let actions = "\n{{.}}".repeat(1000);
    let parsed =
        (0..10).take_while(|_| Template::parse("t", &actions, &mut budget).is_ok()).count();
    assert!((1..9).contains(&parsed), "{parsed} templates fit");
    let error = Template::parse("t", &actions, &mut budget).expect_err("there is no more");
    assert_eq!(error.kind(), ParseErrorKind::Limit);
    assert_eq!(error.message(), "parsed templates take more memory than allowed");
}

#[test]
fn dense_templates_are_refused_early() {
    for (dense, count) in [("{{.}}", 200_000), ("{{$a:=1}}", 110_000), ("{{1 1 1}}", 110_000)] {
        let parsed = Template::parse("t", dense.repeat(count), &mut ParseBudget::default());
        let error = parsed.expect_err("its tree is too large");
        assert_eq!(error.kind(), ParseErrorKind::Limit, "{dense}");
    }
}

#[test]
fn templates_share_what_their_context_allows() {
    let mut few_steps = RenderLimits::default();
    few_steps.steps = 100_000;
    let mut little_memory = RenderLimits::default();
    little_memory.memory_bytes = 1 << 20;
    for (text, limits, message) in [
        ("{{ range 10000 }}{{ end }}", few_steps, "rendering takes more steps than allowed"),
        ("{{ len (repeat 100000 \"x\") }}", little_memory, "values take more memory than allowed"),
        ("{{ repeat 100000 \"x\" }}", RenderLimits::default(), "output is longer than allowed"),
    ] {
        let template = parse(text);
        let mut context = context(limits);
        let data = Data::new();
        let rendered = (0..20).take_while(|_| template.render(&data, &mut context).is_ok()).count();
        assert!((5..12).contains(&rendered), "{text}: {rendered} times");
        let error = template.render(&data, &mut context).expect_err("there is no more");
        assert_eq!(error.kind(), ExecErrorKind::Limit, "{text}");
        assert_eq!(error.detail().message(), message, "{text}");
    }
}

#[test]
fn failed_renderings_take_their_share() {
    let template = parse("{{ repeat 100000 \"x\" }}{{ range 1000 }}{{ end }}{{ fail \"\" }}");
    let mut context = context(RenderLimits::default());
    let kinds: Vec<_> = (0..12)
        .map(|_| template.render(&Data::new(), &mut context).expect_err("it fails").kind())
        .collect();
    assert_eq!(kinds.first(), Some(&ExecErrorKind::Failed));
    assert_eq!(kinds.last(), Some(&ExecErrorKind::Limit));
}

#[test]
fn what_was_tried_on_too_small_a_stack_is_given_back_once() {
    let nested = "{{ $x := list }}{{ range until 100 }}{{ $x = list $x }}{{ end }}";
    let template = parse(&format!("{{{{ range 60000 }}}}{{{{ end }}}}{nested}{{{{ $x }}}}"));
    let mut limits = RenderLimits::default();
    limits.steps = 200_000;
    let mut context = context(limits);
    let rendered = || template.render(&Data::new(), &mut context).is_ok();
    let rendered = std::iter::repeat_with(rendered).take_while(|rendered| *rendered).count();
    assert_eq!(rendered, 3, "each takes a few steps more than 60 000");
}

#[test]
fn values_cost_what_is_read_of_them_and_not_what_there_are() {
    let values = (0..10_000).map(|number| (format!("k{number}"), "value".repeat(100)));
    let data: Data = values.collect();
    let template = parse("{{ .k77 | trunc 5 }}");
    let mut limits = RenderLimits::default();
    limits.steps = 100_000;
    limits.memory_bytes = 1 << 20;
    let mut context = context(limits);
    for _ in 0..1000 {
        let rendered = template.render(&data, &mut context).expect("it takes little");
        assert_eq!(rendered, b"value");
    }
}

#[test]
fn a_rendering_ends_when_its_time_is_up() {
    let mut texts = vec![
        "{{ range 1000000 }}{{ end }}",
        "{{ $x := repeat 1000000 \"x\" }}{{ range 100 }}{{ $_ := upper $x }}{{ end }}",
    ];
    if cfg!(feature = "certificates") {
        texts.extend(["{{ genPrivateKey \"rsa\" }}", "{{ genPrivateKey \"dsa\" }}"]);
    }
    for text in texts {
        let mut looks = 0;
        let over_at_third = move || {
            looks += 1;
            looks >= 3
        };
        let mut context = context(RenderLimits::default()).with_deadline(over_at_third);
        let error = parse(text).render(&Data::new(), &mut context).expect_err("it takes too long");
        assert_eq!(error.kind(), ExecErrorKind::Limit, "{text}");
        assert_eq!(error.detail().message(), "rendering takes more time than allowed", "{text}");
        let next = parse("x{{ 1 }}").render(&Data::new(), &mut context);
        assert!(next.is_err(), "the time is up for all that follow");
    }
}
