//! Looking at a working tree, on files.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use sealkit_repository::tree::{Survey, survey};
use sealkit_repository::walk::{PathPattern, Selection};
use sealkit_testkit::Folder;

fn of(folder: &Folder, root: &str) -> Survey {
    survey(&[folder.join(root)], Selection::all()).unwrap()
}

fn names(survey: &Survey) -> Vec<String> {
    let name = |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
    survey.files.iter().map(|file| name(&file.path)).collect()
}

#[test]
fn overlays_beside_what_was_asked_for_are_known() {
    let folder = Folder::new();
    folder.write(".git/HEAD", "");
    folder.write("base/orders.yaml", "kind: SealedSecret\n");
    folder.write("base/kustomization.yaml", "resources: [orders.yaml]\n");
    folder.write("production/kustomization.yaml", "namespace: shop\nresources: [../base]\n");
    for root in ["", "base", "base/orders.yaml"] {
        let survey = of(&folder, root);
        assert_eq!(names(&survey), ["orders.yaml"], "{root}");
        let namespaces: Vec<_> =
            survey.files[0].overlays.iter().map(|overlay| overlay.namespace.as_deref()).collect();
        assert_eq!(namespaces, [None, Some("shop")], "{root}");
    }
}

#[test]
fn overlays_that_are_not_selected_are_known() {
    let folder = Folder::new();
    folder.write("base/orders.yaml", "kind: SealedSecret\n");
    folder.write(
        "production/kustomization.yaml",
        "namespace: shop\nresources: [../base/orders.yaml]\n",
    );
    let root = folder.path().canonicalize().unwrap();
    let pattern = |text| [PathPattern::parse(text).unwrap()];
    for selection in [
        Selection::new(&root, pattern("base/*.yaml"), []),
        Selection::new(&root, [], pattern("production")),
    ] {
        let survey = survey(std::slice::from_ref(&root), selection.unwrap()).unwrap();
        assert_eq!(survey.files[0].overlays[0].namespace.as_deref(), Some("shop"));
    }
}

#[test]
fn what_argo_cd_and_flux_do_with_a_folder_is_known_from_the_top_of_the_working_tree() {
    let folder = Folder::new();
    folder.write("tree/apps/orders/orders.yaml", "kind: SealedSecret\n");
    folder.write(
        "tree/clusters/app.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n\
         spec: {destination: {namespace: shop}, source: {path: apps/orders}}\n",
    );
    folder.write(
        "tree/clusters/flux.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         spec: {targetNamespace: post, path: ./apps}\n",
    );
    let found = |root: &str| -> Vec<Option<String>> {
        let survey = of(&folder, root);
        assert_eq!(names(&survey), ["orders.yaml"], "{root}");
        let overlays = survey.files[0].overlays.iter();
        overlays.map(|overlay| overlay.namespace.clone().or(overlay.destination.clone())).collect()
    };
    let both = [Some("shop".to_owned()), Some("post".to_owned())];
    assert_eq!(found("tree"), both);
    assert!(found("").is_empty());
    folder.write("tree/.git/HEAD", "");
    for root in ["tree", "tree/apps/orders", "tree/apps/orders/orders.yaml"] {
        assert_eq!(found(root), both, "{root}");
    }
}

#[test]
fn files_that_are_not_looked_into_are_named() {
    let folder = Folder::new();
    folder.write("a.yaml", "kind: ConfigMap\n");
    folder.write("lfs.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    folder.write(".seal-aB3xYz", "kind: SealedSecret\n");
    folder.write("b.yaml.back", "kind: SealedSecret\n");
    folder.write("notes.md", "kind: SealedSecret\n");
    let survey = of(&folder, "");
    assert_eq!(names(&survey), ["b.yaml.back"]);
    assert_eq!((survey.stand_ins.len(), survey.left_over.len()), (1, 1));
}
