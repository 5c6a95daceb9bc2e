//! Ports for servers that must come back on the same one.

use std::net::{IpAddr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that Linux gives to outgoing connections: one of those could take a port while its server restarts.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// How far apart two processes begin, so that they do not look at the same ports at the same time.
const STRIDE: u16 = 100;

/// A port that nobody listens on, and that this process gives to nobody else.
pub(super) fn free_port(address: IpAddr) -> u16 {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
        let slot = std::process::id() % u32::from(COUNT / STRIDE);
        AtomicU16::new(u16::try_from(slot).expect("a slot is small") * STRIDE)
    });
    (0..COUNT)
        .map(|_| FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT)
        .find(|port| TcpListener::bind((address, *port)).is_ok())
        .expect("a port is free")
}
