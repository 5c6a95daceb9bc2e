//! Everything that a request can use has an end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use support::{Answer, Running, Sealed, get, open, post, request, send};

const MIB: usize = 1024 * 1024;

fn good() -> String {
    Sealed::new().value("a", Sealed::canary("production-old", "shop", "database")).json()
}

fn codes(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.code).collect()
}

#[test]
fn requests_are_limited_by_address_whatever_a_header_says() {
    let service = Running::start(&["--rate-limit=1"]);
    let body = good();
    let asked = |path: &str| -> Vec<Answer> {
        let forged = |n: u32| format!("X-Forwarded-For: 10.0.0.{n}\r\n");
        let ask = |n| request(service.address, "POST", path, &forged(n), body.as_bytes());
        (0..4).map(ask).collect()
    };
    for path in ["/v1/verify", "/v1/rotate"] {
        let answers = asked(path);
        assert_eq!(codes(&answers), [200, 200, 200, 429], "{path}");
        let remaining = answers.iter().map(|answer| answer.header("x-ratelimit-remaining"));
        assert!(remaining.eq([Some("2"), Some("1"), Some("0"), Some("0")]));
        let [.., last] = answers.as_slice() else { return };
        assert_eq!(last.text(), "limit exceeded\n");
        assert_eq!(last.header("x-ratelimit-limit"), Some("3"));
        assert_eq!(last.header("x-ratelimit-reset"), Some("3"));
        assert_eq!(last.header("retry-after"), Some("1"));
    }
    assert_eq!(get(service.address, "/healthz").code, 200);
    assert_eq!(get(service.address, "/v1/cert.pem").code, 200);
}

#[test]
fn private_key_operations_are_limited_too() {
    let service = Running::start(&["--rate-limit=1", "--rate-limit-burst=9"]);
    let foreign = Sealed::canary("production-old", "shop", "other");
    let many =
        (0..2_500).fold(Sealed::new(), |sealed, n| sealed.value(&n.to_string(), foreign.clone()));
    let many = many.json();
    let answers: Vec<_> =
        (0..3).map(|_| post(service.address, "/v1/verify", many.as_bytes())).collect();
    assert_eq!(codes(&answers), [409, 429, 429]);
    let last = answers.last().unwrap();
    assert_eq!(last.text(), "limit exceeded\n");
    assert!(last.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    let rotate = post(service.address, "/v1/rotate", good().as_bytes());
    assert_eq!(rotate.code, 429, "one quota for both");
}

#[test]
fn bodies_have_two_mebibytes_at_most() {
    let service = Running::unlimited();
    let spaces = |length| vec![b' '; length];
    assert_eq!(post(service.address, "/v1/verify", &spaces(2 * MIB)).code, 500);
    assert_eq!(post(service.address, "/v1/verify", &spaces(2 * MIB + 1)).code, 413);
    let chunked = |length: usize| {
        let head = "POST /v1/verify HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
        let chunk = format!("{length:x}\r\n");
        [head.as_bytes(), chunk.as_bytes(), &spaces(length), b"\r\n0\r\n\r\n"].concat()
    };
    assert_eq!(send(service.address, &chunked(2 * MIB)).unwrap().code, 500);
    assert_eq!(send(service.address, &chunked(2 * MIB + 1)).unwrap().code, 413);
    // What is announced and never sent takes no memory, and not for long.
    let head = "POST /v1/rotate HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9000000000\r\n\r\n";
    assert_eq!(send(service.address, head.as_bytes()).unwrap().code, 413);
}

/// Until the other end closes the connection.
fn closed_after(mut stream: TcpStream) -> (Duration, Vec<u8>) {
    let start = Instant::now();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    (start.elapsed(), rest)
}

#[test]
fn who_sends_slowly_is_not_waited_for() {
    let service = Running::start(&["--read-timeout=300ms"]);
    let sent = |bytes: &[u8]| {
        let mut stream = open(service.address);
        stream.write_all(bytes).unwrap();
        let (after, answer) = closed_after(stream);
        assert!(after < Duration::from_secs(30), "{after:?}");
        String::from_utf8(answer).unwrap()
    };
    assert_eq!(sent(b""), "", "nothing at all");
    assert_eq!(sent(b"POST /v1/verify HTT"), "", "half a header");
    let body = sent(b"POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
    assert!(body.starts_with("HTTP/1.1 400 "), "{body}");
    let idle = sent(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(idle.starts_with("HTTP/1.1 200 "), "and closed after that: {idle}");
}

#[test]
fn garbage_harms_nobody() {
    let service = Running::start(&[]);
    for bytes in [
        b"\x00\x01\x02\x03\r\n\r\n".as_slice(),
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/verify HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /v1/verify HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        &[b'a'; 100_000],
    ] {
        let mut stream = open(service.address);
        // It may be closed before all is sent.
        stream.write_all(bytes).ok();
        stream.shutdown(std::net::Shutdown::Write).ok();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{answer:?}");
    }
    assert_eq!(get(service.address, "/healthz").code, 200);
}

#[test]
fn health_is_told_while_much_is_asked() {
    let service = Running::unlimited();
    let foreign = Sealed::canary("production-old", "shop", "other");
    let heavy =
        (0..5).fold(Sealed::new(), |sealed, n| sealed.value(&n.to_string(), foreign.clone()));
    let (address, heavy) = (service.address, heavy.json());
    thread::scope(|scope| {
        let asking: Vec<_> = (0..64)
            .map(|_| scope.spawn(|| post(address, "/v1/verify", heavy.as_bytes()).code))
            .collect();
        for _ in 0..10 {
            let start = Instant::now();
            assert_eq!(get(address, "/healthz").code, 200);
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        }
        let codes: Vec<u16> = asking.into_iter().map(|asking| asking.join().unwrap()).collect();
        assert!(codes.iter().all(|code| [409, 503].contains(code)), "{codes:?}");
        assert!(codes.contains(&409));
    });
}

#[test]
fn there_is_always_room_for_one_more_connection() {
    let service = Running::start(&[]);
    let mut idle: Vec<TcpStream> = (0..1100).map(|_| open(service.address)).collect();
    assert_eq!(get(service.address, "/healthz").code, 200);
    let (first, last) = (idle.remove(0), idle.pop().unwrap());
    let (after, rest) = closed_after(first);
    assert!(after < Duration::from_secs(30) && rest.is_empty(), "the oldest gave way");
    let mut last = last;
    last.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    assert!(closed_after(last).1.starts_with(b"HTTP/1.1 200 "), "the newest is served");
}

#[test]
fn requests_under_way_are_answered_at_the_end() {
    let mut service = Running::start(&[]);
    let mut stream = open(service.address);
    let body = good();
    let length = body.len();
    let head = format!(
        "POST /v1/verify HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut begun = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut begun).unwrap();
    let late = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        stream.write_all(body.as_bytes()).unwrap();
        closed_after(stream).1
    });
    service.stop();
    assert!(late.join().unwrap().starts_with(b"HTTP/1.1 200 "));
}
