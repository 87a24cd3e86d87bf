//! An HTTP client for calls that must not be sent twice: it tells a call that was never sent from one that
//! may have been.
//!
//! Lambda freezes a process between two invocations, and its network drops idle connections meanwhile. The
//! first call on such a connection fails, and nobody can say whether it arrived. ARCHITECTURE.md has a table
//! of all calls: who repeats them, and why that is safe.

use std::error::Error;
use std::sync::OnceLock;

use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;

/// No connection could be made, so nothing was sent: there was no address, nobody listened, TLS failed, or
/// it took too long.
#[derive(Debug, thiserror::Error)]
#[error("no connection")]
struct NeverConnected(#[source] ConnectorError);

/// Whether it is certain that a call that failed with this error was not sent. Only the client of
/// [`client`] is ever certain.
pub(crate) fn was_never_sent(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<NeverConnected>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The client that `make` makes, which must keep no idle connection. It is made by the first call, so that it
/// takes no time of a cold start.
pub(crate) fn client(make: impl Fn() -> SharedHttpClient + Send + Sync + 'static) -> SharedHttpClient {
    let client = OnceLock::new();
    http_client_fn(move |settings, components| {
        let inner = client.get_or_init(&make).http_connector(settings, components);
        SharedHttpConnector::new(Connector(inner))
    })
}

#[derive(Debug)]
struct Connector(SharedHttpConnector);

impl HttpConnector for Connector {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        // The SDK asks for the connection itself, so that it can close one that failed.
        let connection = match request.extension::<CaptureSmithyConnection>() {
            Some(capture) => capture.clone(),
            None => {
                let capture = CaptureSmithyConnection::new();
                request.add_extension(capture.clone());
                capture
            }
        };
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            match answer.await {
                Err(error) if connection.get().is_none() && !error.is_user() => Err(never_connected(error)),
                answer => answer,
            }
        })
    }
}

/// The same error, of the same kind, and recognized by [`was_never_sent`].
fn never_connected(error: ConnectorError) -> ConnectorError {
    let is_timeout = error.is_timeout();
    let error = NeverConnected(error).into();
    if is_timeout { ConnectorError::timeout(error) } else { ConnectorError::io(error) }.never_connected()
}
