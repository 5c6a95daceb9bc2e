//! What is to be measured.

use crate::sections::{ALL, Section};

/// How much of what is measured.
pub(crate) struct Options {
    /// SealedSecrets, where a section does not say otherwise.
    pub(crate) objects: usize,
    /// How often what takes seconds is measured. What takes a minute is measured once.
    pub(crate) turns: usize,
    /// Keys in a ring of many.
    pub(crate) keys: usize,
    /// Upstream's controller is measured, too.
    pub(crate) with_peer: bool,
    /// The sections, in order.
    pub(crate) sections: Vec<&'static Section>,
}

impl Options {
    /// Reads the command line.
    pub(crate) fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut options =
            Self { objects: 4000, turns: 3, keys: 60, with_peer: true, sections: Vec::new() };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--objects" => options.objects = number(arguments.next()),
                "--turns" => options.turns = number(arguments.next()),
                "--keys" => options.keys = number(arguments.next()),
                "--without-peer" => options.with_peer = false,
                name => options.sections.push(named(name)),
            }
        }
        if options.sections.is_empty() {
            options.sections = ALL.iter().collect();
        }
        options
    }
}

fn number(text: Option<String>) -> usize {
    text.and_then(|text| text.parse().ok()).expect("the option is followed by a number")
}

fn named(name: &str) -> &'static Section {
    let section = ALL.iter().find(|section| section.name == name);
    section.unwrap_or_else(|| panic!("there is no section {name}"))
}
