//! `seal rotate`: the sealed values of a working tree, sealed again for the newest key.

use std::path::{Path, PathBuf};

use clap::Args;
use sealkit_core::Fingerprint;
use sealkit_repository::rotate::Options;
use sealkit_repository::tree::TextMode;
use zeroize::Zeroizing;

use crate::args::{CertificateArgs, FromEnvironment, ReportForm, TreeArgs};
use crate::cluster::ClusterArgs;
use crate::error::Error;
use crate::hints;
use crate::output::{Audience, Destination};
use crate::rotation::{
    Detail, Fate, FileResult, Prepared, Report, Summary, Writing, commit_message, count, plural,
    unified,
};
use crate::ui::Ui;

/// Seal the values of a working tree again, for the newest key
///
/// Finds every sealed value, wherever it stands: SealedSecrets, patches, Helm values, manifests in manifests. Opens it,
/// seals it again under what it is bound to, and leaves every other byte of its file. Needs no cluster: the private keys
/// come from a backup. With --through-controller it needs no private keys: the cluster's controller opens the values and
/// seals them again, and the plaintext never leaves the cluster.
///
/// Each file is whole at any moment, old or new; running again does what is left.
#[derive(Args)]
#[command(after_help = "\
Examples:
  seal rotate --key old.pem --cert new.pem
  seal rotate clusters/production --key backup.yaml --cert new.pem --dry-run --diff
  seal rotate --key dev.pem --key prod.pem --env production --message-file message.txt
  seal rotate --check --cert new.pem
  seal rotate clusters/production --through-controller --context production --dry-run

Exit codes:
  0  done; with --check: all values are current
  1  failed, in whole or in part; each file is whole, old or new
  2  the command line makes no sense
  3  --check found values that are stale, or that are not known to be current")]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    from_environment: FromEnvironment,
    #[command(flatten)]
    tree: TreeArgs,
    /// A cluster's private keys: PEM, DER, or backups; FILE,FILE for several files. Once for each cluster
    #[arg(short, long = "key", value_name = "FILE", required_unless_present_any = ["check", "through_controller"])]
    keys: Vec<String>,
    /// Have the cluster's controller seal the values again, for the key that it serves. Hints that name this key are believed
    // What is text of other kinds is tried out with the keys: a guess is no business of somebody else's.
    #[arg(long, conflicts_with_all = ["keys", "check", "verify", "text"])]
    through_controller: bool,
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    certificate: CertificateArgs,
    /// Write nothing; say what would be rotated
    #[arg(short = 'n', long, conflicts_with_all = ["check", "message_file"])]
    dry_run: bool,
    /// Show what changes, or would change, as a unified diff
    #[arg(long, conflicts_with_all = ["check", "output"])]
    diff: bool,
    /// Write nothing; exit code 3 unless all values are current. Without --key, hints are believed
    #[arg(long, conflicts_with_all = ["all", "add_hints", "verify", "limit", "message_file"])]
    check: bool,
    /// Seal values again that are current, too
    #[arg(long)]
    all: bool,
    /// Write at most this many files; run again for the others
    #[arg(long, value_name = "FILES", conflicts_with = "dry_run")]
    limit: Option<usize>,
    /// Write a message for the commit to this file
    #[arg(long, value_name = "FILE")]
    message_file: Option<PathBuf>,
    /// Values in files of other kinds (CUE, Terraform, scripts): show them, or write them
    #[arg(long, value_name = "HOW", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "show")]
    text: Option<TextName>,
    /// Add the hint that names the key to SealedSecrets without one
    #[arg(long)]
    add_hints: bool,
    /// Open each new value again, where the new private key is among --key
    #[arg(long)]
    verify: bool,
    /// Leave files of which a document cannot be read
    #[arg(long)]
    strict_files: bool,
    /// How the report is printed [default: text]
    #[arg(short, long, value_enum)]
    output: Option<ReportForm>,
    /// Also name files and values that are rotated or current
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TextName {
    /// Show what would be rotated
    Show,
    /// Rotate them
    Write,
}

pub(crate) fn run(args: &RotateArgs, ui: &mut Ui<'_>) -> Result<(), Error> {
    args.check_message_file()?;
    let RotateArgs { tree, keys, certificate, from_environment, .. } = args;
    let prepared = match args.through_controller {
        true => {
            args.refuse_certificate()?;
            Prepared::load_through(tree, &args.cluster, certificate, ui)?
        }
        false => Prepared::load(tree, keys, certificate, from_environment, ui)?,
    };
    let survey = &prepared.survey;
    if prepared.has_no_certificate() && !survey.files.is_empty() {
        return Err(Error::usage("no certificate is given").hint(hints::NO_CERTIFICATE));
    }
    let verb = if args.check { "checking" } else { "rotating" };
    let results = prepared.run(args.text_mode(), args.options(), &args.writing(), verb, ui);
    let told = args.tell(&Report::of(&results, survey), ui);
    match (prepared.failure(), told) {
        (None, told) => told,
        (Some(failure), Ok(())) => Err(failure),
        (Some(failure), Err(error)) => Err(failure.and(vec![error], 0)),
    }
}

impl RotateArgs {
    /// Refuses a place for the message where it cannot be written, before anything is rotated.
    fn check_message_file(&self) -> Result<(), Error> {
        let Some(file) = &self.message_file else { return Ok(()) };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if file.is_dir() {
            return Err(Error::usage("--message-file names a folder, not a file"));
        }
        match folder.is_none_or(Path::is_dir) {
            true => Ok(()),
            false => Err(Error::usage("--message-file: its folder is not there")),
        }
    }

    /// With the controller's own certificate another one makes no sense; that of the environment is for other commands.
    fn refuse_certificate(&self) -> Result<(), Error> {
        let is_given = self.certificate.cert.is_some() && !self.from_environment.gives("cert");
        match is_given {
            true => Err(Error::usage("--cert makes no sense with --through-controller").hint(
                "the controller seals for the key that it serves; --pin demands which that is",
            )),
            false => Ok(()),
        }
    }

    fn options(&self) -> Options {
        Options {
            all: self.all,
            add_hints: self.add_hints,
            verify: self.verify,
            strict_files: self.strict_files,
            inspect: self.check || (self.through_controller && self.dry_run),
        }
    }

    fn text_mode(&self) -> TextMode {
        match self.text {
            None => TextMode::Count,
            Some(TextName::Show) => TextMode::Show,
            Some(TextName::Write) => TextMode::Rotate,
        }
    }

    fn writing(&self) -> Writing {
        match self.dry_run || self.check {
            true => Writing::Nothing,
            false => Writing::Files { limit: self.limit.unwrap_or(usize::MAX), keep: self.diff },
        }
    }

    fn detail(&self) -> Detail {
        match (self.verbose, self.dry_run || self.check) {
            (true, _) => Detail::Items,
            (false, true) => Detail::Files,
            (false, false) => Detail::Exceptions,
        }
    }

    /// Prints the report; what is left, or stale, is the run's error.
    fn tell(&self, report: &Report<'_>, ui: &mut Ui<'_>) -> Result<(), Error> {
        let text = report.in_form(self.output.unwrap_or_default(), self.detail());
        if self.diff {
            let diffs: Vec<Zeroizing<Vec<u8>>> = report.results.iter().filter_map(diff).collect();
            Destination::Stdout.write(&diffs, Audience::AsBefore, ui)?;
            ui.lines(&text);
        } else {
            Destination::Stdout.write(&[text], Audience::AsBefore, ui)?;
        }
        if let Some(file) = &self.message_file {
            self.write_message(file, report, ui)?;
        }
        self.conclude(&report.summary, ui)
    }

    fn write_message(
        &self,
        file: &Path,
        report: &Report<'_>,
        ui: &mut Ui<'_>,
    ) -> Result<(), Error> {
        let Report { results, summary, .. } = report;
        if summary.all.rotated == 0 {
            ui.note("nothing was rotated, so there is no message");
            return Ok(());
        }
        let rotated = results.iter().filter(|result| result.is_rotated());
        let mut to: Vec<Fingerprint> = rotated.filter_map(|result| result.report.target).collect();
        to.sort_unstable();
        to.dedup();
        let message = commit_message(summary, &to);
        Destination::from_argument(Some(file)).write(&[message], Audience::AsBefore, ui)
    }

    fn conclude(&self, summary: &Summary, ui: &mut Ui<'_>) -> Result<(), Error> {
        let counts = summary.all;
        if summary.believed > 0 {
            let values = count(summary.believed, "value");
            let otherwise = match self.through_controller {
                true => "--all has them sealed again, too",
                false => "--key proves them",
            };
            ui.note(format!("hints were believed about {values}: {otherwise}"));
        }
        if summary.files_over_limit > 0 {
            let files = count(summary.files_over_limit, "file");
            ui.note(format!("still to be rotated: {files}; run again"));
        }
        if self.check {
            return match summary {
                _ if summary.files_failed > 0 => Err(failed(summary)),
                _ if summary.is_all_current() => {
                    if counts.current > 0 {
                        ui.note("all current");
                    }
                    Ok(())
                }
                _ => Err(Error::found()),
            };
        }
        if self.through_controller && self.dry_run && counts.stale > 0 {
            self.conclude_looked(summary, ui);
        }
        if counts.left > 0 || summary.files_failed > 0 {
            return Err(failed(summary));
        }
        if summary.files_over_limit == 0 && !(self.through_controller && self.dry_run) {
            self.conclude_done(summary, ui);
        }
        Ok(())
    }

    /// Says what a run would do to the controller.
    fn conclude_looked(&self, summary: &Summary, ui: &mut Ui<'_>) {
        let values = count(summary.all.stale, "value");
        let requests = count(summary.requests, "request");
        ui.note(format!(
            "nothing was sent; to the controller would go {values}, in {requests} to rotate and as many to verify"
        ));
    }

    /// Says whether all is current after a run that has left nothing.
    fn conclude_done(&self, summary: &Summary, ui: &mut Ui<'_>) {
        let counts = summary.all;
        let open = counts.noted + counts.stale;
        if open > 0 {
            let (values, them) = (count(open, "value"), plural(open, "it", "them"));
            ui.note(format!("{values} not looked into: an old key may still open {them}"));
        }
        if summary.files_unknown > 0 {
            let files = count(summary.files_unknown, "file");
            ui.note(format!("{files} not looked into: an old key may still open what is in there"));
        }
        let are_some = counts.current + counts.rotated > 0;
        if open + summary.files_unknown == 0 && are_some && !self.dry_run {
            ui.note("all current");
        }
    }
}

fn failed(summary: &Summary) -> Error {
    let values = count(summary.all.left, "value");
    let files = count(summary.files_left, "file");
    let left = match summary.all.left {
        0 => files,
        _ => format!("{values} in {files}"),
    };
    Error::failed(format!("left as before: {left}; an old key may still open them"))
        .hint(hints::LEFT)
}

fn diff(result: &FileResult<'_>) -> Option<Zeroizing<Vec<u8>>> {
    match &result.fate {
        Fate::Shown(change) | Fate::Written(Some(change)) => Some(unified(&result.path, change)),
        _ => None,
    }
}
