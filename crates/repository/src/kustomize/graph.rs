//! Which kustomizations include which.

use std::collections::HashMap;
use std::mem;
use std::path::PathBuf;

use super::file::Kustomization;

/// A kustomization, and the places of those that it includes: all are before its own.
pub(super) struct Node {
    pub(super) file: Kustomization,
    pub(super) resources: Vec<usize>,
    pub(super) components: Vec<usize>,
}

/// The kustomizations, each behind all that it includes.
///
/// `kustomize` refuses circles. Here, the inclusion that closes one counts for nothing.
pub(super) fn inner_first(mut files: Vec<Kustomization>) -> Vec<Node> {
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let places = by_folder(&files);
    let included: Vec<Vec<usize>> =
        files.iter().map(|file| inner(file.included(), &places)).collect();
    let ranks = ranks(&included);
    let places: HashMap<PathBuf, usize> = places
        .into_iter()
        .filter_map(|(folder, place)| Some((folder, *ranks.get(place)?)))
        .collect();
    let mut ranked: Vec<(usize, Kustomization)> = ranks.into_iter().zip(files).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(rank, file)| Node::new(rank, file, &places)).collect()
}

impl Node {
    fn new(rank: usize, file: Kustomization, places: &HashMap<PathBuf, usize>) -> Self {
        let before = |folders: &[PathBuf]| {
            let inner = inner(folders.iter(), places);
            inner.into_iter().filter(|inner| *inner < rank).collect()
        };
        Self { resources: before(&file.resources), components: before(&file.components), file }
    }
}

/// The place of the kustomization of each folder. Where there are several, `kustomize` refuses all; one counts here.
fn by_folder(files: &[Kustomization]) -> HashMap<PathBuf, usize> {
    files.iter().enumerate().map(|(place, file)| (file.folder.clone(), place)).collect()
}

/// The places of the kustomizations in these folders.
fn inner<'f>(
    folders: impl Iterator<Item = &'f PathBuf>,
    places: &HashMap<PathBuf, usize>,
) -> Vec<usize> {
    folders.filter_map(|folder| places.get(folder).copied()).collect()
}

/// A step of the way through all kustomizations.
enum Step {
    Into(usize),
    OutOf(usize),
}

/// The rank of each: behind all that it includes, but for what closes a circle.
fn ranks(included: &[Vec<usize>]) -> Vec<usize> {
    let mut is_met = vec![false; included.len()];
    let mut order = Vec::with_capacity(included.len());
    // Not by recursion: how deep they include each other is for others to say.
    let mut ahead: Vec<Step> = (0..included.len()).rev().map(Step::Into).collect();
    while let Some(step) = ahead.pop() {
        match step {
            Step::OutOf(place) => order.push(place),
            Step::Into(place) => {
                let is_new =
                    is_met.get_mut(place).is_some_and(|is_met| !mem::replace(is_met, true));
                if is_new {
                    ahead.push(Step::OutOf(place));
                    let inner = included.get(place).into_iter().flatten();
                    ahead.extend(inner.rev().map(|inner| Step::Into(*inner)));
                }
            }
        }
    }
    let mut ranked: Vec<(usize, usize)> =
        order.into_iter().enumerate().map(|(rank, place)| (place, rank)).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, rank)| rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_behind_what_it_includes() {
        assert_eq!(ranks(&[vec![2], vec![0, 2], vec![]]), [1, 2, 0]);
        assert_eq!(ranks(&[vec![1], vec![0], vec![2, 1]]), [1, 0, 2]);
        assert!(ranks(&[]).is_empty());
    }

    #[test]
    fn there_may_be_many_one_around_the_other() {
        let chain: Vec<Vec<usize>> = (0..100_000).map(|place| vec![place + 1]).collect();
        assert_eq!(ranks(&chain).first(), Some(&99_999));
    }
}
