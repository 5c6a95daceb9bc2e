//! Logs: one line an event, information to one stream and problems to the other.

use std::fmt;
use std::io;

use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{Format, Full, Json, JsonFields, Writer};
use tracing_subscriber::fmt::writer::MakeWriterExt as _;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::args::{LogFormat, LogOptions};

/// Where the client logs answers that it cannot read, whole: they may be Secrets.
const ANSWERS: &str = "kube_client";
/// Where it logs methods, paths and codes.
const REQUESTS: &str = "kube_client::client::builder";

/// Begins to log, once for the process.
pub(crate) fn start(options: LogOptions) {
    let subscriber = if options.info_to_stdout {
        subscriber(options, io::stderr.with_max_level(Level::WARN).or_else(io::stdout))
    } else {
        subscriber(options, io::stderr)
    };
    // An error means that there are logs already: of a program that has this library in it.
    tracing::subscriber::set_global_default(subscriber).ok();
}

/// What writes events to `writer`.
fn subscriber<W>(options: LogOptions, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
    let filter = filter(options.level);
    match options.format {
        LogFormat::Text => {
            let layer = layer.event_format(OneLine(Format::default().with_ansi(false)));
            Box::new(Registry::default().with(layer.with_filter(filter)))
        }
        LogFormat::Json => {
            let format: Format<Json> = Format::default().json().flatten_event(true);
            let layer = layer.event_format(format).fmt_fields(JsonFields::new());
            Box::new(Registry::default().with(layer.with_filter(filter)))
        }
    }
}

/// The client logs every answer of 500 and more as an error, also where it is about to try again. Whoever asked says what
/// came of it.
fn filter(level: LevelFilter) -> Targets {
    const OTHERS: [&str; 6] = ["hyper", "hyper_util", REQUESTS, "kube_runtime", "rustls", "tower"];
    let others = if level >= LevelFilter::DEBUG { level } else { LevelFilter::OFF };
    let targets = Targets::new().with_default(level).with_target(ANSWERS, LevelFilter::OFF);
    targets.with_targets(OTHERS.map(|target| (target, others)))
}

/// Writes an event on one line, whatever is in it.
struct OneLine(Format<Full>);

impl<S, N> FormatEvent<S, N> for OneLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut text = String::new();
        self.0.format_event(context, Writer::new(&mut text), event)?;
        let mut lines = text.lines();
        writer.write_str(lines.next().unwrap_or_default())?;
        for line in lines {
            writer.write_str("\\n")?;
            writer.write_str(line)?;
        }
        writer.write_char('\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of some events.
    fn logged(format: LogFormat, level: LevelFilter, events: fn()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        let options = LogOptions { level, format, info_to_stdout: true };
        let subscriber = subscriber(options, move || writer.clone());
        tracing::subscriber::with_default(subscriber, events);
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_event_is_one_line() {
        let events = || {
            tracing::info!(name = "a\nb", "first\nsecond");
            tracing::debug!("not at this level");
        };
        let text = logged(LogFormat::Text, LevelFilter::INFO, events);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(" INFO ") && text.contains("first\\nsecond"), "{text}");

        let json = logged(LogFormat::Json, LevelFilter::INFO, events);
        assert_eq!(json.lines().count(), 1, "{json}");
        let event: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(event["level"], "INFO");
        assert_eq!(event["message"], "first\nsecond");
        assert_eq!(event["name"], "a\nb");
    }

    #[test]
    fn the_client_is_heard_when_asked_for() {
        let events = || tracing::error!(target: REQUESTS, "failed with status 500");
        assert_eq!(logged(LogFormat::Text, LevelFilter::INFO, events), "");
        assert!(logged(LogFormat::Text, LevelFilter::DEBUG, events).contains("status 500"));
    }

    #[test]
    fn what_the_client_cannot_read_is_not_written_at_any_level() {
        let events =
            || tracing::warn!(target: "kube_client::client", "{{\"data\": \"aHVudGVyMg==\"}}");
        assert_eq!(logged(LogFormat::Text, LevelFilter::TRACE, events), "");
    }
}
