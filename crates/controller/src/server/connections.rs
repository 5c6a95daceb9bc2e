//! The connections there are: a limited number, and always room for one more.
//!
//! Where the limit is reached, a new connection takes the place of another one: of the address that has the most of them,
//! the oldest for which nothing is being done. So no address can keep another one out, and the kubelet's question for
//! health is answered at any load.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A limited number of connections. Clones share it.
#[derive(Clone)]
pub(super) struct Connections {
    most: usize,
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    count: usize,
    next: u64,
    /// Addresses that have connections, and these in the order in which they were opened.
    peers: HashMap<IpAddr, BTreeMap<u64, Arc<Handle>>>,
}

struct Handle {
    /// Its place is taken.
    evicted: Notify,
    /// The service works for it: its place cannot be taken.
    works: AtomicBool,
}

/// A connection that is open, until it is dropped.
pub(super) struct Connection {
    table: Arc<Mutex<Table>>,
    number: u64,
    caller: Caller,
}

/// Who asks. Every request knows.
#[derive(Clone)]
pub(super) struct Caller {
    peer: IpAddr,
    handle: Arc<Handle>,
}

/// Until this is dropped, the service works for a caller.
pub(super) struct Working(Arc<Handle>);

impl Connections {
    /// None yet.
    pub(super) fn at_most(most: usize) -> Self {
        Self { most, table: Arc::default() }
    }

    /// One more; none where the service works for all there may be.
    pub(super) fn open(&self, peer: IpAddr) -> Option<Connection> {
        let mut table = lock(&self.table);
        if table.count >= self.most && !table.evict() {
            return None;
        }
        let handle = Arc::new(Handle { evicted: Notify::new(), works: AtomicBool::new(false) });
        let number = table.next;
        table.next += 1;
        table.count += 1;
        table.peers.entry(peer).or_default().insert(number, Arc::clone(&handle));
        let table = Arc::clone(&self.table);
        Some(Connection { table, number, caller: Caller { peer, handle } })
    }

    /// Takes the place of one, because there is no room outside.
    pub(super) fn evict(&self) {
        lock(&self.table).evict();
    }
}

impl Table {
    fn evict(&mut self) -> bool {
        let idle = |connections: &BTreeMap<u64, Arc<Handle>>| {
            let mut connections = connections.iter();
            connections.find(|(_, handle)| !handle.works.load(Ordering::SeqCst)).map(|(n, _)| *n)
        };
        let peers = self.peers.iter();
        let evictable = peers.filter_map(|(peer, all)| Some((all.len(), *peer, idle(all)?))).max();
        let Some((_, peer, number)) = evictable else { return false };
        if let Some(handle) = self.remove(peer, number) {
            handle.evicted.notify_one();
        }
        true
    }

    fn remove(&mut self, peer: IpAddr, number: u64) -> Option<Arc<Handle>> {
        let connections = self.peers.get_mut(&peer)?;
        let handle = connections.remove(&number)?;
        if connections.is_empty() {
            self.peers.remove(&peer);
        }
        self.count -= 1;
        Some(handle)
    }
}

impl Connection {
    /// Who is at the other end.
    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Waits until its place is taken.
    pub(super) async fn evicted(&self) {
        self.caller.handle.evicted.notified().await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        lock(&self.table).remove(self.caller.peer, self.number);
    }
}

impl Caller {
    /// The address, of IPv4 also where it came as one of IPv6.
    pub(super) fn peer(&self) -> IpAddr {
        self.peer
    }

    /// The service begins to work for the caller.
    pub(super) fn working(&self) -> Working {
        self.handle.works.store(true, Ordering::SeqCst);
        Working(Arc::clone(&self.handle))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.works.store(false, Ordering::SeqCst);
    }
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    use futures_util::FutureExt as _;

    fn peer(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    fn is_evicted(connection: &Connection) -> bool {
        connection.evicted().now_or_never().is_some()
    }

    #[test]
    fn a_new_one_takes_the_oldest_place_of_the_address_that_has_most() {
        let connections = Connections::at_most(4);
        let other = connections.open(peer(1)).unwrap();
        let greedy: Vec<_> = (0..3).map(|_| connections.open(peer(2)).unwrap()).collect();
        let new = connections.open(peer(3)).unwrap();
        let evicted: Vec<_> = greedy.iter().map(is_evicted).collect();
        assert_eq!(evicted, [true, false, false]);
        assert!(!is_evicted(&other) && !is_evicted(&new));
    }

    #[test]
    fn the_service_finishes_its_work() {
        let connections = Connections::at_most(2);
        let (first, second) =
            (connections.open(peer(1)).unwrap(), connections.open(peer(1)).unwrap());
        let working = first.caller().working();
        let third = connections.open(peer(2)).unwrap();
        assert!(!is_evicted(&first) && is_evicted(&second));
        let _works = third.caller().working();
        assert!(connections.open(peer(3)).is_none());
        drop(working);
        assert!(connections.open(peer(3)).is_some());
    }

    #[test]
    fn places_are_given_back() {
        let connections = Connections::at_most(1);
        for _ in 0..3 {
            let one = connections.open(peer(1)).unwrap();
            let other = connections.open(peer(2)).unwrap();
            assert!(is_evicted(&one));
            drop((one, other));
        }
        let table = connections.table.lock().unwrap();
        assert_eq!((table.count, table.peers.len()), (0, 0));
    }
}
