//! How a file is read, by its name.

use std::ffi::OsStr;
use std::path::Path;

/// Of documents in YAML or JSON.
const DOCUMENTS: [&str; 3] = ["yaml", "yml", "json"];

/// Behind one of these, or behind nothing: copies, templates of other tools, and what Argo CD can render (`.sealed`).
const AROUND: [&str; 12] = [
    "back", "backup", "bak", "orig", "old", "dist", "example", "sample", "sealed", "tpl", "tmpl",
    "gotmpl",
];

/// Whether a file is read as documents. All others are text, of which nothing is known.
pub(super) fn is_documents(file: &Path) -> bool {
    let Some(extension) = lowercase(file.extension()) else {
        return file.file_name().is_some_and(|name| name == "Kustomization");
    };
    let stem = file.file_stem().map(Path::new).and_then(|stem| lowercase(stem.extension()));
    DOCUMENTS.contains(&extension.as_str())
        || extension == "sealed"
        || AROUND.contains(&extension.as_str())
            && stem.is_some_and(|stem| DOCUMENTS.contains(&stem.as_str()))
}

fn lowercase(extension: Option<&OsStr>) -> Option<String> {
    extension.and_then(OsStr::to_str).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_by_the_end_of_the_name() {
        for name in [
            "a.yaml",
            "a.YML",
            "x/a.json",
            "a.yaml.back",
            "a.yaml.tpl",
            "a.yaml.sealed",
            "a.sealed",
            "Kustomization",
            ".a.yaml",
        ] {
            assert!(is_documents(Path::new(name)), "{name}");
        }
        for name in
            ["a", "a.cue", "_helpers.tpl", "a.yaml.sh", "yaml", "a.json5", "a.md", "x.yaml/a"]
        {
            assert!(!is_documents(Path::new(name)), "{name}");
        }
    }
}
