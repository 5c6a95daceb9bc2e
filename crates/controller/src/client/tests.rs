//! Clients against a server that answers as it is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::PostParams;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// Answers with one status after the other, the last one for ever, and counts.
struct Server {
    requests: Arc<AtomicUsize>,
    clients: Clients,
}

async fn server(answers: &[u16]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let left = Arc::new(Mutex::new(answers.to_vec()));
    let count = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let status = {
                let mut left = left.lock().unwrap();
                if left.len() > 1 { left.remove(0) } else { left[0] }
            };
            let mut request = vec![0; 65536];
            assert_ne!(connection.read(&mut request).await.unwrap(), 0);
            count.fetch_add(1, Ordering::SeqCst);
            let body = format!(
                r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","code":{status}}}"#
            );
            let body = if status < 300 { r#"{"kind":"Secret"}"#.to_owned() } else { body };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status} x\r\nretry-after: 0\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let config = Config::new(address.parse().unwrap());
    Server { requests, clients: Clients::new(&config, RequestLimit::default()).unwrap() }
}

async fn create(client: Client) -> Result<(), u16> {
    let secrets: Api<Secret> = Api::namespaced(client, "seal");
    match secrets.create(&PostParams::default(), &Secret::default()).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) => Err(status.code),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_write_is_repeated_when_it_was_turned_away_and_not_otherwise() {
    let turned_away = server(&[429, 429, 201]).await;
    assert_eq!(create(turned_away.clients.work).await, Ok(()));
    assert_eq!(turned_away.requests.load(Ordering::SeqCst), 3);
    for unclear in [500, 503, 504] {
        let server = server(&[unclear]).await;
        assert_eq!(create(server.clients.work).await, Err(unclear));
        assert_eq!(server.requests.load(Ordering::SeqCst), 1, "{unclear}");
    }
}

#[tokio::test]
async fn calls_on_the_lease_are_never_repeated() {
    for status in [429, 503] {
        let server = server(&[status]).await;
        assert_eq!(create(server.clients.lease).await, Err(status));
        assert_eq!(server.requests.load(Ordering::SeqCst), 1, "{status}");
    }
}
