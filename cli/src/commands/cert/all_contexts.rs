//! `seal cert fetch --all-contexts`: the certificate of each cluster that the kubeconfig knows.

mod file_name;

use std::fs;
use std::path::{Path, PathBuf};

use kubeyaml::{Tree, to_json};

use super::validity;
use crate::args::ReportForm;
use crate::cluster::{self, Fetched, FromClusterArgs, OfContext};
use crate::error::Error;
use crate::output::{Audience, Destination};
use crate::report::{optional, table};
use crate::rotation::count;
use crate::text;
use crate::ui::Ui;

use file_name::FileNames;

pub(super) fn run(
    args: &FromClusterArgs,
    form: ReportForm,
    folder: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    if let Some(folder) = folder {
        make(folder)?;
    }
    let found = cluster::of_all_contexts(args, ui)?;
    if found.is_empty() {
        return Err(Error::failed("there is no kubeconfig with contexts")
            .hint("name it: --kubeconfig FILE, or KUBECONFIG"));
    }
    let mut names = FileNames::default();
    let rows: Vec<Row> = found
        .into_iter()
        .map(|found| {
            let file = folder.map(|folder| folder.join(names.of(&found.context)));
            Row::written(found, file, ui)
        })
        .collect();
    let report = match form {
        ReportForm::Text => for_people(&rows),
        ReportForm::Json => json(&rows),
    };
    Destination::Stdout.write(&[report], Audience::AsBefore, ui)?;
    let not_kept = rows.iter().find_map(|row| row.outcome.as_ref().ok()?.not_kept.as_ref());
    if let Some(reason) = not_kept {
        ui.note(format!("not kept for --offline: {}", reason.message()));
    }
    ending(&rows)
}

fn make(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    let failed = |error| Error::failed("no folder can be made there").caused_by(error);
    fs::create_dir(folder).map_err(|error| failed(error).about("--write"))
}

/// What is told of a context.
struct Row {
    context: String,
    server: Option<String>,
    outcome: Result<Fetched, Error>,
    /// Where the certificate was written.
    file: Option<PathBuf>,
}

impl Row {
    /// Writes what was fetched to the file, if there has to be one.
    fn written(found: OfContext, file: Option<PathBuf>, ui: &mut Ui<'_>) -> Self {
        let OfContext { context, server, outcome } = found;
        let outcome = outcome.and_then(|fetched| {
            let Some(file) = &file else { return Ok(fetched) };
            let destination = Destination::File(file.clone());
            destination.write(&[&fetched.text], Audience::WorldReadable, ui).map(|()| fetched)
        });
        let file = file.filter(|_| outcome.is_ok());
        Self { context, server, outcome, file }
    }

    fn cells(&self) -> [String; 4] {
        let server = self.server.as_deref().unwrap_or("-");
        let (key, until) = match &self.outcome {
            Ok(Fetched { certificate, age, .. }) => {
                let until = match validity(certificate) {
                    "valid" => certificate.not_after().to_string(),
                    validity => format!("{} ({validity})", certificate.not_after()),
                };
                let until = match age {
                    Some(age) => format!("{until}, fetched {age}"),
                    None => until,
                };
                (certificate.fingerprint().to_string(), until)
            }
            Err(error) => {
                let message = error.with_causes();
                let short = message.strip_prefix(&format!("{server}: "));
                ("-".to_owned(), format!("failed: {}", short.unwrap_or(&message)))
            }
        };
        [&self.context, server, &key, &until].map(text::one_line)
    }

    fn tree(&self) -> Tree {
        let fetched = self.outcome.as_ref().ok();
        let certificate = fetched.map(|fetched| &fetched.certificate);
        let text = |text: Option<String>| optional(text.as_deref());
        let file = self.file.as_ref().map(|file| file.display().to_string());
        Tree::mapping([
            ("context", Tree::from(self.context.as_str())),
            ("server", optional(self.server.as_deref())),
            ("fingerprint", text(certificate.map(|found| found.fingerprint().to_string()))),
            ("notBefore", text(certificate.map(|found| found.not_before().to_string()))),
            ("notAfter", text(certificate.map(|found| found.not_after().to_string()))),
            ("validity", optional(certificate.map(validity))),
            ("fetched", text(fetched.map(|fetched| fetched.fetched.to_string()))),
            ("file", text(file)),
            ("problem", text(self.outcome.as_ref().err().map(Error::with_causes))),
        ])
    }
}

fn for_people(rows: &[Row]) -> String {
    let head = ["CONTEXT", "SERVER", "KEY", "VALID UNTIL"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    table(&rows)
}

fn json(rows: &[Row]) -> String {
    let contexts = Tree::Sequence(rows.iter().map(Row::tree).collect());
    to_json(&Tree::mapping([("contexts", contexts)])).to_string()
}

/// An error where one has failed; each is told above, and what helps is told here.
fn ending(rows: &[Row]) -> Result<(), Error> {
    let errors: Vec<&Error> = rows.iter().filter_map(|row| row.outcome.as_ref().err()).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let all = count(rows.len(), "context");
    let failed = Error::failed(format!("{} of {all} gave no certificate", errors.len()));
    let hints = errors.iter().flat_map(|error| error.hints());
    Err(hints.fold(failed, Error::hint))
}
