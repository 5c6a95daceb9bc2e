//! What the system tells of a process.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// From one look to the next.
const LOOK: Duration = Duration::from_millis(50);
/// How long a process does next to nothing before it counts as settled.
const QUIET: Duration = Duration::from_secs(1);
/// What a settled process may use of a processor in that time: health checks, its Lease.
const NEXT_TO_NOTHING: Duration = Duration::from_millis(30);
/// The system counts in these steps (`USER_HZ`, which is 100 everywhere).
const TICK: Duration = Duration::from_millis(10);

/// The most memory that it ever had, in KiB.
pub(crate) fn peak_memory(process: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    number.expect("the system tells the peak")
}

/// What it has used of processors, in its own code and in the system's.
pub(crate) fn processor_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    // The name, in parentheses, may hold anything.
    let (_, fields) = stat.rsplit_once(')').expect("the name is in parentheses");
    let fields = fields.split_whitespace().skip(11).take(2);
    let ticks: u32 = fields.map(|ticks| ticks.parse::<u32>().expect("a number")).sum();
    TICK * ticks
}

/// Waits until it does next to nothing, and returns since when.
pub(crate) fn settled(process: u32) -> Instant {
    let mut looks = vec![(Instant::now(), processor_time(process))];
    loop {
        thread::sleep(LOOK);
        let (now, used) = (Instant::now(), processor_time(process));
        let quiet = looks.iter().find(|(_, then)| used.saturating_sub(*then) <= NEXT_TO_NOTHING);
        if let Some((since, _)) = quiet
            && now.duration_since(*since) >= QUIET
        {
            return *since;
        }
        looks.push((now, used));
    }
}
