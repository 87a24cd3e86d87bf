//! HTTP on a listener of this machine. axum's own `serve` has no time-out for a request's head.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::time::sleep;

/// How long to wait after the system refused another connection, for want of file descriptors for example.
const AFTER_A_FAILED_ACCEPT: Duration = Duration::from_secs(1);

/// Serves until `shutdown` is over, and until running requests have been answered. A handler finds the
/// client's address as [`ConnectInfo`].
///
/// A connection on which no complete head of a request arrives within `head_timeout` is closed, also one that
/// lies idle after a request. `None` waits for ever.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    head_timeout: Option<Duration>,
    shutdown: impl Future<Output = ()>,
) {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head_timeout);
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let (stream, client): (_, SocketAddr) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "no further connection could be accepted");
                sleep(AFTER_A_FAILED_ACCEPT).await;
                continue;
            }
        };
        let service = router.clone().layer(Extension(ConnectInfo(client)));
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that hangs up or sends nonsense is no failure of this program.
            let _ = connection.await;
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    async fn told(address: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// Without the time-out the first request would never end, and nor would this test.
    #[tokio::test]
    async fn a_head_that_does_not_end_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route(
            "/",
            get(|ConnectInfo(client): ConnectInfo<SocketAddr>| async move { client.ip().to_string() }),
        );
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, router, Some(Duration::from_millis(50)), async move {
            let _ = stopped.await;
        }));
        let unfinished = told(address, "GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ").await;
        assert!(!unfinished.contains(" 200 "), "{unfinished}");
        // The connection is left open, so that its end is that of the time-out.
        let idle = told(address, "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        assert!(idle.starts_with("HTTP/1.1 200 ") && idle.ends_with("127.0.0.1"), "{idle}");
        stop.send(()).unwrap();
        serving.await.unwrap();
    }
}
