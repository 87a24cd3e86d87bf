//! An HTTP server on a loopback port of the system's choice.

use std::io;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// Serves until dropped.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) endpoint: String,
    task: AbortHandle,
}

impl Server {
    pub(super) async fn start(router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "an embedded service stopped");
            }
        });
        Ok(Self { endpoint, task: serving.abort_handle() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
