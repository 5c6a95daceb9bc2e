//! `spec.template.data`: `seal unseal` renders what `kubeseal --recovery-unseal` renders.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it there and then"
)]

use sealkit_e2e::{KeyPair, documents, kubeseal, kubeseal_unseal, seal, seal_unseal};
use serde_json::{Value, json};

/// Templates over the items `user`, `password`, `json`, `empty` and `zone-name`.
const TEMPLATES: [&str; 24] = [
    "no action at all",
    "{{ .user }}:{{ .password }}",
    "{{- .user -}}  trimmed  {{- .password -}}",
    "{{ .absent }}|{{ index . \"zone-name\" }}|{{ index . \"absent\" }}",
    "{{ if .empty }}set{{ else if .user }}user{{ else }}none{{ end }}",
    "{{ with .user }}{{ . }}{{ end }}{{ with .empty }}{{ . }}{{ else }}empty{{ end }}",
    "{{ range $name, $value := . }}{{ $name }}={{ len $value }};{{ end }}",
    "{{ $user := .user }}{{ $user = printf \"%s-%d\" $user 7 }}{{ $user }}",
    "{{ define \"t\" }}<{{ . }}>{{ end }}{{ template \"t\" .user }}{{ template \"t\" 1 }}",
    "{{ printf \"%q %x %v %5s|%-7s|\" .user .user .user .user .user }}",
    "{{ .password | b64enc }} {{ .password | b64enc | b64dec }} {{ .password | sha256sum }}",
    "{{ .password | quote }} {{ .password | squote }} {{ .password | toJson }}",
    "{{ .password | urlquery }} {{ .password | html }} {{ .password | js }}",
    "{{ .user | upper | repeat 2 }} {{ title .user }} {{ trunc 2 .user }} {{ substr 1 3 .user }}",
    "{{ .json | fromJson | toPrettyJson }}",
    "{{ $o := fromJson .json }}{{ $o.list | join \",\" }} {{ $o.n }} {{ $o.b }}",
    "{{ range $i, $e := (fromJson .json).list }}{{ $i }}:{{ $e }} {{ end }}",
    "{{ .empty | default \"fallback\" }} {{ ternary \"yes\" \"no\" (eq .user \"shop\") }}",
    "{{ list 1 2 3 | toJson }} {{ dict \"a\" 1 \"b\" (list .user) | toJson }}",
    "{{ .user | indent 4 }}\n{{ \"a\\nb\" | nindent 2 }}",
    "{{ splitList \"-\" \"a-b-c\" | last }} {{ regexReplaceAll \"[aeiou]\" .user \"_\" }}",
    "{{ add 1 2 3 }} {{ div 7 2 }} {{ mod 7 3 }} {{ mul 2 3.7 }} {{ max 1 5 }} {{ round 2.456 1 }}",
    "{{ and .user .empty }}|{{ or .empty .user }}|{{ not .empty }}|{{ ge \"b\" \"a\" }}",
    "{{/* a comment */}}{{ `raw {{ string }}` }} {{ \"\\u00e9\" }} {{ 'x' }} {{ 0x1F }} {{ 1e3 }}",
];

#[test]
fn templates_render_as_kubeseal_renders_them() {
    let key = KeyPair::fixture();
    for template in TEMPLATES {
        let sealed = sealed_with(&key, &json!({ "rendered": template }));
        let expected = kubeseal_unseal(&sealed, &key.private_key);
        assert_eq!(seal_unseal(&sealed, &key.private_key), [expected], "{template}");
    }
}

/// Raw text of the template items can be used by their siblings; a sealed value wins over both.
#[test]
fn items_see_each_other_as_with_kubeseal() {
    let key = KeyPair::fixture();
    let items = json!({
        "host": "db.{{ .user }}.svc",
        "url": "{{ .user }}@{{ .host }}",
        "user": "{{ .password }}",
        "nothing": "",
    });
    let sealed = sealed_with(&key, &items);
    let expected = kubeseal_unseal(&sealed, &key.private_key);
    assert_eq!(expected["data"]["user"], json!("c2hvcA=="), "the sealed value wins");
    assert_eq!(seal_unseal(&sealed, &key.private_key), [expected]);
}

#[test]
fn both_refuse_a_template_that_fails() {
    let key = KeyPair::fixture();
    for template in
        ["{{ .user", "{{ fail .password }}", "{{ env \"HOME\" }}", "{{ template \"x\" }}"]
    {
        let sealed = sealed_with(&key, &json!({ "rendered": template }));
        let recovery = ["--recovery-unseal", "--recovery-private-key"];
        kubeseal().args(recovery).arg(&key.private_key).stdin(&sealed).run().exited(1);
        let unseal = seal().args(["unseal", "--key"]).arg(&key.private_key);
        let refused = unseal.stdin(&sealed).run().exited(1);
        assert!(refused.stdout.is_empty());
        assert!(!refused.stderr_text().contains("pa$$"), "a value stands in the message");
    }
}

/// A SealedSecret made by `seal`, to which template items are added.
fn sealed_with(key: &KeyPair, items: &Value) -> Vec<u8> {
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "templated", "namespace": "shop"},
        "stringData": {
            "user": "shop",
            "password": "pa$$ <&\"'> wörd\n\u{1f511}",
            "json": "{\"list\": [\"x\", \"y\"], \"n\": 3, \"b\": true, \"null\": null}",
            "empty": "",
            "zone-name": "eu-1",
        },
    });
    let seal = seal().args(["--format", "json", "--cert"]).arg(&key.certificate);
    let done = seal.stdin(secret.to_string()).run().success();
    let [mut sealed] = documents::json(&done.stdout).try_into().unwrap();
    sealed["spec"]["template"]["data"] = items.clone();
    sealed.to_string().into_bytes()
}
