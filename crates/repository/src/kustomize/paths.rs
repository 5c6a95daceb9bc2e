//! The paths in a kustomization.

use std::path::{Component, Path, PathBuf};

/// The most bytes of a path.
const MAX_PATH: usize = 4096;

/// A relative path in a folder, without `.` and `..`. None where it leads out of all folders, or is something else than a
/// path: a URL, or a patch in its place.
pub(super) fn joined(folder: &Path, entry: &str) -> Option<PathBuf> {
    let is_path = !entry.is_empty() && entry.len() <= MAX_PATH && !entry.contains(['\n', '\0']);
    if !is_path || entry.contains("://") {
        return None;
    }
    let mut path = folder.to_owned();
    for part in Path::new(entry).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => path.push(name),
            Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_and_stay_inside() {
        for (entry, path) in [
            ("x.yaml", Some("a/b/x.yaml")),
            ("./x/", Some("a/b/x")),
            ("../../x", Some("x")),
            ("../..", Some("")),
            ("../../../x", None),
            ("c/../../../../x", None),
            ("/a/b/x.yaml", None),
            ("", None),
            ("https://example.com/x", None),
            ("ssh://git@example.com/x", None),
            ("- op: add\n", None),
            ("x\0", None),
        ] {
            assert_eq!(joined(Path::new("a/b"), entry).as_deref(), path.map(Path::new), "{entry}");
        }
        assert_eq!(joined(Path::new("a"), &"x/".repeat(MAX_PATH)), None);
    }
}
