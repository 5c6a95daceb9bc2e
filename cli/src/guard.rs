//! What a command is about to read and write, checked before it does.

use crate::error::Error;
use crate::input::Source;
use crate::output::Destination;
use crate::ui::Ui;

/// Everything that a command reads and writes. [`Guard::check`] refuses what would lose data: standard input read
/// for two things, and an output that is one of the inputs.
#[derive(Default)]
#[must_use]
pub(crate) struct Guard<'a> {
    inputs: Vec<&'a Source>,
    outputs: Vec<&'a Destination>,
}

impl<'a> Guard<'a> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds inputs: documents, keys, certificates.
    pub(crate) fn reads(mut self, sources: impl IntoIterator<Item = &'a Source>) -> Self {
        self.inputs.extend(sources);
        self
    }

    /// Adds an output.
    pub(crate) fn writes(mut self, destination: &'a Destination) -> Self {
        self.outputs.push(destination);
        self
    }

    /// Refuses what does not go together.
    pub(crate) fn check(mut self, ui: &mut Ui<'_>) -> Result<(), Error> {
        if self.inputs.iter().filter(|source| ***source == Source::Stdin).count() > 1 {
            return Err(Error::usage("standard input (-) is named more than once")
                .hint("only one input can be read from standard input"));
        }
        // Streams in the place of the process's own are no files.
        if !ui.stdin().is_of_process() {
            self.inputs.retain(|source| **source != Source::Stdin);
        }
        if !ui.stdout().is_of_process() {
            self.outputs.retain(|output| **output != Destination::Stdout);
        }
        self.outputs.iter().try_for_each(|output| output.differs_from(self.inputs.iter().copied()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Guard;
    use crate::input::Source;
    use crate::output::Destination;
    use crate::streams::Streams;
    use crate::ui::Ui;

    fn refused(guard: Guard<'_>) -> Option<String> {
        guard
            .check(&mut Ui::new(Streams::of_process()))
            .err()
            .map(|error| error.message().to_owned())
    }

    #[test]
    fn standard_input_is_read_once() {
        let file = Source::File(PathBuf::from("a"));
        assert_eq!(refused(Guard::new().reads([&Source::Stdin, &file])), None);
        let twice = Guard::new().reads([&Source::Stdin]).reads(&Some(Source::Stdin));
        assert_eq!(refused(twice).as_deref(), Some("standard input (-) is named more than once"));
    }

    #[test]
    fn no_output_is_an_input() {
        let folder = sealkit_testkit::Folder::new();
        let (secret, key) = (folder.write("secret", ""), folder.write("key", ""));
        let sources = [Source::File(secret), Source::File(key.clone())];
        let (new, old) = (Destination::File(folder.join("new")), Destination::File(key.clone()));
        assert_eq!(refused(Guard::new().reads(&sources).writes(&new)), None);
        let message = format!("{} is both input and output", key.display());
        assert_eq!(refused(Guard::new().writes(&new).writes(&old).reads(&sources)), Some(message));
    }
}
