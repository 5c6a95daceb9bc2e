use super::*;

use sealkit_core::UnixTime;

fn metrics() -> Metrics {
    Metrics::new(Clock::at(UnixTime(1_700_000_000)), true)
}

/// The lines of our own that are no comments and hold `part`.
fn lines(metrics: &Metrics, part: &str) -> Vec<String> {
    let text = metrics.encode().unwrap();
    let values = text.lines().filter(|line| !line.starts_with('#') && line.contains(part));
    values.map(str::to_owned).collect()
}

#[test]
fn names_and_labels_are_upstream_s() {
    let metrics = metrics();
    metrics.unseal_request();
    metrics.unseal_error(UnsealError::Unmanaged, "shop");
    metrics.unseal_error(UnsealError::Fetch, "");
    metrics.http_request("/v1/verify", &Method::POST, 409, Duration::from_millis(20));
    metrics.http_request("/v1/verify", &"BREW".parse().unwrap(), 200, Duration::ZERO);
    let own = lines(&metrics, "sealed_secrets_controller_");
    let expected = [
        format!("build_info{{revision=\"v{}\"}} 0", env!("CARGO_PKG_VERSION")),
        "unseal_requests_total 1".to_owned(),
        "unseal_errors_total{reason=\"unmanaged\",namespace=\"shop\"} 1".to_owned(),
        "unseal_errors_total{reason=\"fetch\",namespace=\"\"} 1".to_owned(),
        "http_requests_total{path=\"/v1/verify\",code=\"409\",method=\"post\"} 1".to_owned(),
        "http_requests_total{path=\"/v1/verify\",code=\"200\",method=\"unknown\"} 1".to_owned(),
        "http_request_duration_seconds_count{path=\"/v1/verify\",method=\"post\"} 1".to_owned(),
        "http_request_duration_seconds_bucket{path=\"/v1/verify\",method=\"post\",le=\"0.025\"} 1"
            .to_owned(),
    ];
    for line in expected {
        let line = format!("{PREFIX}_{line}");
        assert!(own.contains(&line), "{line} is not in\n{}", own.join("\n"));
    }
    assert!(!lines(&metrics, "process_resident_memory_bytes").is_empty());
    assert_eq!(lines(&metrics, "process_cpu_seconds_total").len(), 1);
}

#[test]
fn conditions_come_and_go() {
    let metrics = metrics();
    metrics.set_condition("shop", "a", "Synced", "", ConditionValue::True);
    metrics.set_condition("shop", "a", "Synced", "orders", ConditionValue::False);
    metrics.set_condition("shop", "b\"\n", "Synced", "", ConditionValue::Unknown);
    let series = |name, instance, value| {
        format!(
            "{PREFIX}_condition_info{{namespace=\"shop\",name=\"{name}\",condition=\"Synced\",\
             ss_app_kubernetes_io_instance=\"{instance}\"}} {value}"
        )
    };
    let all = [series("a", "orders", -1), series("b\\\"\\n", "", 0)];
    assert_eq!(lines(&metrics, "condition_info"), all);
    metrics.drop_conditions("shop", "a");
    metrics.drop_conditions("shop", "never");
    assert_eq!(lines(&metrics, "condition_info"), all[1..]);
}

#[test]
fn names_of_objects_can_be_left_out() {
    let metrics = Metrics::new(Clock::system(), false);
    metrics.set_condition("shop", "a", "Synced", "", ConditionValue::True);
    metrics.drop_conditions("shop", "a");
    assert!(!metrics.encode().unwrap().contains("condition_info"));
}

#[test]
fn keys_are_counted() {
    let metrics = metrics();
    metrics.set_keys(&KeySet::empty());
    let name = |name: &str| format!("{PREFIX}_{name}");
    let expected = [name("sealing_keys 0"), name("sealing_key_faults 0")];
    assert_eq!(lines(&metrics, "sealing_"), expected);
    let fingerprint = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
    metrics.set_objects_by_key(BTreeMap::from([(fingerprint, 3)]));
    let by_key = name(&format!("sealed_secrets_by_key{{fingerprint=\"{fingerprint}\"}} 3"));
    assert_eq!(lines(&metrics, "by_key"), [by_key]);
}

#[test]
fn who_leads_and_what_is_paused_is_told() {
    let metrics = metrics();
    let told = |leader, paused| {
        let leader = format!("{PREFIX}_leader {leader}");
        let paused = format!("{PREFIX}_sealed_secrets_paused {paused}");
        assert_eq!(lines(&metrics, "_leader"), [leader]);
        assert_eq!(lines(&metrics, "_paused"), [paused]);
    };
    told(0, 0);
    metrics.set_leader(true);
    metrics.set_paused(2);
    told(1, 2);
    metrics.set_leader(false);
    told(0, 2);
}
