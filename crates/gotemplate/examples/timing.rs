//! How long a template of 20 lines over 10 values takes: `cargo run -q --release -p gotemplate --example timing`.

#![expect(clippy::print_stdout, reason = "its output is for a person")]

use std::time::Instant;

use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const TEXT: &str = r#"# {{ .name | title }}
server:
  host: {{ .host | quote }}
  port: {{ .port | default "5432" }}
{{- if eq .tls "true" }}
  tls:
    mode: {{ .mode | upper }}
    ca: {{ .ca | b64enc }}
{{- else }}
  tls: {}
{{- end }}
users:
{{- range $i, $user := splitList "," .users }}
  - id: {{ add $i 1 }}
    name: {{ $user | trim | lower }}
    digest: {{ printf "%s:%s" $user $.password | sha256sum | trunc 12 }}
{{- end }}
labels: {{ dict "app" .name "tier" (.tier | default "backend") | toJson }}
motd: |
{{ .motd | indent 2 }}
"#;

fn main() {
    const ROUNDS: u32 = 20_000;
    let values = [
        ("name", "shop database"),
        ("host", "db.example.com"),
        ("port", ""),
        ("tls", "true"),
        ("mode", "verify-full"),
        ("ca", "-----BEGIN CERTIFICATE-----"),
        ("users", "alice, bob ,Carol"),
        ("password", "correct horse battery staple"),
        ("tier", "data"),
        ("motd", "line one\nline two\nline three"),
    ];
    let data: Data = values.into_iter().collect();
    let mut limits = RenderLimits::default();
    // One context for all rounds.
    (limits.steps, limits.memory_bytes, limits.output_bytes) = (u64::MAX, usize::MAX, usize::MAX);
    let mut context = RenderContext::new(0, 0, StdRng::seed_from_u64(0), limits);
    let parse = || Template::parse("timing", TEXT, &mut ParseBudget::default());
    #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
    let now = Instant::now;

    let start = now();
    for _ in 0..ROUNDS {
        std::hint::black_box(parse().is_ok());
    }
    println!("parse:  {:?}", start.elapsed() / ROUNDS);

    let Ok(template) = parse() else { return };
    let start = now();
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        bytes = template.render(&data, &mut context).map_or(0, |output| output.len());
    }
    println!("render: {:?} ({bytes} bytes)", start.elapsed() / ROUNDS);
}
