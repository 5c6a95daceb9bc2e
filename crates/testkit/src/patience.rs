//! Waiting for what happens in its own time.

use std::thread;
use std::time::{Duration, Instant};

/// How often it is looked.
const INTERVAL: Duration = Duration::from_millis(20);

/// Asks `look` again and again until it has an answer.
///
/// # Panics
///
/// If there is none within the limit; the message names what was waited for, and what `look` said last.
pub fn eventually<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<T, String>,
) -> T {
    let deadline = Instant::now() + limit;
    loop {
        match look() {
            Ok(answer) => return answer,
            Err(reason) if Instant::now() >= deadline => {
                panic!("{what}: not within {limit:?}: {reason}")
            }
            Err(_) => thread::sleep(INTERVAL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_ends_the_wait() {
        let mut looks = 0;
        let answer = eventually("three looks", Duration::from_secs(10), || {
            looks += 1;
            if looks < 3 { Err(format!("{looks} so far")) } else { Ok(looks) }
        });
        assert_eq!(answer, 3);
    }

    #[test]
    #[should_panic(expected = "a miracle: not within 10ms: none yet")]
    fn the_last_reason_is_told() {
        eventually("a miracle", Duration::from_millis(10), || Err::<(), _>("none yet".to_owned()));
    }
}
