//! Small trees, and what becomes of the objects in their files.

use super::*;
use crate::rotate::Overlay;

fn overlays(files: &[(&str, &str)]) -> Overlays {
    let mut all = Kustomizations::default();
    for (folder, text) in files {
        all.add(&Path::new(folder).join("kustomization.yaml"), text.as_bytes());
    }
    all.resolve()
}

/// Each as `namespace prefix-*-suffix`, with the name in the place of `*` and the destination, where they are told.
fn shown(overlays: &Overlays, file: &str) -> Vec<String> {
    let shown = |overlay: Overlay| {
        let Overlay { namespace, destination, name, name_prefix, name_suffix } = overlay;
        let namespace = namespace.unwrap_or_else(|| "-".to_owned());
        let name = name.unwrap_or_else(|| "*".to_owned());
        let destination = destination.map(|namespace| format!(", else {namespace}"));
        format!("{namespace} {name_prefix}{name}{name_suffix}{}", destination.unwrap_or_default())
    };
    overlays.of(Path::new(file)).into_iter().map(shown).collect()
}

/// The kustomizations of a tree, by their folders; a file; and what becomes of its objects.
type Row =
    (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static [&'static str]);

fn check(rows: &[Row]) {
    for (what, files, file, expected) in rows {
        assert_eq!(shown(&overlays(files), file), *expected, "{what}");
    }
}

#[test]
fn resources_take_the_changes_of_all_that_include_them() {
    const CHAIN: &[(&str, &str)] = &[
        ("base", "namespace: base\nnamePrefix: b-\nresources: [./orders.yaml]\n"),
        ("blue", "namespace: blue\nnamePrefix: o-\nnameSuffix: -x\nbases: [../base/]\n"),
        ("blue/eu", "nameSuffix: -eu\nresources: [..]\n"),
        ("red", "resources: [../base, ../base/orders.yaml, other.yaml]\n"),
    ];
    check(&[
        (
            "a chain",
            CHAIN,
            "base/orders.yaml",
            &["base b-*", "- *", "blue o-b-*-x", "blue o-b-*-x-eu"],
        ),
        ("unchanged", CHAIN, "red/other.yaml", &["- *"]),
        ("not listed", CHAIN, "base/other.yaml", &[]),
        (
            "an empty namespace is none",
            &[("a", "namespace: ''\nresources: [x]\n"), ("b", "namespace: b\nresources: [../a]\n")],
            "a/x",
            &["- *", "b *"],
        ),
    ]);
}

#[test]
fn components_stand_between_resources_and_what_includes_both() {
    const TREE: &[(&str, &str)] = &[
        (
            "one",
            "kind: Component\nnamePrefix: c1-\nresources: [x.yaml]\npatches: [{path: p.yaml}]\n",
        ),
        ("two", "kind: Component\nnamePrefix: c2-\nnamespace: two\nresources: [x.yaml]\n"),
        (
            "top",
            "namePrefix: top-\nresources: [x.yaml]\ncomponents: [../one, ../two]\npatches: [{path: p.yaml}]\n",
        ),
        ("shop", "namespace: shop\ncomponents: [../plain]\n"),
        ("plain", "kind: Component\nresources: [x.yaml]\n"),
    ];
    check(&[
        ("takes those of what includes it", TREE, "plain/x.yaml", &["- *", "shop *"]),
        ("resources, and all components", TREE, "top/x.yaml", &["two top-c2-c1-*"]),
        ("the first one", TREE, "one/x.yaml", &["- c1-*", "two top-c2-c1-*"]),
        ("the last one", TREE, "two/x.yaml", &["two c2-*", "two top-c2-*"]),
        ("a patch in the first one", TREE, "one/p.yaml", &["- c1-*", "two top-c2-c1-*"]),
        (
            "a patch beside them, for a name of any time",
            TREE,
            "top/p.yaml",
            &["- top-*", "two top-*", "- top-c1-*", "two top-c2-*", "two top-c2-c1-*"],
        ),
    ]);
}

#[test]
fn patches_are_for_what_was_made_before() {
    const TREE: &[(&str, &str)] = &[
        ("base", "namespace: base\nnamePrefix: b-\nresources: [x.yaml]\n"),
        (
            "top",
            "namePrefix: t-\nresources: [../base]\npatchesStrategicMerge:\n- s.yaml\n- |\n  kind: SealedSecret\n\
             patches:\n- {path: p.yaml, target: {name: orders}}\n- {path: q.yaml, target: {name: 'orders|mail'}}\n\
             - {path: r.yaml, target: {kind: SealedSecret}}\n- {patch: '[]'}\n- {path: 7}\n- p.yaml\n\
             patchesJson6902:\n- {path: j.json, target: {name: orders, namespace: shop}}\n",
        ),
        ("outer", "namespace: outer\nresources: [../top]\n"),
    ];
    const ANY: &[&str] = &["- t-*", "base t-*", "base t-b-*", "outer t-*", "outer t-b-*"];
    const ORDERS: &[&str] =
        &["- t-orders", "base t-orders", "base t-b-orders", "outer t-orders", "outer t-b-orders"];
    check(&[
        ("strategic merge", TREE, "top/s.yaml", ANY),
        ("here", TREE, "top/kustomization.yaml", ANY),
        ("a target", TREE, "top/p.yaml", ORDERS),
        ("a pattern is no name", TREE, "top/q.yaml", ANY),
        ("a target without name", TREE, "top/r.yaml", ANY),
        (
            "JSON patch",
            TREE,
            "top/j.json",
            &["shop t-orders", "shop t-b-orders", "outer t-orders", "outer t-b-orders"],
        ),
        (
            "two targets",
            &[("k", "patches:\n- {path: p, target: {name: a}}\n- {path: p, target: {name: b}}\n")],
            "k/p",
            &["- a", "- b"],
        ),
        ("nothing below", &[("k", "namespace: ns\npatches: [{path: p}]\n")], "k/p", &["ns *"]),
    ]);
}

#[test]
fn values_of_charts_are_for_the_charts_namespace_or_the_kustomizations() {
    const TREE: &[(&str, &str)] = &[
        (
            "k",
            "namespace: shop\nhelmCharts:\n\
             - {valuesFile: a.yaml, additionalValuesFiles: [b.yaml, 7], namespace: chart, releaseName: orders}\n\
             - {valuesFile: c.yaml}\n- {valuesInline: {}, namespace: inline}\n- {additionalValuesFiles: d}\n- e\n",
        ),
        ("top", "nameSuffix: -eu\nresources: [../k]\n"),
    ];
    const BOTH: &[&str] =
        &["chart *", "chart orders", "shop *", "shop orders", "shop *-eu", "shop orders-eu"];
    check(&[
        ("the first file", TREE, "k/a.yaml", BOTH),
        ("another file", TREE, "k/b.yaml", BOTH),
        ("no namespace", TREE, "k/c.yaml", &["shop *", "shop *-eu"]),
        ("here", TREE, "k/kustomization.yaml", &["shop *", "inline *", "shop *-eu"]),
        ("no list", TREE, "k/d", &[]),
    ]);
}

#[test]
fn what_is_elsewhere_or_cannot_be_read_is_passed_over() {
    for text in [
        "resources: ['https://example.com/x', ../../../y, 'git@example.com:x', /y, '']\n",
        "resources: ../y\n",
        "resources: [[../y], {path: ../y}, 7, null]\n",
        "patches: {path: ../y}\n",
        "a: [\n",
        "- a\n",
        "a\n",
        "",
        "\0",
        "\u{FEFF}",
    ] {
        let all = overlays(&[("a", text)]);
        assert!(all.of(Path::new("y")).is_empty(), "{text}");
        assert!(all.of(Path::new("/y")).is_empty(), "{text}");
    }
    const TYPES: &str = "namespace: [a]\nnamePrefix: 7\nnameSuffix: {}\nresources: [x]\n";
    check(&[("wrong types", &[("a", TYPES)], "a/x", &["- *"])]);
    let long = format!("namespace: {0}\nnamePrefix: {0}\nresources: [x]\n", "n".repeat(254));
    assert_eq!(shown(&overlays(&[("a", &long)]), "a/x"), ["- *"]);
    let large = format!("resources: [x]\n{}", "#\n".repeat(1 << 20));
    assert!(overlays(&[("a", &large)]).of(Path::new("a/x")).is_empty());
}

#[test]
fn names_that_are_too_long_are_none() {
    let prefixed = |inner: &str| format!("namePrefix: {}\nresources: [{inner}]\n", "n".repeat(100));
    let all =
        overlays(&[("a", &prefixed("x")), ("b", &prefixed("../a")), ("c", &prefixed("../b"))]);
    let lens: Vec<usize> =
        all.of(Path::new("a/x")).iter().map(|overlay| overlay.name_prefix.len()).collect();
    assert_eq!(lens, [100, 200]);
}

#[test]
fn circles_end() {
    let all = overlays(&[
        ("a", "namePrefix: a\nresources: [../b, x]\n"),
        ("b", "namePrefix: b\nresources: [../a, ../b]\ncomponents: [../a, ../b]\n"),
        ("c", "namePrefix: c\nresources: [../b, ., x]\n"),
    ]);
    assert_eq!(shown(&all, "c/x"), ["- c*"]);
    let below = shown(&all, "a/x");
    assert_eq!(below.first().map(String::as_str), Some("- a*"));
    assert!(below.len() < 10, "{below:?}");
}

#[test]
fn diamonds_do_not_multiply() {
    let tree = |names: [&str; 2]| {
        let mut all = Kustomizations::default();
        all.add(Path::new("0/kustomization.yaml"), b"resources: [x]\npatches: [{path: p}]\n");
        for level in 1..=30 {
            for (twin, name) in ["a", "b"].iter().zip(names) {
                let below = match level {
                    1 => "../../0".to_owned(),
                    _ => format!("../../{0}/a, ../../{0}/b", level - 1),
                };
                let text =
                    format!("namePrefix: '{name}'\nresources: [{below}]\npatches: [{{path: p}}]\n");
                let path = format!("{level}/{twin}/kustomization.yaml");
                all.add(Path::new(&path), text.as_bytes());
            }
        }
        all.resolve()
    };
    let same = tree(["", ""]);
    for file in ["0/x", "30/a/p"] {
        assert_eq!(same.of(Path::new(file)), [Overlay::default()], "{file}");
    }
    let different = tree(["a", "b"]);
    assert_eq!(different.of(Path::new("0/x")).len(), 64);
    assert!(different.of(Path::new("30/a/p")).len() <= 16);
    assert_eq!(different.of(Path::new("15/a/p")).len(), 64);
}

#[test]
fn every_kustomization_that_lists_a_file_has_its_turn() {
    let mut all = Kustomizations::default();
    all.add(Path::new("k/kustomization.yaml"), b"namespace: k\nresources: [../x]\n");
    all.add(Path::new("z/kustomization.yaml"), b"namespace: z\nresources: [../x]\n");
    for number in 0..100 {
        let text = format!("namespace: n{number}\nresources: [../k]\n");
        all.add(Path::new(&format!("l{number:03}/kustomization.yaml")), text.as_bytes());
    }
    let all = all.resolve();
    let found = shown(&all, "x");
    assert_eq!(found[..3], ["k *", "z *", "n0 *"]);
    assert_eq!(found.len(), 64);
}

#[test]
fn many_kustomizations_one_around_the_other_take_little() {
    let mut all = Kustomizations::default();
    for number in 0..10_000 {
        let text = format!("namespace: n{number}\nresources: [../{}, x]\n", number + 1);
        all.add(Path::new(&format!("{number}/kustomization.yaml")), text.as_bytes());
    }
    let all = all.resolve();
    // None of them loses its own, though there is no room for all that each may become.
    assert_eq!(shown(&all, "9999/x")[0], "n9999 *");
    assert_eq!(shown(&all, "0/x"), ["n0 *"]);
}

#[test]
fn one_file_in_many_kustomizations_takes_little() {
    let mut all = Kustomizations::default();
    for number in 0..10_000 {
        let path = format!("{number}/kustomization.yaml");
        all.add(Path::new(&path), b"namespace: ns\nresources: [../x]\ncomponents: [../c]\n");
    }
    all.add(Path::new("c/kustomization.yaml"), b"kind: Component\nresources: [x]\n");
    let all = all.resolve();
    assert_eq!(shown(&all, "x"), ["ns *"]);
    assert_eq!(shown(&all, "c/x"), ["- *", "ns *"]);
}

/// With the files of Argo CD and Flux in `/r`, each with its kustomizations.
fn placed(kustomizations: &[(&str, &str)], told: &str) -> Overlays {
    let mut all = Kustomizations::default();
    for (folder, text) in kustomizations {
        all.add(&Path::new("/r").join(folder).join("kustomization.yaml"), text.as_bytes());
    }
    assert!(Kustomizations::may_tell_destinations(told.as_bytes()), "{told}");
    all.add_destinations(Path::new("/r"), Path::new("/r/apps.yaml"), told.as_bytes());
    all.resolve()
}

#[test]
fn an_applications_destination_is_for_what_has_no_namespace() {
    let told = "kind: ConfigMap\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  \
        destination: {namespace: shop}\n  source: {path: ./apps/orders, helm: {valueFiles: [../values.yaml, /x]}}\n  \
        sources:\n  - {path: top, kustomize: {namespace: other, namePrefix: eu-, nameSuffix: 7}}\n  \
        - {chart: x, helm: {valueFiles: [$values/eu/values.yaml, $values, values.yaml]}}\n  - 7\n";
    let kustomizations = [
        ("top", "namePrefix: t-\nresources: [x.yaml, ../base]\n"),
        ("base", "resources: [x.yaml]"),
    ];
    let all = placed(&kustomizations, told);
    for (file, expected) in [
        ("apps/orders/x.yaml", &["- *, else shop"][..]),
        ("apps/orders/templates/x.yaml", &["- *, else shop"]),
        ("apps/x.yaml", &[]),
        ("apps/values.yaml", &["- *, else shop"]),
        ("eu/values.yaml", &["- *, else shop"]),
        ("values.yaml", &[]),
        ("top/x.yaml", &["- t-*", "other eu-t-*, else shop"]),
        ("top/unlisted.yaml", &[]),
        ("base/x.yaml", &["- *", "- t-*", "other eu-t-*, else shop"]),
    ] {
        assert_eq!(shown(&all, &format!("/r/{file}")), expected, "{file}");
    }
}

#[test]
fn one_template_may_be_for_many_applications() {
    let told = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  template:\n    spec:\n      \
        destination: {namespace: shop}\n      source: {path: '{{path}}'}\n      sources: [{path: a}]\n";
    assert_eq!(shown(&placed(&[], told), "/r/a/x"), ["- *, else shop"]);
}

#[test]
fn flux_changes_what_is_in_a_folder_as_a_kustomization_does() {
    let told = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  path: ./\n  \
        targetNamespace: shop\n  namePrefix: eu-\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\n\
        kind: Kustomization\nspec: {path: a, targetNamespace: a}\n";
    let all = placed(&[("a/b", "namespace: b\nresources: [x]\n")], told);
    for (file, expected) in [
        ("x", &["shop eu-*"][..]),
        ("a/x", &["a *", "shop eu-*"]),
        ("a/b/x", &["b *", "a *", "shop eu-*"]),
        ("a/b/unlisted", &[]),
    ] {
        assert_eq!(shown(&all, &format!("/r/{file}")), expected, "{file}");
    }
}

#[test]
fn what_tells_no_destination_is_passed_over() {
    const ARGO: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\n# destination\n";
    for rest in [
        "spec: {destination: {namespace: shop}, source: {path: ../../x}}",
        "spec: {destination: {namespace: shop}, source: {path: /r}}",
        "spec: {destination: {namespace: shop}, source: [{path: .}], sources: {path: .}}",
        "spec: {destination: shop, source: {path: 7}}",
        "spec: {destination: {namespace: [shop]}}",
        "spec: {destination: {server: x}, source: {path: .}}",
        "spec: [",
        "spec:",
        "",
    ] {
        assert!(placed(&[], &format!("{ARGO}{rest}\n")).of(Path::new("/r/x")).is_empty(), "{rest}");
    }
    let other = ARGO.replace("argoproj.io/v1alpha1", "example.com/argoproj.io/");
    let text = format!("{other}spec: {{destination: {{namespace: shop}}, source: {{path: .}}}}\n");
    assert!(placed(&[], &text).of(Path::new("/r/x")).is_empty());
    assert!(!Kustomizations::may_tell_destinations(b"kind: Application\n"));
}

#[test]
fn many_destinations_of_deep_folders_take_little() {
    let mut all = Kustomizations::default();
    let deep = "d/".repeat(1000);
    for number in 0..1000 {
        let told = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             spec: {{path: {deep}, targetNamespace: n{number}}}\n"
        );
        all.add_destinations(Path::new("/"), Path::new(&format!("/{number}")), told.as_bytes());
    }
    for number in 0..1000 {
        let path = format!("/{deep}{number}/kustomization.yaml");
        all.add(Path::new(&path), b"resources: [x]\n");
    }
    assert_eq!(all.resolve().of(Path::new(&format!("/{deep}7/x"))).len(), 64);
}
