//! What `deploy/` installs: the chart, the manifests for kustomize, the definition of the resource, rules and dashboard.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it there and then"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use sealkit_e2e::deployment::{Chart, count, kustomize, object, promtool, read_documents};
use sealkit_testkit::repository;
use serde_json::{Value, json};

const NAME: &str = "sealed-secrets-controller";
const CRD: &str = "sealedsecrets.bitnami.com";
/// Everything that is off by default.
const ALL: &[&str] = &[
    "--set=networkPolicy.enabled=true,networkPolicy.egress.enabled=true,ingress.enabled=true",
    "--set=metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true",
    "--set=metrics.dashboards.create=true,startupProbe.enabled=true",
];

fn arguments_of(objects: &[Value]) -> BTreeSet<String> {
    let deployment = object(objects, "Deployment", NAME);
    let arguments = &deployment["spec"]["template"]["spec"]["containers"][0]["args"];
    arguments.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

fn pod(deployment: &Value) -> &Value {
    &deployment["spec"]["template"]["spec"]
}

mod chart_and_kustomize {
    use super::*;

    #[test]
    fn for_all_namespaces_they_install_the_same() {
        let chart = Chart::ours().render(NAME, &[]);
        assert_eq!(comparable(chart, &[]), comparable(kustomize("overlays/cluster-wide"), RENAMED));
    }

    #[test]
    fn for_one_namespace_they_install_the_same() {
        let chart = Chart::ours().render(NAME, &["--set=rbac.namespacedRoles=true"]);
        assert_eq!(comparable(chart, &[]), comparable(kustomize("overlays/namespaced"), RENAMED));
    }

    /// Names of upstream's manifest that its chart makes in another way: kind, there, here.
    const RENAMED: &[(&str, &str, &str)] = &[
        ("Role", "sealed-secrets-key-admin", "sealed-secrets-controller-key-admin"),
        ("Role", "sealed-secrets-service-proxier", "sealed-secrets-controller-service-proxier"),
        ("RoleBinding", NAME, "sealed-secrets-controller-key-admin"),
        (
            "RoleBinding",
            "sealed-secrets-service-proxier",
            "sealed-secrets-controller-service-proxier",
        ),
        ("RoleBinding", "secrets-unsealer", NAME),
    ];

    /// Objects by kind and name, without their labels, and selectors without the labels they select.
    fn comparable(
        objects: Vec<Value>,
        renamed: &[(&str, &str, &str)],
    ) -> BTreeMap<(String, String), Value> {
        let mut found = BTreeMap::new();
        for mut object in objects {
            object["metadata"].as_object_mut().unwrap().remove("labels");
            let kind = object["kind"].as_str().unwrap().to_owned();
            rename(&mut object["metadata"]["name"], &kind, renamed);
            if let Some(role) = object.get_mut("roleRef") {
                let kind = role["kind"].as_str().unwrap().to_owned();
                rename(&mut role["name"], &kind, renamed);
            }
            without_selectors(&mut object);
            let name = object["metadata"]["name"].as_str().unwrap().to_owned();
            assert_eq!(found.insert((kind, name), object), None, "an object is there twice");
        }
        found
    }

    fn rename(name: &mut Value, kind: &str, renamed: &[(&str, &str, &str)]) {
        for (of, from, to) in renamed {
            if *of == kind && name == from {
                *name = json!(to);
                return;
            }
        }
    }

    fn without_selectors(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("matchLabels");
                if let Some(selector) = fields.get_mut("selector") {
                    *selector = Value::Null;
                }
                if let Some(template) = fields.get_mut("template") {
                    template.as_object_mut().unwrap().remove("metadata");
                }
                fields.values_mut().for_each(without_selectors);
            }
            Value::Array(items) => items.iter_mut().for_each(without_selectors),
            _ => {}
        }
    }

    #[test]
    fn selectors_of_the_manifests_are_upstreams() {
        let objects = kustomize("overlays/cluster-wide");
        let labels = json!({"name": NAME});
        let deployment = object(&objects, "Deployment", NAME);
        assert_eq!(deployment["spec"]["selector"], json!({"matchLabels": labels}));
        assert_eq!(deployment["spec"]["template"]["metadata"]["labels"]["name"], NAME);
        for service in [NAME, "sealed-secrets-controller-metrics"] {
            assert_eq!(object(&objects, "Service", service)["spec"]["selector"], labels);
        }
    }
}

mod pods {
    use super::*;

    #[test]
    fn are_as_restricted_as_can_be() {
        let renders = [
            Chart::ours().render("sealed-secrets", &[]),
            Chart::ours().render("sealed-secrets", ALL),
            kustomize("overlays/cluster-wide"),
            kustomize("overlays/namespaced"),
        ];
        for deployment in renders.iter().flatten().filter(|object| object["kind"] == "Deployment") {
            let pod = pod(deployment);
            assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
            assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
            for absent in ["hostNetwork", "hostPID", "hostIPC", "volumes", "initContainers"] {
                assert_eq!(pod.get(absent), None, "{absent}");
            }
            let containers = pod["containers"].as_array().unwrap();
            assert_eq!(containers.len(), 1);
            for container in containers {
                let context = json!({
                    "allowPrivilegeEscalation": false,
                    "capabilities": {"drop": ["ALL"]},
                    "privileged": false,
                    "readOnlyRootFilesystem": true,
                    "runAsNonRoot": true,
                    "runAsUser": 1001,
                });
                assert_eq!(container["securityContext"], context);
                for resource in ["requests/cpu", "requests/memory", "limits/memory"] {
                    assert!(
                        container.pointer(&format!("/resources/{resource}")).is_some(),
                        "{resource}"
                    );
                }
                assert_eq!(
                    container["livenessProbe"]["httpGet"],
                    json!({"path": "/healthz", "port": "http"})
                );
                assert_eq!(
                    container["readinessProbe"]["httpGet"],
                    json!({"path": "/readyz", "port": "http"})
                );
            }
        }
    }

    #[test]
    fn no_replica_one_or_two() {
        for (replicas, budgets) in [(0, 0), (1, 0), (2, 1)] {
            let objects = Chart::ours().render(NAME, &[&format!("--set=replicas={replicas}")]);
            assert_eq!(object(&objects, "Deployment", NAME)["spec"]["replicas"], replicas);
            assert_eq!(count(&objects, "PodDisruptionBudget"), budgets, "{replicas}");
        }
        let alone = ["--set=leaderElect=false", "--set=replicas=1"];
        assert!(arguments_of(&Chart::ours().render(NAME, &alone)).contains("--leader-elect=false"));
        let refusal = Chart::ours().refusal(&["--set=leaderElect=false"]);
        assert!(refusal.contains("set replicas to 0 or 1"), "{refusal}");
    }

    #[test]
    fn run_the_image_of_this_version() {
        let image = concat!("ghcr.io/sealkit/seal-controller:", env!("CARGO_PKG_VERSION"));
        for objects in [Chart::ours().render(NAME, &[]), kustomize("overlays/cluster-wide")] {
            let deployment = object(&objects, "Deployment", NAME);
            assert_eq!(pod(deployment)["containers"][0]["image"], image);
            // As upstream's Deployment starts it.
            assert_eq!(pod(deployment)["containers"][0]["command"], json!(["controller"]));
        }
    }

    #[test]
    fn a_budget_is_one_of_two_numbers() {
        for (set, expected) in [
            ("pdb.minAvailable=", json!({"maxUnavailable": 1})),
            ("pdb.minAvailable=1", json!({"minAvailable": 1})),
            ("pdb.maxUnavailable=50%", json!({"maxUnavailable": "50%"})),
        ] {
            let objects = Chart::ours().render(NAME, &[&format!("--set={set}")]);
            let mut spec = object(&objects, "PodDisruptionBudget", NAME)["spec"].clone();
            spec.as_object_mut().unwrap().remove("selector");
            assert_eq!(spec, expected);
        }
        let objects = Chart::ours().render(NAME, &["--set=pdb.create=false"]);
        assert_eq!(count(&objects, "PodDisruptionBudget"), 0);
    }
}

mod options {
    use super::*;

    #[test]
    fn a_renewal_period_of_zero_arrives() {
        for (set, flag) in [
            ("--set=keyrenewperiod=0", "--key-renew-period=0"),
            ("--set-string=keyrenewperiod=0", "--key-renew-period=0"),
            ("--set=keyrenewperiod=0s", "--key-renew-period=0s"),
            ("--set=keyrenewperiod=720h30m", "--key-renew-period=720h30m"),
        ] {
            assert!(arguments_of(&Chart::ours().render(NAME, &[set])).contains(flag), "{set}");
        }
        let refusal = Chart::ours().refusal(&["--set=keyrenewperiod=30d"]);
        assert!(refusal.contains("keyrenewperiod"), "{refusal}");
    }

    /// Options with a value that is not the default, and the flag that they become.
    const FLAGS: &[(&str, &str)] = &[
        ("updateStatus=false", "--update-status=false"),
        ("extraConditions=false", "--extra-conditions=false"),
        ("skipRecreate=true", "--skip-recreate=true"),
        ("oldGCBehavior=true", "--old-gc-behavior=true"),
        ("acceptDeprecatedV1Data=false", "--accept-deprecated-v1-data=false"),
        ("dryRun=true", "--dry-run=true"),
        ("secretName=keys", "--key-prefix=keys"),
        ("keyttl=1h", "--key-ttl=1h"),
        (
            r"keycutofftime=Mon\, 02 Jan 2006 15:04:05 -0700",
            "--key-cutoff-time=Mon, 02 Jan 2006 15:04:05 -0700",
        ),
        ("keySize=2048", "--key-size=2048"),
        (
            "keyOrderPriority=SecretCreationTimestamp",
            "--key-order-priority=SecretCreationTimestamp",
        ),
        ("keyCommonName=shop", "--my-cn=shop"),
        ("noKeyGeneration=true", "--no-key-generation=true"),
        ("privateKeyAnnotations.b=2,privateKeyAnnotations.a=x", "--privatekey-annotations=a=x,b=2"),
        (r"privateKeyLabels.example\.com/team=shop", "--privatekey-labels=example.com/team=shop"),
        ("watchForSecrets=true", "--watch-for-secrets=true"),
        ("allNamespaces=false", "--all-namespaces=false"),
        ("additionalNamespaces={a,b}", "--additional-namespaces=a,b"),
        (r"labelSelector=a=b\,c!=d", "--label-selector=a=b,c!=d"),
        ("additionalSecretLabels.a=b", "--additional-secret-labels=a=b"),
        ("additionalSecretAnnotations.a=b", "--additional-secret-annotations=a=b"),
        ("auditInterval=24h", "--audit-interval=24h"),
        ("maxRetries=7", "--max-unseal-retries=7"),
        ("kubeClientQPS=-1", "--kubeclient-qps=-1"),
        ("kubeClientBurst=1000000", "--kubeclient-burst=1000000"),
        ("rateLimit=3", "--rate-limit=3"),
        ("rateLimitBurst=0", "--rate-limit-burst=0"),
        ("metrics.omitSecretLabels=true", "--metrics-omit-secret-labels=true"),
        ("containerPorts.http=9090", "--listen-addr=:9090"),
        ("containerPorts.metrics=9091", "--listen-metrics-addr=:9091"),
        ("readTimeout=1m", "--read-timeout=1m"),
        ("writeTimeout=1m", "--write-timeout=1m"),
        ("logInfoStdout=false", "--log-info-stdout=false"),
        ("logLevel=DEBUG", "--log-level=DEBUG"),
        ("logFormat=json", "--log-format=json"),
    ];

    #[test]
    fn each_is_a_flag() {
        let plain: BTreeSet<_> = ["--leader-elect=true".to_owned()].into();
        assert_eq!(arguments_of(&Chart::ours().render(NAME, &[])), plain);
        // privateKeyAnnotations.b=2 would be a number.
        let sets: Vec<_> = FLAGS
            .iter()
            .map(|(set, _)| {
                let text =
                    ["privateKey", "additionalSecret"].iter().any(|map| set.starts_with(map));
                format!("{}={set}", if text { "--set-string" } else { "--set" })
            })
            .collect();
        let sets: Vec<_> = sets.iter().map(String::as_str).collect();
        let mut expected: BTreeSet<_> = FLAGS.iter().map(|(_, flag)| (*flag).to_owned()).collect();
        expected.extend(plain);
        assert_eq!(arguments_of(&Chart::ours().render(NAME, &sets)), expected);
    }

    #[test]
    fn upstreams_are_all_taken() {
        let chart = Chart::ours();
        let values = Chart::upstream().file("values.yaml");
        let objects = chart.render(NAME, &["--values", values.to_str().unwrap()]);
        let expected: BTreeSet<_> =
            ["--leader-elect=true", "--log-info-stdout=false"].map(str::to_owned).into();
        assert_eq!(arguments_of(&objects), expected);
    }

    #[test]
    fn a_mistyped_one_is_refused() {
        for set in ["keyrenewperoid=1h", "metrics.serviceMonitors.enabled=true", "replicas=-1"] {
            let refusal = Chart::ours().refusal(&[&format!("--set={set}")]);
            assert!(refusal.contains("don't meet the specifications"), "{refusal}");
        }
    }

    #[test]
    fn what_goes_around_all_flags_still_works() {
        let sets = [
            "--set=args={--dry-run}",
            "--set=command={/bin/seal-controller}",
            "--set=image.tag=1.2",
        ];
        let digest = format!("--set=image.digest=sha256:{}", "0".repeat(64));
        let objects = Chart::ours().render(NAME, &[sets[0], sets[1], sets[2], &digest]);
        assert_eq!(arguments_of(&objects), ["--dry-run".to_owned()].into());
        let container = &pod(object(&objects, "Deployment", NAME))["containers"][0];
        assert_eq!(container["command"], json!(["/bin/seal-controller"]));
        let image = format!("ghcr.io/sealkit/seal-controller:1.2@sha256:{}", "0".repeat(64));
        assert_eq!(container["image"], image);
    }
}

mod names {
    use super::*;

    #[test]
    fn and_selectors_are_those_of_upstreams_chart() {
        for (release, set) in [
            ("sealed-secrets", "nameOverride="),
            ("sealed-secrets-controller", "nameOverride="),
            ("shop", "nameOverride="),
            ("shop", "nameOverride=keys"),
            ("shop", "fullnameOverride=sealed-secrets-controller"),
        ] {
            let arguments = [&*format!("--set={set}"), "--set=rbac.clusterRoleName=unsealer"];
            let ours = identity(&Chart::ours().render(release, &arguments));
            let theirs = identity(&Chart::upstream().render(release, &arguments));
            assert_eq!(theirs.len(), 10, "{release} {set}");
            for (object, identity) in theirs {
                assert_eq!(ours.get(&object), Some(&identity), "{release} {set}: {object}");
            }
        }
    }

    /// What must not change where one chart replaces the other.
    fn identity(objects: &[Value]) -> BTreeMap<String, Value> {
        let objects = objects.iter().filter(|object| object["kind"] != "CustomResourceDefinition");
        let entry = |object: &Value| {
            let name = format!("{} {}", object["kind"], object["metadata"]["name"]);
            let spec = &object["spec"];
            let ports = spec["ports"].as_array().into_iter().flatten();
            let ports: Vec<_> = ports.map(|port| json!([port["name"], port["port"]])).collect();
            let account = &spec["template"]["spec"]["serviceAccountName"];
            (name, json!([spec["selector"], ports, account, object["roleRef"]]))
        };
        objects.map(entry).collect()
    }
}

mod rights {
    use super::*;

    #[test]
    fn are_no_more_than_it_takes() {
        let renders = [
            Chart::ours().render(NAME, &[]),
            Chart::ours()
                .render(NAME, &["--set=rbac.namespacedRoles=true,additionalNamespaces={a,b}"]),
            kustomize("overlays/cluster-wide"),
            kustomize("overlays/namespaced"),
        ];
        for object in renders.iter().flatten().filter(|object| object["rules"].is_array()) {
            for rule in object["rules"].as_array().unwrap() {
                let verbs: Vec<_> = rule["verbs"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|verb| verb.as_str().unwrap())
                    .collect();
                for verb in ["*", "delete", "deletecollection", "patch", "escalate", "bind"] {
                    assert!(!verbs.contains(&verb), "{verb} in {object}");
                }
                if rule["resources"] == json!(["leases"]) && verbs != ["create"] {
                    assert_eq!(rule["resourceNames"], json!(["sealed-secrets-key"]));
                }
            }
        }
    }

    #[test]
    fn follow_the_options() {
        let verbs = |sets: &str| {
            let objects = Chart::ours().render(NAME, &[&format!("--set={sets}")]);
            let rules = object(&objects, "ClusterRole", "secrets-unsealer")["rules"].clone();
            let of_secrets = |rule: &&Value| rule["resources"] == json!(["secrets"]);
            rules.as_array().unwrap().iter().find(of_secrets).unwrap()["verbs"].clone()
        };
        assert_eq!(
            verbs("skipRecreate=false"),
            json!(["get", "list", "create", "update", "watch"])
        );
        assert_eq!(verbs("skipRecreate=true"), json!(["get", "create", "update"]));
        assert_eq!(
            verbs("oldGCBehavior=true"),
            json!(["get", "list", "create", "update", "delete", "watch"])
        );
    }

    #[test]
    fn reach_only_the_namespaces_that_are_named() {
        let sets = "--set=rbac.namespacedRoles=true,additionalNamespaces={a,b}";
        let objects = Chart::ours().render(NAME, &[sets]);
        assert_eq!((count(&objects, "ClusterRole"), count(&objects, "ClusterRoleBinding")), (0, 0));
        for kind in ["Role", "RoleBinding"] {
            let name = if kind == "Role" { "secrets-unsealer" } else { NAME };
            let namespaces: Vec<_> = objects
                .iter()
                .filter(|object| object["kind"] == kind && object["metadata"]["name"] == name)
                .map(|object| object["metadata"]["namespace"].as_str().unwrap())
                .collect();
            assert_eq!(namespaces, ["kube-system", "a", "b"], "{kind}");
        }
    }

    #[test]
    fn of_the_proxy_go_to_whom_is_named() {
        let binding = |arguments: &[&str]| {
            let objects = Chart::ours().render(NAME, arguments);
            object(&objects, "RoleBinding", "sealed-secrets-controller-service-proxier")["subjects"]
                .clone()
        };
        let group = |name: &str| json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name}]);
        assert_eq!(binding(&[]), group("system:authenticated"));
        let subjects = group("developers").to_string();
        assert_eq!(
            binding(&["--set-json", &format!("rbac.serviceProxier.subjects={subjects}")]),
            group("developers")
        );
        let text = "rbac.serviceProxier.subjects=- apiGroup: rbac.authorization.k8s.io\n  kind: Group\n  name: '{{ .Release.Name }}'\n";
        assert_eq!(binding(&["--set-string", text]), group(NAME));
        let none = Chart::ours().render(NAME, &["--set=rbac.serviceProxier.bind=false"]);
        assert_eq!(count(&none, "RoleBinding"), 1);
    }
}

mod secrets {
    use super::*;

    #[test]
    fn are_never_the_charts() {
        for arguments in [&[][..], ALL] {
            assert_eq!(count(&Chart::ours().render(NAME, arguments), "Secret"), 0);
        }
        for set in ["ingress.selfSigned=true", "ingress.secrets[0].name=a"] {
            let refusal =
                Chart::ours().refusal(&["--set=ingress.enabled=true", &format!("--set={set}")]);
            assert!(refusal.contains("this chart makes no Secrets"), "{refusal}");
        }
    }
}

mod definition {
    use super::*;

    fn ours() -> Value {
        read_documents(repository().join("deploy/crd/sealedsecrets.bitnami.com.yaml")).remove(0)
    }

    #[test]
    fn stays_when_whatever_installed_it_goes() {
        let annotations = json!({
            "argocd.argoproj.io/sync-options": "Prune=false",
            "helm.sh/resource-policy": "keep",
        });
        assert_eq!(ours()["metadata"]["annotations"], annotations);
        let chart = Chart::ours();
        assert_eq!(object(&chart.render(NAME, &[]), "CustomResourceDefinition", CRD), &ours());
        let without = chart.render(NAME, &["--set=crds.create=false"]);
        assert_eq!(count(&without, "CustomResourceDefinition"), 0);
    }

    #[test]
    fn takes_whatever_upstreams_takes() {
        let file = Chart::upstream().file("crds/bitnami.com_sealedsecrets.yaml");
        let (ours, theirs) = (ours(), read_documents(file).remove(0));
        for field in ["group", "names", "scope"] {
            assert_eq!(ours["spec"][field], theirs["spec"][field], "{field}");
        }
        let (ours, theirs) = (&ours["spec"]["versions"], &theirs["spec"]["versions"]);
        assert_eq!(ours.as_array().unwrap().len(), 1);
        for field in ["name", "served", "storage", "subresources", "additionalPrinterColumns"] {
            assert_eq!(ours[0][field], theirs[0][field], "{field}");
        }
        let schema = |versions: &Value| versions[0]["schema"]["openAPIV3Schema"].clone();
        takes(&schema(ours), &schema(theirs), "");
    }

    /// That a value which fits `theirs` fits `ours` as well, and that no more of it is pruned.
    fn takes(ours: &Value, theirs: &Value, at: &str) {
        for field in ["type", "format", "x-kubernetes-preserve-unknown-fields"] {
            assert_eq!(ours.get(field), theirs.get(field), "{field} of {at}");
        }
        assert!(ours.get("enum").is_none(), "{at}");
        assert!(
            theirs.get("nullable").is_none() || ours["nullable"] == true,
            "{at} is not nullable"
        );
        for name in ours["required"].as_array().into_iter().flatten() {
            assert!(
                theirs["required"].as_array().is_some_and(|names| names.contains(name)),
                "{at}.{name}"
            );
        }
        for (name, theirs) in theirs["properties"].as_object().into_iter().flatten() {
            takes(&ours["properties"][name], theirs, &format!("{at}.{name}"));
        }
        for inner in ["items", "additionalProperties"] {
            if let Some(theirs) = theirs.get(inner) {
                takes(&ours[inner], theirs, &format!("{at}.{inner}"));
            }
        }
    }

    #[test]
    fn keeps_what_upstreams_loses() {
        let crd = ours();
        let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"];
        let item =
            &schema["spec"]["properties"]["template"]["properties"]["data"]["additionalProperties"];
        assert_eq!(item["nullable"], true);
        assert_eq!(schema["status"]["properties"]["applied"]["type"], "object");
    }
}

mod monitoring {
    use super::*;

    #[test]
    fn rules_are_right_and_their_tests_pass() {
        for arguments in [
            &["check", "rules", "--lint=all", "--lint-fatal", "alerts.yaml"][..],
            &["test", "rules", "alerts.test.yaml"],
        ] {
            let done = promtool(arguments);
            assert_eq!(done.code(), Some(0), "{}{}", done.stdout_text(), done.stderr_text());
        }
    }

    #[test]
    fn every_rule_is_tested_and_described() {
        let tests = text("deploy/alerts.test.yaml");
        let described = text("docs/metrics.md");
        for rule in rules()[0]["rules"].as_array().unwrap() {
            let name = rule["alert"].as_str().unwrap();
            let fires =
                [format!("alertname: {name}\n    exp_alerts:\n"), format!("alertname=\"{name}\"")];
            assert!(fires.iter().any(|fires| tests.contains(fires)), "{name} never fires");
            assert!(described.contains(&format!("| `{name}` |")), "{name}");
        }
    }

    #[test]
    fn metrics_that_are_used_are_described() {
        const PREFIX: &str = "sealed_secrets_controller_";
        let described = text("docs/metrics.md");
        for file in ["deploy/alerts.yaml", "deploy/dashboard.json"] {
            for rest in text(file).split(PREFIX).skip(1) {
                let name =
                    rest.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).next().unwrap();
                let name = name.trim_end_matches("_bucket");
                assert!(described.contains(&format!("| `{name}` |")), "{name} of {file}");
            }
        }
    }

    #[test]
    fn the_chart_installs_rules_and_dashboard() {
        let objects = Chart::ours().render(NAME, ALL);
        assert_eq!(&object(&objects, "PrometheusRule", NAME)["spec"]["groups"], &rules());
        let dashboard = &object(&objects, "ConfigMap", "sealed-secrets-controller-dashboard")["data"]
            ["sealkit.json"];
        let dashboard: Value = serde_json::from_str(dashboard.as_str().unwrap()).unwrap();
        let file: Value = serde_json::from_str(&text("deploy/dashboard.json")).unwrap();
        assert_eq!(dashboard, file);
        let monitor = object(&objects, "ServiceMonitor", NAME);
        let service = object(&objects, "Service", "sealed-secrets-controller-metrics");
        let selected = monitor["spec"]["selector"]["matchLabels"].as_object().unwrap();
        for (label, value) in selected {
            assert_eq!(&service["metadata"]["labels"][label], value, "{label}");
        }
    }

    fn rules() -> Value {
        read_documents(repository().join("deploy/alerts.yaml")).remove(0)["groups"].take()
    }

    fn text(file: &str) -> String {
        fs::read_to_string(repository().join(file)).unwrap()
    }
}
