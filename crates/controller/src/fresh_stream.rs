//! A watch that is built anew now and then.
//!
//! A watch lists again only when the server says that its position is too old. After a restore of the server's data the
//! position lies in the future instead, and the watch fails for ever, or misses events without a word (kubernetes #107457,
//! #94315).

use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{BoxStream, Stream, StreamExt as _, unfold};
use kube::runtime::watcher::{Event, Result};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::restores::Restores;

/// How long a watch may fail. A restore takes the API server away for longer, and what was written since may have the versions
/// of what was lost.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a watch is used, and [`JITTER`] at most: several of them are not built anew together.
const AGE: Duration = Duration::from_secs(3600);
const JITTER: Duration = Duration::from_secs(600);
/// Between two watches that end by themselves.
const PAUSE: Duration = Duration::from_secs(1);

/// The events of the watch that `connect` builds, and of the next one: an [`Event::Init`] each time. Built anew when it has
/// failed for [`PATIENCE`], after a restore of the server's data, and once an hour.
pub(crate) fn fresh_stream<K: Send + 'static>(
    connect: impl Fn() -> BoxStream<'static, Result<Event<K>>> + Send,
    restores: Restores,
) -> impl Stream<Item = Result<Event<K>>> + Send {
    unfold(Fresh::new(connect, restores), |mut fresh| async move {
        let event = fresh.next().await;
        Some((event, fresh))
    })
}

struct Fresh<K, C> {
    connect: C,
    restores: Restores,
    stream: BoxStream<'static, Result<Event<K>>>,
    too_old: Pin<Box<Sleep>>,
    failing_since: Option<Instant>,
}

impl<K, C: Fn() -> BoxStream<'static, Result<Event<K>>>> Fresh<K, C> {
    fn new(connect: C, restores: Restores) -> Self {
        let stream = connect();
        Self {
            connect,
            restores,
            stream,
            too_old: Box::pin(sleep_until(end())),
            failing_since: None,
        }
    }

    fn renew(&mut self) {
        self.stream = (self.connect)();
        self.too_old.as_mut().reset(end());
        self.failing_since = None;
    }

    async fn next(&mut self) -> Result<Event<K>> {
        loop {
            let event = tokio::select! {
                event = self.stream.next() => event,
                () = self.too_old.as_mut() => {
                    self.renew();
                    continue;
                }
                () = self.restores.next() => {
                    self.renew();
                    continue;
                }
            };
            match event {
                Some(Ok(event)) => {
                    self.failing_since = None;
                    return Ok(event);
                }
                Some(Err(error)) => {
                    let since = *self.failing_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= PATIENCE {
                        self.renew();
                    }
                    return Err(error);
                }
                None => {
                    sleep(PAUSE).await;
                    self.renew();
                }
            }
        }
    }
}

fn end() -> Instant {
    Instant::now() + AGE + rand::random_range(Duration::ZERO..=JITTER)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream::{self, pending};
    use kube::runtime::watcher::Error;

    use super::*;

    /// A watch that lists, and then says nothing.
    fn silent() -> BoxStream<'static, Result<Event<()>>> {
        let list = [Ok(Event::Init), Ok(Event::InitDone)];
        stream::iter(list).chain(pending()).boxed()
    }

    /// A watch that fails every second.
    fn failing() -> BoxStream<'static, Result<Event<()>>> {
        let fail = |()| async {
            sleep(Duration::from_secs(1)).await;
            Some((Err(Error::NoResourceVersion), ()))
        };
        unfold((), fail).boxed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_watch_is_built_anew_once_an_hour() {
        let mut stream = pin!(fresh_stream(silent, Restores::never()));
        let start = Instant::now();
        let mut lists = 0;
        while start.elapsed() < Duration::from_secs(10 * 3600) {
            if matches!(stream.next().await, Some(Ok(Event::InitDone))) {
                lists += 1;
            }
        }
        assert!((9..=11).contains(&lists), "{lists}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_watch_that_fails_for_long_is_built_anew() {
        let built = AtomicUsize::new(0);
        let mut stream = pin!(fresh_stream(
            || { if built.fetch_add(1, Ordering::SeqCst) == 0 { failing() } else { silent() } },
            Restores::never()
        ));
        let start = Instant::now();
        while stream.next().await.unwrap().is_err() {}
        let time = start.elapsed();
        assert!(time >= PATIENCE && time < PATIENCE + Duration::from_secs(3), "{time:?}");
        assert_eq!(built.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_watch_that_ends_is_not_built_anew_in_haste() {
        let built = AtomicUsize::new(0);
        let mut stream = pin!(fresh_stream(
            || {
                built.fetch_add(1, Ordering::SeqCst);
                stream::iter([Ok(Event::<()>::Init)]).boxed()
            },
            Restores::never()
        ));
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(10) {
            stream.next().await.unwrap().unwrap();
        }
        assert!(built.load(Ordering::SeqCst) <= 12);
    }
}
