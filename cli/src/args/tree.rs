//! Which files of a working tree a command looks into.

use std::path::PathBuf;

use clap::Args;
use sealkit_repository::rotate::Labels;
use sealkit_repository::tree::{Survey, survey};
use sealkit_repository::walk::{PathPattern, Selection};

use super::{ScopeName, not_empty};
use crate::error::Error;
use crate::rules;

/// Which files of a working tree, and what is said about the values in them.
#[derive(Args)]
pub(crate) struct TreeArgs {
    /// Files and folders [default: the working directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only files that match this pattern, as in .seal.yaml; one without a slash matches in every folder
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// No files or folders that match this pattern
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Only files of this environment, which their rules in .seal.yaml name
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// The namespace of values where nothing else tells it
    #[arg(long)]
    namespace: Option<String>,
    /// The name of values where nothing else tells it
    #[arg(long)]
    name: Option<String>,
    /// The scope that is tried first where nothing else tells it
    #[arg(long, value_enum)]
    scope: Option<ScopeName>,
}

impl TreeArgs {
    /// The files that may hold sealed values, with their rules.
    pub(crate) fn survey(&self) -> Result<Survey, Error> {
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        let here = here.map_err(|error| {
            Error::failed("the working directory cannot be found").caused_by(error)
        })?;
        let include = patterns("--include", &self.include)?;
        let exclude = patterns("--exclude", &self.exclude)?;
        let selection = Selection::new(&here, include, exclude)
            .map_err(|flaw| Error::usage(format!("--include, --exclude: {flaw}")))?;
        let roots = if self.paths.is_empty() { vec![here] } else { self.paths.clone() };
        survey(&roots, selection).map_err(|error| rules::failed(&error))
    }

    /// The one environment that counts.
    pub(crate) fn environment(&self) -> Option<&str> {
        self.env.as_deref()
    }

    /// Refuses the name of an environment that no file has: it is mistyped, mostly, and nothing would be looked into.
    pub(crate) fn refuse_unknown_environment(&self, survey: &Survey) -> Result<(), Error> {
        if self.env.is_some() && !survey.files.iter().any(|file| file.is_of(self.environment())) {
            return Err(Error::usage(
                "no file with sealed values is of the environment that --env names",
            )
            .hint(
                "seal status lists the environments; a rule in .seal.yaml gives a file its own",
            ));
        }
        Ok(())
    }

    /// What values are bound to where nothing else tells it.
    pub(crate) fn labels(&self) -> Labels {
        let owned = |text: &Option<String>| not_empty(text.as_deref()).map(str::to_owned);
        Labels {
            scope: self.scope.map(Into::into),
            namespace: owned(&self.namespace),
            name: owned(&self.name),
        }
    }
}

/// Patterns of the command line. One without a slash is meant for every folder, as in `.gitignore`.
fn patterns(flag: &str, texts: &[String]) -> Result<Vec<PathPattern>, Error> {
    // What was given is not shown: it may have been meant for another flag.
    let parse = |text: String| {
        PathPattern::parse(&text).map_err(|flaw| Error::usage(format!("{flag}: {flaw}")))
    };
    let deep = |text: &String| (!text.contains('/')).then(|| format!("**/{text}"));
    texts
        .iter()
        .map(|text| text.strip_suffix('/').unwrap_or(text).to_owned())
        .flat_map(|text| deep(&text).into_iter().chain([text]).collect::<Vec<_>>())
        .map(parse)
        .collect()
}
