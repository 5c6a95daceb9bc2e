//! How many bytes of bodies are in memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Of all requests together.
const ALL: usize = 32 * 1024 * 1024;
/// Of the requests of one address.
const EACH: usize = 8 * 1024 * 1024;

/// What requests may have of the memory. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Used>>);

#[derive(Default)]
struct Used {
    all: usize,
    /// Addresses that have some.
    peers: HashMap<IpAddr, usize>,
}

/// What a request has of it; given back when dropped.
pub(super) struct Reserved {
    memory: Memory,
    peer: IpAddr,
    bytes: usize,
}

/// There is none left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Memory {
    /// Nothing so far.
    pub(super) fn reserve(&self, peer: IpAddr) -> Reserved {
        Reserved { memory: self.clone(), peer, bytes: 0 }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Used) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Reserved {
    /// More of it.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Full> {
        let peer = self.peer;
        self.memory.change(|used| {
            let of_peer = used.peers.get(&peer).copied().unwrap_or(0);
            if bytes > ALL.saturating_sub(used.all) || bytes > EACH.saturating_sub(of_peer) {
                return Err(Full);
            }
            used.all += bytes;
            used.peers.insert(peer, of_peer + bytes);
            Ok(())
        })?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let Self { memory, peer, bytes } = self;
        memory.change(|used| {
            used.all = used.all.saturating_sub(*bytes);
            let left = used.peers.get(peer).copied().unwrap_or(0).saturating_sub(*bytes);
            match left {
                0 => drop(used.peers.remove(peer)),
                left => drop(used.peers.insert(*peer, left)),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn an_address_has_its_part_and_all_have_an_end() {
        let memory = Memory::default();
        let mut held = Vec::new();
        for number in 0..4 {
            let mut reserved = memory.reserve(peer(number));
            reserved.grow(EACH).unwrap();
            assert_eq!(reserved.grow(1), Err(Full));
            held.push(reserved);
        }
        assert_eq!(memory.reserve(peer(9)).grow(1), Err(Full));
        held.pop();
        assert_eq!(memory.reserve(peer(9)).grow(EACH), Ok(()));
        drop(held);
        let used = memory.0.lock().unwrap();
        assert_eq!((used.all, used.peers.len()), (0, 0), "all of it is given back");
    }
}
