//! The process, by the names that Prometheus' clients give to it, as far as `/proc` tells.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// What Linux counts the time of processes in, on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Debug)]
pub(super) struct Process;

/// In the units of the metrics.
#[derive(Debug, PartialEq)]
struct Figures {
    cpu_seconds: f64,
    start_time_seconds: f64,
    resident_bytes: f64,
    virtual_bytes: f64,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(figures) = Figures::now() else { return Ok(()) };
        let help = "Time of processors used";
        let metric =
            encoder.encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?;
        ConstCounter::new(figures.cpu_seconds).encode(metric)?;
        for (name, help, value) in [
            (
                "process_start_time_seconds",
                "When the process was started, since 1970",
                figures.start_time_seconds,
            ),
            ("process_resident_memory_bytes", "Memory in use", figures.resident_bytes),
            ("process_virtual_memory_bytes", "Memory asked for", figures.virtual_bytes),
        ] {
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(metric)?;
        }
        Ok(())
    }
}

impl Figures {
    fn now() -> Option<Self> {
        let read = |path| fs::read_to_string(path).ok();
        Self::from(&read("/proc/self/stat")?, &read("/proc/self/status")?, &read("/proc/stat")?)
    }

    /// From the texts of `/proc/self/stat`, `/proc/self/status` and `/proc/stat` (proc(5)).
    fn from(stat: &str, status: &str, system: &str) -> Option<Self> {
        // The program's name is in parentheses, and may hold any character.
        let (_, fields) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
        let (user, kernel, start) = (ticks(11)?, ticks(12)?, ticks(19)?);
        let boot: f64 = number(system, "btime")?;
        Some(Self {
            cpu_seconds: (user + kernel) / TICKS_PER_SECOND,
            start_time_seconds: boot + start / TICKS_PER_SECOND,
            resident_bytes: 1024.0 * number(status, "VmRSS:")?,
            virtual_bytes: 1024.0 * number(status, "VmSize:")?,
        })
    }
}

/// The number behind a name at the start of a line.
fn number(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_proc() {
        let stat = "7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 150 50 0 0 20 0 9 0 1000 5 6";
        let status = "Name:\ta) b\nVmSize:\t  20 kB\nVmRSS:\t  10 kB\n";
        let figures = Figures::from(stat, status, "cpu 1\nbtime 1700000000\n").unwrap();
        let expected = Figures {
            cpu_seconds: 2.0,
            start_time_seconds: 1_700_000_010.0,
            resident_bytes: 10_240.0,
            virtual_bytes: 20_480.0,
        };
        assert_eq!(figures, expected);
        assert_eq!(Figures::from("", "", ""), None);
    }
}
