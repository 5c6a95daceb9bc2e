//! The end of the service.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::info;

/// Tells that the service is to end. Clones tell the same.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// Ends the service; so does dropping it.
#[derive(Debug)]
pub struct Trigger(watch::Sender<bool>);

impl Shutdown {
    /// One that is pulled by hand.
    #[must_use]
    pub fn by_hand() -> (Trigger, Self) {
        let (sender, receiver) = watch::channel(false);
        (Trigger(sender), Self(receiver))
    }

    /// One that SIGTERM and SIGINT pull.
    ///
    /// # Errors
    /// The system does not pass signals on.
    pub fn on_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (trigger, shutdown) = Self::by_hand();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => info!("SIGTERM: the service ends"),
                _ = interrupt.recv() => info!("SIGINT: the service ends"),
            }
            trigger.pull();
        });
        Ok(shutdown)
    }

    /// Waits for it.
    pub async fn requested(&mut self) {
        // An error means that nobody can pull it any more.
        self.0.wait_for(|requested| *requested).await.ok();
    }
}

impl Trigger {
    /// Ends the service.
    pub fn pull(self) {
        self.0.send_replace(true);
    }
}
