//! From the body of a request to a SealedSecret.
//!
//! While it is read, a document takes many times its length: each of its nodes has some 140 bytes, and may be of two. Many
//! large ones at a time, as many threads would read them, would take all memory that the service has.

use std::sync::{Mutex, PoisonError};

use sealkit_manifest::SealedSecret;

/// Longer documents are read one at a time.
const LARGE: usize = 64 * 1024;

/// Reads documents, one large one at a time.
#[derive(Default)]
pub(super) struct Reader(Mutex<()>);

impl Reader {
    /// None where it is no SealedSecret. Takes as long as others read large documents, if this is one.
    pub(super) fn read(&self, document: &[u8]) -> Option<SealedSecret> {
        let is_large = document.len() > LARGE;
        let _alone = is_large.then(|| self.0.lock().unwrap_or_else(PoisonError::into_inner));
        SealedSecret::from_text(document).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_large_document_waits_for_the_one_before_and_a_small_one_does_not() {
        let reader = Reader::default();
        let (small, large) = (vec![b' '; LARGE], vec![b' '; LARGE + 1]);
        let (done, is_done) = mpsc::channel();
        thread::scope(|scope| {
            let before = reader.0.lock().unwrap();
            scope.spawn(|| {
                reader.read(&large);
                done.send("large").unwrap();
            });
            reader.read(&small);
            done.send("small").unwrap();
            assert_eq!(is_done.recv().unwrap(), "small");
            assert!(is_done.recv_timeout(Duration::from_millis(50)).is_err());
            drop(before);
            assert_eq!(is_done.recv().unwrap(), "large");
        });
    }
}
