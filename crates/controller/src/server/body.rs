//! Reading the body of a request, within limits.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::time::timeout;

use super::memory::{Full, Reserved};

/// The longest body. No Kubernetes object is larger.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Of what is too long, as much is still taken in, so that the sender gets to read the answer.
const MAX_DISCARDED: usize = 16 * 1024 * 1024;
/// And for as long.
const DISCARDING: Duration = Duration::from_secs(2);

/// Why a body is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    /// It is longer than may be.
    TooLarge,
    /// It did not come, not whole, or not in time.
    Unreadable,
    /// There is no memory for it.
    NoMemory,
}

/// A body, and the memory that it has.
pub(super) struct Received {
    pub(super) bytes: Vec<u8>,
    _memory: Reserved,
}

/// Reads all of a body.
pub(super) async fn read(
    mut body: Body,
    mut memory: Reserved,
    longest: Option<Duration>,
) -> Result<Received, BodyError> {
    let collect = collect(&mut body, &mut memory);
    let collected = match longest {
        Some(longest) => timeout(longest, collect).await.unwrap_or(Err(BodyError::Unreadable)),
        None => collect.await,
    };
    if collected == Err(BodyError::TooLarge) {
        timeout(DISCARDING, discard(&mut body)).await.ok();
    }
    collected.map(|bytes| Received { bytes, _memory: memory })
}

async fn collect(body: &mut Body, memory: &mut Reserved) -> Result<Vec<u8>, BodyError> {
    let announced = body.size_hint().lower();
    if usize::try_from(announced).map_or(true, |announced| announced > MAX_BYTES) {
        return Err(BodyError::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Unreadable)?;
        // All others are trailers.
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > MAX_BYTES - bytes.len() {
            return Err(BodyError::TooLarge);
        }
        memory.grow(data.len()).map_err(|Full| BodyError::NoMemory)?;
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

async fn discard(body: &mut Body) {
    let mut discarded = 0;
    while let Some(Ok(frame)) = body.frame().await {
        discarded += frame.data_ref().map_or(0, Bytes::len);
        if discarded > MAX_DISCARDED {
            return;
        }
    }
}
