use super::*;

use std::collections::BTreeMap;
use std::time::Duration;

use sealkit_core::KeyOrder;
use tracing::level_filters::LevelFilter;

fn parsed(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Options, clap::Error> {
    let variables: BTreeMap<_, _> = variables.iter().copied().collect();
    parse(arguments.iter().map(OsString::from), |name| variables.get(name).map(OsString::from))
}

fn options(arguments: &[&str]) -> Options {
    parsed(arguments, &[]).unwrap()
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn the_defaults_are_upstream_s() {
    let Options { keys, reconcile, client, server, log, notices } = options(&[]);
    assert_eq!((keys.prefix.as_str(), keys.bits), ("sealed-secrets-key", 4096));
    assert_eq!((keys.ttl, keys.renew_period), (87600 * HOUR, Some(720 * HOUR)));
    assert_eq!((keys.order, keys.cutoff_time), (KeyOrder::CertNotBefore, None));
    assert!(keys.common_name.is_empty() && keys.annotations.is_empty() && keys.labels.is_empty());
    assert!(keys.directory.is_none() && keys.generate);
    assert!(reconcile.accept_deprecated_data && reconcile.watch_secrets && reconcile.update_status);
    assert!(reconcile.extra_conditions && reconcile.leader_elect);
    assert!(!reconcile.delete_secrets && !reconcile.dry_run);
    assert_eq!((reconcile.namespaces, reconcile.audit_interval), (Namespaces::All, None));
    assert_eq!(client.rate, RequestRate::Unset);
    assert_eq!((server.listen.as_str(), server.listen_metrics.as_str()), (":8080", ":8081"));
    assert_eq!(server.read_timeout, Some(Duration::from_secs(120)));
    assert_eq!(server.write_timeout, Some(Duration::from_secs(120)));
    assert_eq!((server.rate_limit, server.rate_limit_burst), (2, 2));
    assert!(server.metrics_of_objects);
    let format = LogFormat::Text;
    assert_eq!(log, LogOptions { level: LevelFilter::INFO, format, info_to_stdout: true });
    assert!(notices.is_empty(), "{notices:?}");
}

#[test]
fn every_flag_of_upstream_is_accepted() {
    let all = [
        "--key-prefix=k",
        "--key-size=2048",
        "--key-ttl=1h",
        "--my-cn=me",
        "--key-renew-period=0",
        "--rotate-period=0s",
        "--key-order-priority=SecretCreationTimestamp",
        "--key-cutoff-time=Mon, 02 Jan 2006 15:04:05 -0700",
        "--privatekey-annotations=a=b",
        "--privatekey-labels=c=d",
        "--watch-for-secrets",
        "--accept-deprecated-v1-data=false",
        "--all-namespaces=false",
        "--additional-namespaces=a,b",
        "--label-selector=x=y",
        "--skip-recreate",
        "--old-gc-behavior",
        "--update-status=f",
        "--max-unseal-retries=9",
        "--kubeclient-qps=7.5",
        "--kubeclient-burst=8",
        "--rate-limit=9",
        "--rate-limit-burst=0",
        "--metrics-omit-secret-labels",
        "--listen-addr=:1",
        "--listen-metrics-addr=:2",
        "--read-timeout=3s",
        "--write-timeout=0",
        "--log-level=debug",
        "--log-format=json",
        "--log-info-stdout=0",
    ];
    let Options { keys, reconcile, client, server, log, notices } = options(&all);
    assert_eq!((keys.order, keys.renew_period), (KeyOrder::SecretCreationTimestamp, None));
    assert_eq!(keys.cutoff_time.unwrap().to_string(), "2006-01-02T22:04:05Z");
    assert_eq!(keys.annotations.get("a").map(String::as_str), Some("b"));
    assert!(!reconcile.accept_deprecated_data && !reconcile.watch_secrets);
    assert!(reconcile.delete_secrets && !reconcile.update_status);
    assert_eq!(client.rate, RequestRate::Limited { per_second: 7.5, burst: 8 });
    assert_eq!((server.read_timeout, server.write_timeout), (Some(Duration::from_secs(3)), None));
    assert!(!server.metrics_of_objects);
    assert_eq!((log.level, log.format), (LevelFilter::DEBUG, LogFormat::Json));
    assert!(!log.info_to_stdout);
    let notices = notices.join("\n");
    assert!(notices.contains("--max-unseal-retries has no effect"), "{notices}");
    assert!(notices.contains("--watch-for-secrets has no effect"), "{notices}");
}

#[test]
fn flags_with_a_value_take_the_next_word() {
    let options = options(&["--key-prefix", "k", "--kubeclient-qps", "-1", "--key-prefix", "l"]);
    assert_eq!(options.keys.prefix, "l", "the last one counts");
    assert_eq!(options.client.rate, RequestRate::Unlimited);
    assert!(options.notices.is_empty());
}

#[test]
fn truth_values_leave_the_next_word_alone() {
    for (arguments, is_set, strays) in [
        (&["--update-status"][..], true, 0),
        (&["--update-status=true"], true, 0),
        (&["--update-status=T"], true, 0),
        (&["--update-status=1"], true, 0),
        (&["--update-status=false"], false, 0),
        (&["--update-status=0"], false, 0),
        (&["--update-status", "false"], true, 1),
        (&["--update-status=false", "--update-status"], true, 0),
    ] {
        let options = options(arguments);
        assert_eq!(options.reconcile.update_status, is_set, "{arguments:?}");
        assert_eq!(options.notices.len(), strays, "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_read_ends_the_start() {
    for argument in [
        "--update-status=yes",
        "--key-ttl=1",
        "--key-prefix=A",
        "--key-size=1024",
        "--privatekey-annotations=a",
        "--privatekey-labels=a=b c",
        "--key-cutoff-time=tomorrow",
        "--rate-limit=0",
        "--rate-limit=x",
        "--no-such-flag",
    ] {
        let error = parsed(&[argument], &[]).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{argument}");
    }
}

#[test]
fn variables_stand_for_flags_and_the_command_line_wins() {
    let variables = [
        ("SEALED_SECRETS_KEY_PREFIX", "from-variable"),
        ("SEALED_SECRETS_MY_CN", "me"),
        ("SEALED_SECRETS_UPDATE_STATUS", "false"),
        ("SEALED_SECRETS_ROTATE_PERIOD", "1h"),
    ];
    let options = parsed(&["--key-prefix=from-flag"], &variables).unwrap();
    assert_eq!(options.keys.prefix, "from-flag");
    assert_eq!(options.keys.common_name, "me");
    assert_eq!(options.keys.renew_period, Some(HOUR));
    assert!(!options.reconcile.update_status);
    assert!(options.notices.is_empty());

    let both = [("SEALED_SECRETS_ROTATE_PERIOD", "1h"), ("SEALED_SECRETS_KEY_RENEW_PERIOD", "2h")];
    assert_eq!(parsed(&[], &both).unwrap().keys.renew_period, Some(2 * HOUR));
}

#[test]
fn variables_that_cannot_be_read_are_passed_over() {
    let variables = [("SEALED_SECRETS_KEY_TTL", "long"), ("SEALED_SECRETS_SKIP_RECREATE", "")];
    let options = parsed(&[], &variables).unwrap();
    assert_eq!(options.keys.ttl, 87600 * HOUR);
    assert!(options.reconcile.watch_secrets);
    let expected = [
        "SEALED_SECRETS_KEY_TTL is ignored: it is no value of --key-ttl",
        "SEALED_SECRETS_SKIP_RECREATE is ignored: it is no value of --skip-recreate",
    ];
    assert_eq!(options.notices, expected);
}

#[test]
fn namespaces_that_are_listed_win() {
    let own = |names: &[&str]| Namespaces::Own {
        additional: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    for (arguments, expected) in [
        (&[][..], Namespaces::All),
        (&["--all-namespaces=false"], own(&[])),
        (&["--additional-namespaces= a, b,,a"], own(&["a", "b"])),
        (&["--all-namespaces", "--additional-namespaces=a"], own(&["a"])),
    ] {
        assert_eq!(options(arguments).reconcile.namespaces, expected, "{arguments:?}");
    }
}

#[test]
fn limits_of_requests_are_client_go_s() {
    for (arguments, expected) in [
        (&["--kubeclient-qps=0"][..], RequestRate::Limited { per_second: 5.0, burst: 10 }),
        (&["--kubeclient-qps=20"], RequestRate::Limited { per_second: 20.0, burst: 10 }),
        (&["--kubeclient-burst=20"], RequestRate::Limited { per_second: 5.0, burst: 20 }),
        (&["--kubeclient-qps=-1", "--kubeclient-burst=3"], RequestRate::Unlimited),
        (&["--kubeclient-qps=NaN"], RequestRate::Unlimited),
    ] {
        assert_eq!(options(arguments).client.rate, expected, "{arguments:?}");
    }
}

#[test]
fn unknown_words_count_as_the_default_and_are_told() {
    let options = options(&["--log-level=loud", "--log-format=xml", "--key-order-priority=Newest"]);
    assert_eq!(options.log.level, LevelFilter::INFO);
    assert_eq!(options.log.format, LogFormat::Text);
    assert_eq!(options.keys.order, KeyOrder::CertNotBefore);
    assert_eq!(options.notices.len(), 2);
}

#[test]
fn the_key_label_stays() {
    let label = "--privatekey-labels=sealedsecrets.bitnami.com/sealed-secrets-key=no,a=b";
    let options = options(&[label]);
    assert_eq!(options.keys.labels.into_keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(options.notices.len(), 1);
}

#[test]
fn the_version_is_printed_as_upstream_prints_it() {
    let error = parsed(&["--version"], &[]).unwrap_err();
    assert_eq!(error.exit_code(), 0);
    let expected = format!("controller version: v{}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(error.to_string(), expected);
}
