//! Rendering a template as `spec.template.data` holds them: a configuration file of 20 lines over
//! ten values.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

const TEMPLATE: &str = r#"{{- /* the database's configuration */ -}}
[client]
host = {{ .host }}
port = {{ .port | default "5432" }}
user = {{ .user | quote }}
password = {{ .password | quote }}
{{- if eq .tls "true" }}
ca = {{ .ca | b64enc }}
{{- end }}
url = postgres://{{ .user }}:{{ .password | urlquery }}@{{ .host }}/{{ .name }}

[pool]
{{- range $name, $value := . }}
# {{ $name | upper }}: {{ len $value }} bytes
{{- end }}
{{- with .pool }}
{{ . | indent 2 | trim }}
{{- end }}
[other]
settings = {{ fromJson .settings | toJson }}
digest = {{ printf "%s-%s" .user .name | sha256sum | trunc 12 }}
"#;

const VALUES: [(&str, &str); 10] = [
    ("ca", "-----BEGIN CERTIFICATE-----"),
    ("host", "database.shop.svc"),
    ("name", "shop"),
    ("password", "p@ss word/&?"),
    ("pool", "size = 10\nidle = 2"),
    ("port", ""),
    ("region", "eu-1"),
    ("settings", r#"{"a": [1, 2, 3], "b": {"c": true}}"#),
    ("tls", "true"),
    ("user", "shop"),
];

fn render(criterion: &mut Criterion) {
    let mut data = Data::new();
    for (name, value) in VALUES {
        data.insert(name, value);
    }
    let mut limits = RenderLimits::default();
    // One context for all rounds.
    (limits.steps, limits.memory_bytes, limits.output_bytes) = (u64::MAX, usize::MAX, usize::MAX);
    let mut context = RenderContext::new(1_767_225_600, 0, UnwrapErr(SysRng), limits);
    let template = parse();
    template.render(&data, &mut context).expect("the template can be rendered");

    let mut group = criterion.benchmark_group("template of 20 lines, 10 values");
    group.bench_function("parse", |bencher| bencher.iter(parse));
    group.bench_function("render", |bencher| {
        bencher.iter(|| template.render(black_box(&data), &mut context));
    });
    group.finish();
}

fn parse() -> Template {
    let budget = &mut ParseBudget::default();
    Template::parse("config", black_box(TEMPLATE), budget).expect("it is a template")
}

criterion_group!(benches, render);
criterion_main!(benches);
