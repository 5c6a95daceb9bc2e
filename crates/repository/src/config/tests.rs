//! Reading, finding, and what both refuse.

use std::collections::BTreeSet;
use std::path::Path;

use sealkit_core::Scope;
use sealkit_testkit::{Folder, read_fixture, repository};
use serde_json::{Value, json};

use super::certificates::ENVIRONMENT_FIELDS;
use super::read::{FILE_FIELDS, KEYS_FIELDS, RULE_FIELDS};
use super::*;

const PATH: &str = "/repository/.seal.yaml";

fn read(text: &str) -> Result<Config, ConfigError> {
    Config::from_text(Path::new(PATH), text.as_bytes())
}

/// What reading says, without the path.
fn refused(text: &str) -> String {
    let error = read(text).expect_err(text).to_string();
    error.strip_prefix(PATH).expect("the path comes first").to_owned()
}

const WHOLE: &str = r#"version: 1
rules:
- paths: [production/**, "*.yaml"]
  environment: production
  certificates: [clusters/one.crt, clusters/two.crt]
  scope: namespace-wide
  namespace: shop
  name: database
  keys:
  - database.*.encryptedData
  - pattern: token
    scope: strict
    namespace: billing
    name: token
- paths: ["**"]
"#;

#[test]
fn every_field_is_read() {
    let config = read(WHOLE).unwrap();
    let rule = config.rule_for(Path::new("production/a/b.yaml")).unwrap();
    assert_eq!(rule.environment(), Some("production"));
    assert_eq!((rule.position().line, rule.position().column), (3, 3));
    let lines: Vec<_> = rule.certificates().iter().map(|file| file.position().column).collect();
    assert_eq!(lines, [18, 36]);
    let of_rule = Binding {
        scope: Some(Scope::NamespaceWide),
        namespace: Some("shop".to_owned()),
        name: Some("database".to_owned()),
    };
    assert_eq!(rule.binding(), &of_rule);
    let [inherits, own] = rule.keys() else { panic!("two entries") };
    assert_eq!(inherits.binding(), &of_rule);
    assert!(inherits.pattern().matches(["database", "main", "encryptedData"]));
    assert_eq!(own.pattern().to_string(), "token");
    assert_eq!(own.binding().scope, Some(Scope::Strict));
    assert_eq!(own.binding().namespace.as_deref(), Some("billing"));
    assert_eq!(own.binding().name.as_deref(), Some("token"));

    let other = config.rule_for(Path::new("b/c.yaml")).unwrap();
    assert_eq!(other.binding(), &Binding::default());
    assert!(other.certificates().is_empty() && other.keys().is_empty());
    assert_eq!(other.binding_anywhere(), Binding::default());
    assert_eq!(rule.binding_anywhere(), Binding::default());
    assert_eq!(config.path(), Path::new(PATH));
    assert_eq!(config.folder(), Path::new("/repository"));
    assert_eq!(config.rules().len(), 2);
}

/// What the rule of `file` says: environment, lines of the certificates, namespace, name, keys.
fn said(text: &str, file: &str) -> String {
    let config = read(text).unwrap();
    let rule = config.rule_for(Path::new(file)).expect(file);
    let lines: Vec<_> = rule.certificates().iter().map(|file| file.position().line).collect();
    let keys: Vec<_> = rule.keys().iter().map(|keys| keys.pattern().to_string()).collect();
    let Binding { scope, namespace, name } = rule.binding_anywhere();
    let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
    format!(
        "{} {lines:?} {} {} {} {keys:?}",
        or_dash(rule.environment()),
        or_dash(scope.map(Scope::as_str)),
        or_dash(namespace.as_deref()),
        or_dash(name.as_deref())
    )
}

#[test]
fn rules_of_repositories_mean_what_is_meant() {
    for (rules, file, meaning) in [
        ("values-map", "14-values-map.yaml", "- [] - shop - [\"secrets.*.encryptedData.*\"]"),
        ("values-lone", "16-values-loose.yaml", "- [] - dns provider-token [\"dns.token\"]"),
        ("no-namespace", "45-no-namespace.yaml", "- [] - shop - []"),
        ("cue", "49-cue.cue", "- [] namespace-wide shop - []"),
        ("terraform", "51-terraform.tf", "- [] - shop orders []"),
        ("script", "52-script.sh", "- [] - shop orders []"),
        ("flux-postbuild", "58-flux-postbuild.yaml", "- [] - team-a - []"),
        ("two-clusters", "development/orders.yaml", "development [3] - - - []"),
        ("two-clusters", "production/orders.yaml", "production [4] - - - []"),
    ] {
        let text = String::from_utf8(read_fixture(&format!("rules/{rules}.yaml"))).unwrap();
        assert_eq!(said(&text, file), meaning, "{rules}");
    }
}

#[test]
fn of_a_value_anywhere_is_known_what_all_keys_agree_on() {
    let rule = "version: 1\nrules:\n- paths: [a]\n  scope: strict\n  namespace: shop\n  name: b\n";
    assert_eq!(said(rule, "a"), "- [] strict shop b []");
    let keys = format!("{rule}  keys: [c, {{pattern: d, name: e}}]\n");
    assert_eq!(said(&keys, "a"), "- [] strict shop - [\"c\", \"d\"]");
    let alone = format!("{rule}  keys: [{{pattern: d, name: e}}]\n");
    assert_eq!(said(&alone, "a"), "- [] strict shop e [\"d\"]");
}

#[test]
fn certificates_are_those_of_the_rule_else_of_its_environment() {
    let text = "\
version: 1
environments:
  one: {certificate: a.crt}
  several:
    certificates:
    - b.crt
    - c.crt
rules:
- {paths: [a], environment: one}
- {paths: [b], environment: several}
- {paths: [c], environment: one, certificate: d.crt}
- {paths: [d], environment: label, certificates: [e.crt, f.crt]}
- {paths: [e]}
";
    assert_eq!(said(text, "a"), "one [3] - - - []");
    assert_eq!(said(text, "b"), "several [6, 7] - - - []");
    assert_eq!(said(text, "c"), "one [11] - - - []");
    assert_eq!(said(text, "d"), "label [12, 12] - - - []");
    assert_eq!(said(text, "e"), "- [] - - - []");
}

#[test]
fn pins_are_fingerprints() {
    let pin = format!("SHA256:{}", "A".repeat(43));
    let with =
        |pins: &str| format!("version: 1\nrules:\n- paths: [a]\n  pins: {pins}\n- paths: [b]\n");
    let config = read(&with(&format!("[\"{pin}\"]"))).unwrap();
    let rule = |file: &str| config.rule_for(Path::new(file)).unwrap();
    let pinned = pin.parse().unwrap();
    let other = format!("SHA256:{}E", "A".repeat(42)).parse().unwrap();
    assert_eq!(rule("a").pins(), [pinned]);
    assert!(rule("a").allows(pinned) && !rule("a").allows(other));
    assert!(rule("b").pins().is_empty() && rule("b").allows(other));
    assert_eq!(refused(&with("[SHA256:AAAA]")), ":4:10: a pin is no fingerprint");
    assert_eq!(refused(&with("[]")), ":4:9: the list is empty");
    assert!(refused(&with(&pin)).starts_with(":4:9: expected a list"));
}

#[test]
fn a_rule_without_files_is_told() {
    let config =
        read("version: 1\nrules:\n- paths: [a/*]\n- paths: [a/b]\n- paths: [c]\n").unwrap();
    let lines = |files: &[&str]| -> Vec<(usize, bool)> {
        let unused = config.unused_rules(files.iter().map(Path::new));
        unused.iter().map(|unused| (unused.rule.position().line, unused.is_shadowed)).collect()
    };
    assert_eq!(lines(&["a/b", "d"]), [(4, true), (5, false)]);
    assert_eq!(lines(&["c"]), [(3, false), (4, false)]);
    assert_eq!(lines(&[]), [(3, false), (4, false), (5, false)]);
    assert!(config.rule_for(Path::new("d")).is_none());
}

#[test]
fn the_schema_has_the_fields_that_are_read() {
    let schema = std::fs::File::open(repository().join("deploy/seal-config.schema.json")).unwrap();
    let schema: Value = serde_json::from_reader(schema).unwrap();
    for (mapping, fields, required) in [
        (&schema, FILE_FIELDS, json!(["version", "rules"])),
        (&schema["$defs"]["environment"], ENVIRONMENT_FIELDS, Value::Null),
        (&schema["$defs"]["rule"], RULE_FIELDS, json!(["paths"])),
        (&schema["$defs"]["keys"], KEYS_FIELDS, json!(["pattern"])),
    ] {
        let properties = mapping["properties"].as_object().unwrap();
        let listed: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(listed, fields.iter().copied().collect());
        assert_eq!(mapping["required"], required);
        assert_eq!(mapping["additionalProperties"], false);
    }
    let scopes = Scope::ALL.map(Scope::as_str);
    assert_eq!(schema["$defs"]["scope"]["enum"], json!(scopes));
    assert_eq!(schema["properties"]["rules"]["maxItems"], MAX_ENTRIES);
}

#[test]
fn the_examples_of_the_documentation_are_read() {
    let path = repository().join("docs/config.md");
    let text = std::io::read_to_string(std::fs::File::open(path).unwrap()).unwrap();
    let examples: Vec<&str> = text
        .split("```yaml\n")
        .skip(1)
        .map(|block| block.split_once("```").expect("it ends").0)
        .collect();
    assert_eq!(examples.len(), 4);
    for example in &examples {
        assert!(!read(example).unwrap().rules().is_empty());
    }
    let environments = read(examples[1]).unwrap();
    let rule = environments.rule_for(Path::new("charts/shop/values-production.yaml")).unwrap();
    assert_eq!(rule.environment(), Some("production"));
    assert!(rule.keys()[0].pattern().matches(["secrets", "database", "encryptedData", "password"]));
    assert_eq!(rule.certificates().len(), 1);
    let fleet = read(examples[2]).unwrap();
    let certificates = |file: &str| fleet.rule_for(Path::new(file)).unwrap().certificates().len();
    assert_eq!(certificates("clusters/iad-2/database.yaml"), 1);
    assert_eq!(certificates("shared/registry.yaml"), 2);
}

#[test]
fn no_rules_are_rules() {
    assert!(read("version: 1\nrules: []\n").unwrap().rules().is_empty());
}

#[test]
fn errors_have_their_place() {
    let rule = |fields: &str| format!("version: 1\nrules:\n- paths: [a]\n  {fields}\n");
    let environments = |of: &str| format!("version: 1\nenvironments: {of}\nrules: []\n");
    for (text, message) in [
        (String::new(), ": is empty"),
        ("# nothing\n".to_owned(), ": is empty"),
        ("- a\n".to_owned(), ":1:1: the document is not a mapping (an object)"),
        ("rules: []\n".to_owned(), ":1:1: version is missing"),
        ("version: 2\nrule: []\n".to_owned(), ":1:10: the version is not 1"),
        ("version: \"1\"\nrules: []\n".to_owned(), ":1:10: the version is not 1"),
        ("version: 1\n".to_owned(), ":1:1: rules is missing"),
        ("version: 1\nrules: {}\n".to_owned(), ":2:8: expected a list, found a mapping"),
        ("version: 1\nrules: [a]\n".to_owned(), ":2:9: expected a mapping, found a string"),
        ("version: 1\nrule: []\n".to_owned(), ":2:1: unknown field \"rule\""),
        ("version: 1\nS3cret: []\n".to_owned(), ":2:1: unknown field"),
        ("version: 1\nrules: []\n---\na: b\n".to_owned(), ":4:1: a second document begins here"),
        (
            "version: 1\nrules: []\nrules: []\n".to_owned(),
            ":3:1: the key `rules` stands here twice",
        ),
        (
            "version: 1\nrules:\n- paths: [*.yaml]\n".to_owned(),
            ":3:12: not valid YAML: the name of an anchor has letters, digits, `-` and `_`",
        ),
        ("version: 1\nrules:\n- scope: strict\n".to_owned(), ":3:3: paths is missing"),
        ("version: 1\nrules:\n- paths: []\n".to_owned(), ":3:10: the list is empty"),
        ("version: 1\nrules:\n- paths: a\n".to_owned(), ":3:10: expected a list, found a string"),
        ("version: 1\nrules:\n- paths: [/a]\n".to_owned(), ":3:11: the path is absolute"),
        (rule("scop: strict"), ":4:3: unknown field \"scop\""),
        (rule("scope: galaxy-wide"), ":4:10: there is no such scope"),
        (rule("scope: yes"), ":4:10: expected a string, found a boolean"),
        (rule("namespace:"), ":4:13: expected a string, found null"),
        (rule("certificates: [../a.crt]"), ":4:18: the path leads out of its folder by \"..\""),
        (rule("certificates: []"), ":4:17: the list is empty"),
        (rule("certificates: a.crt"), ":4:17: expected a list, found a string"),
        (rule("certificate: [a.crt]"), ":4:16: expected a string, found a list"),
        (rule("certificate: /a.crt"), ":4:16: the path is absolute"),
        (
            rule("certificate: a.crt\n  certificates: [b.crt]"),
            ":5:17: certificate and certificates are both there",
        ),
        (
            rule("environment: production"),
            ":4:16: there is no such environment, and the rule names no certificate",
        ),
        (rule("keys: [{pattern: a, key: b}]"), ":4:23: unknown field \"key\""),
        (rule("keys: [{name: a}]"), ":4:10: pattern is missing"),
        (rule("keys: [{pattern: a..b}]"), ":4:20: a key is empty: before, between or after dots"),
        (rule("keys: a..b"), ":4:9: a key is empty: before, between or after dots"),
        (rule("keys: []"), ":4:9: the list is empty"),
        (rule("keys: 5"), ":4:9: expected a string, found a number"),
        (rule("keys: {pattern: a}"), ":4:9: expected a string, found a mapping"),
        (environments("[]"), ":2:15: expected a mapping, found a list"),
        (environments("{a: a.crt}"), ":2:19: expected a mapping, found a string"),
        (environments("{a: {}}"), ":2:19: certificate is missing"),
        (environments("{a: {cert: b}}"), ":2:20: unknown field \"cert\""),
        (
            environments("{a: {certificate: ../b}}"),
            ":2:33: the path leads out of its folder by \"..\"",
        ),
    ] {
        assert_eq!(refused(&text), message, "{text}");
    }
    let slashed = refused(&environments("{a/b: {certificate: c}}"));
    assert!(slashed.starts_with(":2:16: an environment"), "{slashed}");
    let names = [
        ("environment: a/b", "4:16: an environment"),
        ("namespace: a.b", "4:14: a namespace"),
        ("name: A", "4:9: a name"),
    ];
    for (field, message) in names {
        assert!(refused(&rule(field)).starts_with(&format!(":{message}")), "{field}");
    }
}

#[test]
fn a_message_quotes_no_value() {
    const SECRET: &str = "k4nArY7";
    for field in [
        "scope",
        "namespace",
        "environment",
        "name",
        "paths",
        "certificate",
        "certificates",
        "keys",
        "environments",
    ] {
        for value in
            ["/%", "../%", "[%/.., [%, '{%']", "{%: 1}", "[{pattern: %*, name: '%%/'}]", "%\\"]
        {
            let value = value.replace('%', SECRET);
            let text =
                format!("version: 1\nrules:\n- paths: [a]\n- {field}: {value}\n  {SECRET}: 1\n");
            let at_top = format!("version: 1\n{field}: {value}\nrules: []\n");
            for text in [text, at_top] {
                let message = refused(&text);
                assert!(!message.contains("k4n"), "{message}");
            }
        }
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let most = usize::try_from(MAX_BYTES).unwrap();
    let text = format!("version: 1\nrules: []\n# {}\n", "a".repeat(most));
    assert_eq!(refused(&text), ": is larger than 256 KiB");
    let rules = |count| format!("version: 1\nrules:\n{}", "- paths: [a]\n".repeat(count));
    assert_eq!(read(&rules(MAX_ENTRIES)).unwrap().rules().len(), MAX_ENTRIES);
    assert_eq!(refused(&rules(MAX_ENTRIES + 1)), ":1003:3: the list has more than 1000 entries");
    let names: String =
        (0..=MAX_ENTRIES).map(|i| format!("  e{i}: {{certificate: a}}\n")).collect();
    let environments = format!("version: 1\nenvironments:\n{names}rules: []\n");
    assert_eq!(refused(&environments), ":1003:3: the list has more than 1000 entries");
    let aliases = format!(
        "version: 1\nrules:\n- paths: &a [\"{}\"]\n{}",
        "?".repeat(1 << 10),
        "- paths: *a\n".repeat(200)
    );
    assert!(refused(&aliases).ends_with(": the patterns are too large"));
}

#[test]
fn the_nearest_file_counts() {
    let folder = Folder::new();
    let rule = |namespace: &str| {
        format!("version: 1\nrules:\n- paths: [\"**\"]\n  namespace: {namespace}\n")
    };
    std::fs::create_dir(folder.join(".git")).unwrap();
    folder.write(".seal.yaml", rule("top"));
    folder.write("a/b/.seal.yaml", rule("near"));
    folder.write("a/c/.git", "gitdir: elsewhere\n");
    folder.write("a/d/.seal.yaml", "version: 1\nrules: []\n");
    let mut finder = ConfigFinder::default();
    let top = finder.find_in(folder.path()).unwrap().unwrap();
    assert_eq!(top.folder(), folder.path().canonicalize().unwrap());
    assert!(finder.find_in(&folder.join("a/c")).unwrap().is_none());
    let mut found = |file: &str| finder.find(&folder.join(file)).unwrap();
    let mut namespace = |file: &str| {
        let found = found(file)?;
        let rule = found.rule()?;
        rule.binding().namespace.clone()
    };
    assert_eq!(namespace("x.yaml").as_deref(), Some("top"));
    assert_eq!(namespace("a/x.yaml").as_deref(), Some("top"));
    assert_eq!(namespace("a/new/folder/x.yaml").as_deref(), Some("top"));
    assert_eq!(namespace("a/b/x.yaml").as_deref(), Some("near"));
    assert_eq!(namespace("a/b/c/x.yaml").as_deref(), Some("near"));
    assert_eq!(namespace("a/c/x.yaml"), None, "a submodule is a tree of its own");
    assert_eq!(
        namespace("a/d/x.yaml"),
        None,
        "the nearest counts, also where none of its rules matches"
    );
    let found = found("a/b/../b/c/x.yaml").unwrap();
    assert_eq!(found.file, Path::new("c/x.yaml"));
}

#[test]
fn another_thing_of_that_name_is_an_error() {
    let folder = Folder::new();
    std::fs::create_dir(folder.join(".seal.yaml")).unwrap();
    let error = ConfigFinder::default().find(&folder.join("a")).unwrap_err();
    assert!(matches!(error.kind(), ConfigErrorKind::NotAFile), "{error}");
}

#[test]
fn certificates_are_found_from_the_folder_of_the_file() {
    let folder = Folder::new();
    let text =
        "version: 1\nrules:\n- paths: [a]\n  certificates: [b/c.crt, absent.crt, b/c.crt/d]\n";
    folder.write(".seal.yaml", text);
    folder.write("b/c.crt", "");
    let found = ConfigFinder::default().find(&folder.join("a")).unwrap().unwrap();
    let [there, absent, below] = found.rule().unwrap().certificates() else { panic!("three") };
    let real = folder.path().canonicalize().unwrap();
    assert_eq!(found.config.locate(there).unwrap(), real.join("b/c.crt"));
    let error = found.config.locate(absent).unwrap_err();
    assert!(matches!(error.kind(), ConfigErrorKind::NoCertificate), "{error}");
    assert_eq!(error.position().map(|place| (place.line, place.column)), Some((4, 27)));
    assert!(matches!(found.config.locate(below).unwrap_err().kind(), ConfigErrorKind::Io(_)));
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_else() {
    use std::os::unix::fs::symlink;
    let (folder, outside) = (Folder::new(), Folder::new());
    let text =
        "version: 1\nrules:\n- paths: [\"**\"]\n  certificates: [in.crt, out.crt, out/a.crt]\n";
    folder.write(".seal.yaml", text);
    folder.write("a.crt", "");
    outside.write("a.crt", "");
    symlink("a.crt", folder.join("in.crt")).unwrap();
    symlink(outside.join("a.crt"), folder.join("out.crt")).unwrap();
    symlink(outside.path(), folder.join("out")).unwrap();
    let mut finder = ConfigFinder::default();
    let found = finder.find(&folder.join("x")).unwrap().unwrap();
    let [within, file, through] = found.rule().unwrap().certificates() else { panic!("three") };
    assert!(found.config.locate(within).is_ok());
    for certificate in [file, through] {
        let error = found.config.locate(certificate).unwrap_err();
        assert!(matches!(error.kind(), ConfigErrorKind::LeadsOut), "{error}");
    }
    // A file is where it really is, and so are its rules.
    assert!(finder.find(&folder.join("out/x")).unwrap().is_none());
    symlink(folder.join(".seal.yaml"), outside.join(".seal.yaml")).unwrap();
    let error = ConfigFinder::default().find(&outside.join("x")).unwrap_err();
    assert!(matches!(error.kind(), ConfigErrorKind::NotAFile), "{error}");
}
