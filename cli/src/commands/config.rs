//! `seal config`: which rule is a file's, and what follows from it.

mod unused;

use std::path::{Path, PathBuf};

use clap::Args;
use kubeyaml::{Tree, to_json};
use sealkit_core::{Fingerprint, Scope};
use sealkit_repository::config::{Binding, Config, ConfigFinder, Rule};

use crate::args::ReportForm;
use crate::certificate::CertificateSource;
use crate::error::Error;
use crate::input::Source;
use crate::output::{Audience, Destination};
use crate::report::{number, optional};
use crate::rules;
use crate::text;
use crate::ui::Ui;

/// Show which rule of .seal.yaml is a file's
///
/// And what follows from it: certificates, scope, namespace, name. The nearest .seal.yaml counts, in
/// the folder of the file or above it, and its first rule that matches.
///
/// With --unused: the rules that no file goes by, because none matches or because earlier rules match
/// first. It looks at the .seal.yaml of each FILE, which may be a folder, and at all below. Files that
/// Git ignores and does not track do not count. The exit code is 3 if there are such rules.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal config overlays/production/database.yaml
  seal config --unused")]
pub(crate) struct ConfigArgs {
    /// The file, which need not be there; with --unused, files and folders [default: .]
    #[arg(value_name = "FILE", required_unless_present = "unused")]
    files: Vec<PathBuf>,
    /// Show the rules that no file goes by
    #[arg(long)]
    unused: bool,
    /// How to print it [default: text]
    #[arg(short, long, value_enum)]
    output: Option<ReportForm>,
}

pub(crate) fn run(args: &ConfigArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    let form = args.output.unwrap_or_default();
    match (args.unused, args.files.as_slice()) {
        (true, []) => unused::run(&[PathBuf::from(".")], form, ui),
        (true, files) => unused::run(files, form, ui),
        (false, [file]) => show(file, form, ui),
        (false, _) => Err(Error::usage("several files are given, and one is shown")
            .hint("name one file; several are for --unused")),
    }
}

fn show(file: &Path, form: ReportForm, ui: &mut Ui<'_>) -> Result<(), Error> {
    let found = ConfigFinder::default().find(file).map_err(|error| rules::failed(&error))?;
    let config = found.as_ref().map(|found| found.config.as_ref());
    let rule = found.as_ref().and_then(|found| found.rule());
    let applied = match (config, rule) {
        (Some(config), Some(rule)) => Some(Applied::new(config, rule, ui)?),
        _ => None,
    };
    let report = Report { file, config, applied };
    let report = match form {
        ReportForm::Text => report.for_people(),
        ReportForm::Json => to_json(&report.tree()).to_string(),
    };
    Destination::Stdout.write(&[report], Audience::AsBefore, ui)
}

/// What is said of a file.
struct Report<'a> {
    file: &'a Path,
    /// The `.seal.yaml` that counts, if there is one.
    config: Option<&'a Config>,
    applied: Option<Applied<'a>>,
}

/// A rule, and the certificates that it names.
struct Applied<'a> {
    rule: &'a Rule,
    certificates: Vec<(PathBuf, Fingerprint)>,
}

impl<'a> Applied<'a> {
    fn new(config: &Config, rule: &'a Rule, ui: &mut Ui<'_>) -> Result<Self, Error> {
        let certificates = rule.certificates().iter().map(|certificate| {
            let path = rules::locate(config, certificate)?;
            let source = CertificateSource::Local(Source::File(path.clone()));
            Ok((path, source.load(ui)?.fingerprint()))
        });
        Ok(Self { rule, certificates: certificates.collect::<Result<_, Error>>()? })
    }
}

impl Report<'_> {
    fn for_people(&self) -> String {
        let mut lines = Lines::default();
        lines.add("File", &shown(self.file));
        match (self.config.map(shown_config), &self.applied) {
            (None, _) => {
                lines.add("Rule", "none: there is no .seal.yaml in its folder or above");
            }
            (Some(config), None) => {
                lines.add("Rule", &format!("none: nothing in {config} matches"));
            }
            (Some(config), Some(applied)) => lines.add_rule(&config, applied),
        }
        lines.0
    }

    fn tree(&self) -> Tree {
        Tree::mapping([
            ("file", Tree::from(shown(self.file))),
            ("config", optional(self.config.map(shown_config).as_deref())),
            ("rule", self.applied.as_ref().map_or(Tree::Null, Applied::tree)),
        ])
    }
}

impl Applied<'_> {
    fn tree(&self) -> Tree {
        let place = self.rule.position();
        let certificates = self.certificates.iter().map(|(path, fingerprint)| {
            Tree::mapping([
                ("file", Tree::from(shown(path))),
                ("fingerprint", Tree::from(fingerprint.to_string())),
            ])
        });
        let pins = self.rule.pins().iter().map(|pin| Tree::from(pin.to_string()));
        let keys = self.rule.keys().iter().map(|keys| {
            let pattern = [("pattern", Tree::from(keys.pattern().to_string()))];
            Tree::mapping(pattern.into_iter().chain(binding_tree(keys.binding())))
        });
        let before = [
            ("line", number(place.line)),
            ("column", number(place.column)),
            ("environment", optional(self.rule.environment())),
            ("certificates", Tree::Sequence(certificates.collect())),
            ("pins", Tree::Sequence(pins.collect())),
        ];
        let after = [("keys", Tree::Sequence(keys.collect()))];
        Tree::mapping(before.into_iter().chain(binding_tree(self.rule.binding())).chain(after))
    }
}

fn binding_tree(binding: &Binding) -> [(&'static str, Tree); 3] {
    [
        ("scope", optional(binding.scope.map(Scope::as_str))),
        ("namespace", optional(binding.namespace.as_deref())),
        ("name", optional(binding.name.as_deref())),
    ]
}

/// What is said where a rule says nothing.
const LEFT_OPEN: &str = "(left open)";

/// Lines for people.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, label: &str, value: &str) {
        let label = format!("{label}:");
        self.0.push_str(&format!("{label:<13}{}\n", text::one_line(value)));
    }

    fn add_rule(&mut self, config: &str, Applied { rule, certificates }: &Applied<'_>) {
        self.add("Rule", &format!("{config}:{}", rule.position().line));
        self.add("Environment", rule.environment().unwrap_or(LEFT_OPEN));
        if certificates.is_empty() {
            self.add("Certificate", LEFT_OPEN);
        }
        for (path, fingerprint) in certificates {
            self.add("Certificate", &format!("{} ({fingerprint})", shown(path)));
        }
        for pin in rule.pins() {
            self.add("Pin", &pin.to_string());
        }
        let binding = rule.binding();
        self.add("Scope", binding.scope.map_or(LEFT_OPEN, Scope::as_str));
        self.add("Namespace", binding.namespace.as_deref().unwrap_or(LEFT_OPEN));
        self.add("Name", binding.name.as_deref().unwrap_or(LEFT_OPEN));
        for keys in rule.keys() {
            self.add("Keys", &format!("{} ({})", keys.pattern(), in_words(keys.binding())));
        }
    }
}

/// `strict, namespace shop, name database`, without what is left open.
fn in_words(binding: &Binding) -> String {
    let said = [
        binding.scope.map(|scope| scope.to_string()),
        binding.namespace.as_ref().map(|namespace| format!("namespace {namespace}")),
        binding.name.as_ref().map(|name| format!("name {name}")),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() { "left open".to_owned() } else { said.join(", ") }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn shown_config(config: &Config) -> String {
    shown(&rules::as_seen(config.path()))
}
