//! Reading a `.seal.yaml` never panics, what is wrong has a place, and of what was read every rule can be asked for.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use sealkit_repository::config::{Config, ConfigError, ConfigErrorKind};

const FILES: [&str; 4] =
    ["values.yaml", "production/database.yaml", "charts/shop/values-eu.yaml", ".hidden/a"];

fuzz_target!(|text: &[u8]| match Config::from_text(Path::new("/repository/.seal.yaml"), text) {
    Ok(config) => ask(&config),
    Err(error) => has_a_place(&error, text),
});

fn ask(config: &Config) {
    let files = FILES.map(Path::new);
    let unused = config.unused_rules(files);
    for file in files {
        let Some(rule) = config.rule_for(file) else { continue };
        let is_unused = |rule| unused.iter().any(|unused| std::ptr::eq(unused.rule, rule));
        assert!(!is_unused(rule.as_ref()), "{file:?}");
        for keys in rule.keys() {
            assert!(!keys.pattern().to_string().is_empty());
            assert!(!keys.pattern().matches([""; 0]));
        }
        let (anywhere, binding) = (rule.binding_anywhere(), rule.binding());
        assert!(!rule.keys().is_empty() || anywhere == *binding);
        // Nothing leads out of the folder, whatever is there.
        for certificate in rule.certificates() {
            assert!(config.locate(certificate).is_err(), "there is no such folder");
        }
    }
}

fn has_a_place(error: &ConfigError, text: &[u8]) {
    let is_of_whole =
        matches!(error.kind(), ConfigErrorKind::TooLarge | ConfigErrorKind::NoDocument);
    match error.position() {
        Some(place) => assert!((1..=text.len() + 1).contains(&place.line) && place.column >= 1),
        None => assert!(is_of_whole, "{error}"),
    }
    assert!(!error.to_string().contains(['\n', '\0']));
}
