//! One case: ciphertexts are put into its files, they are rotated, and all that was said is compared.

use std::path::Path;

use sealkit_repository::kustomize::Kustomizations;
use sealkit_repository::rotate::{
    Content, Context, FileOutcome, Labels, Options, Outcome, Overlay, Target, Verdict, rotate,
};
use sealkit_testkit::{fixture, read_fixture};

use super::case::{Case, GivenBy};
use super::filled::{Filled, check_bytes, decoded, files, fill, with_ciphertexts, with_new_key};
use super::keys::{key, ring};

/// Runs a case; the error says what is not as it should be.
pub(crate) fn run(case: &Case) -> Result<(), String> {
    let filled: Vec<Filled> = case.placeholders().into_iter().map(fill).collect();
    let root = fixture("rotate-shapes").join(case.text("path").unwrap());
    let mut outcomes = Vec::new();
    for path in files(&root) {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let fixture = Path::new("rotate-shapes").join(case.text("path").unwrap()).join(name);
        let fixture = fixture.to_str().unwrap().trim_end_matches('/');
        let before = with_ciphertexts(read_fixture(fixture), &filled);
        let outcome = rotate_file(case, name, &before)?;
        check_file(case, name, &before, &outcome, &filled)
            .map_err(|error| format!("{name}: {error}"))?;
        outcomes.push(outcome);
    }
    check_exits(case, &outcomes)
}

/// What the command's exit status is, and that of the same command with `--check`.
fn check_exits(case: &Case, outcomes: &[FileOutcome]) -> Result<(), String> {
    let findings = || outcomes.iter().flat_map(|outcome| &outcome.findings);
    let is_left = findings().any(|found| matches!(found.outcome, Outcome::Left(_)));
    let is_stale = findings().any(|found| match &found.outcome {
        Outcome::Rotated | Outcome::Stale { .. } | Outcome::ToBeSent | Outcome::Left(_) => true,
        Outcome::Sealed { .. } | Outcome::Current { .. } => false,
        Outcome::Noted(cause) => cause.could_be_opened(),
    });
    let (exit, check_exit) = (u64::from(is_left), if is_stale { 3 } else { 0 });
    let is_allowed = |expected: &serde_json::Value, exit: u64| match expected {
        serde_json::Value::Array(all) => all.iter().any(|one| one == exit),
        one => one.is_null() || *one == exit,
    };
    if !is_allowed(&case.entry["exit"], exit) {
        return Err(format!("exits with {exit}"));
    }
    let expected = &case.entry["check_exit"];
    if !is_allowed(expected, check_exit) {
        return Err(format!("exits with {check_exit} with --check, not {expected}"));
    }
    Ok(())
}

fn rotate_file(case: &Case, name: &str, file: &[u8]) -> Result<FileOutcome, String> {
    let is_rotated = match case.extra().as_slice() {
        // Without `=write`, what would be written is shown.
        [] | ["--text"] => false,
        ["--text=write"] => true,
        extra => return Err(format!("needs the command line's {}", extra.join(" "))),
    };
    let rings: Vec<_> = case.rings().into_iter().map(ring).collect();
    let certificate = certificate(case, name);
    let is_files_own = case.entry.get("certificates").is_some_and(|all| {
        case.text("cert").is_none() && all.as_object().is_some_and(|all| !all.is_empty())
    });
    let target = Target { is_files_own, ..Target::new(key(certificate).sealing_key()) };
    let mut context = Context::new(&rings, Some(target));
    let rule = Rule::of(case);
    let rule_at = |keys: &[&str]| rule.at(keys);
    let path = if name.is_empty() { case.text("path").unwrap() } else { name };
    if !path.ends_with(".yaml") && !path.ends_with(".json") {
        context.content = Content::Text { is_rotated };
    }
    context.rule_at = &rule_at;
    if rule.keys.is_none() {
        context.rule = rule.labels.clone();
    }
    let overlays = overlays(case, name);
    context.overlays = &overlays;
    context.flags = case.flags();
    context.options = Options { verify: true, ..Options::default() };
    Ok(rotate(file, &context, &mut rand::rng()))
}

/// What the kustomizations in the folder of a case make of one of its files.
fn overlays(case: &Case, name: &str) -> Vec<Overlay> {
    let root = fixture("rotate-shapes").join(case.text("path").unwrap());
    let mut kustomizations = Kustomizations::default();
    for file in files(&root).iter().filter(|file| Kustomizations::is_kustomization(file)) {
        let name = file.strip_prefix(fixture("")).unwrap().to_str().unwrap();
        kustomizations.add(file, &read_fixture(name));
    }
    kustomizations.resolve().of(&root.join(name))
}

/// The key of the certificate: that of the rule for the file, or the one given.
fn certificate<'a>(case: &'a Case, name: &str) -> &'a str {
    let folder = name.split('/').next().unwrap();
    let all = case.entry.get("certificates").and_then(|all| all.as_object());
    let of_rule = all.and_then(|all| all.get(&format!("certs/{folder}.pem")));
    of_rule.and_then(|key| key.as_str()).or(case.text("cert")).unwrap_or("new")
}

/// What the one rule of a case says, as far as it is about labels.
struct Rule {
    labels: Labels,
    keys: Option<String>,
}

impl Rule {
    fn of(case: &Case) -> Self {
        let text = case.text("rules").filter(|_| case.labels == GivenBy::Rule).unwrap_or_default();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
            line.map(|rest| rest.trim_start_matches(':').trim().trim_matches('"').to_owned())
        };
        let labels = Labels {
            scope: field("scope").map(|scope| scope.parse().unwrap()),
            namespace: field("namespace"),
            name: field("name:").filter(|name| !name.is_empty()),
        };
        Self { labels, keys: field("keys") }
    }

    fn at(&self, keys: &[&str]) -> Option<Labels> {
        let pattern: Vec<&str> = self.keys.as_deref()?.split('.').collect();
        let fits = |(part, key): (&&str, &&str)| *part == "*" || part == key;
        let is_match = pattern.len() == keys.len() && pattern.iter().zip(keys).all(fits);
        is_match.then(|| self.labels.clone())
    }
}

fn check_file(
    case: &Case,
    name: &str,
    before: &[u8],
    outcome: &FileOutcome,
    filled: &[Filled],
) -> Result<(), String> {
    let expected = match &case.entry["file_outcome"] {
        serde_json::Value::String(word) => word.as_str(),
        by_file => by_file.get(name).and_then(|word| word.as_str()).unwrap_or("skipped"),
    };
    let found = word(outcome.verdict());
    if found != expected {
        let reasons: Vec<_> = outcome.findings.iter().map(shown).collect();
        return Err(format!("is {found}, not {expected}: {}", reasons.join("; ")));
    }
    let text = decoded(before);
    let is_rotated =
        |filled: &Filled| filled.placeholder.outcome == "rotated" && occurrences(&text, filled) > 0;
    if outcome.file.is_some() != filled.iter().any(is_rotated) {
        return Err("has new content where it should not, or none where it should".to_owned());
    }
    check_counts(&text, outcome, filled)?;
    let has_hint = case.entry.get("hint").is_some();
    let expected_text = if has_hint { with_new_key(&text) } else { text };
    let Some(after) = &outcome.file else { return Ok(()) };
    if after.get(..2) != before.get(..2) {
        return Err("is in another encoding now".to_owned());
    }
    check_bytes(&expected_text, &decoded(after), filled)
}

fn shown(finding: &sealkit_repository::rotate::Finding) -> String {
    let position = finding.position;
    let reason = finding.outcome.reason();
    format!("{}:{} {} {reason}", position.line, position.column, finding.item)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Rotated => "rotated",
        Verdict::Stale => "stale",
        Verdict::Sealed => "sealed",
        Verdict::Current => "current",
        Verdict::Left => "left",
        Verdict::Noted => "noted",
        Verdict::Skipped => "skipped",
    }
}

fn occurrences(text: &[u8], filled: &Filled) -> usize {
    let first = &filled.old[..filled.placeholder.line_len.unwrap_or(filled.old.len())];
    text.windows(first.len()).filter(|window| *window == first.as_bytes()).count()
}

/// How many values are rotated and left and noted is what the places of the placeholders say.
fn check_counts(text: &[u8], outcome: &FileOutcome, filled: &[Filled]) -> Result<(), String> {
    for wanted in ["rotated", "left", "noted"] {
        let of_kind = filled.iter().filter(|filled| filled.placeholder.outcome == wanted);
        let expected: usize = of_kind.map(|filled| occurrences(text, filled)).sum();
        let found = outcome.findings.iter().filter(|found| kind(&found.outcome) == wanted);
        // What is left or noted without a ciphertext is told as well.
        let found = found.count();
        if found < expected || (wanted == "rotated" && found != expected) {
            return Err(format!("{found} are {wanted}, not {expected}"));
        }
    }
    Ok(())
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Rotated => "rotated",
        Outcome::Stale { .. } | Outcome::ToBeSent => "stale",
        Outcome::Sealed { .. } => "sealed",
        Outcome::Current { .. } => "current",
        Outcome::Left(_) => "left",
        Outcome::Noted(_) => "noted",
    }
}
