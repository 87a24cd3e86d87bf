//! A client of the SDK without a connection: unoptimized, HTTP is a third of a call.

use std::fmt;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::http::header::CONTENT_TYPE;
use dynoxide::Database;
use tokio::runtime::Handle;
use tokio::task::yield_now;

use super::api::{MEDIA_TYPE, respond};

/// `runtime` is the one that serves connections. Requests are answered there too, so that they come in any
/// order, and one whose caller goes away has its effect, as over a connection.
pub(super) fn client(database: Database, runtime: Handle) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess { database, runtime });
    http_client_fn(move |_, _| connector.clone())
}

struct InProcess {
    database: Database,
    runtime: Handle,
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let database = self.database.clone();
        let answer = self.runtime.spawn(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            respond(&database, target, request.body().bytes().unwrap_or_default())
        });
        HttpConnectorFuture::new(async move {
            // A call over a connection always lets others go first; an answer may be here already.
            yield_now().await;
            let (status, body) = answer.await.map_err(|error| ConnectorError::io(error.into()))?;
            let mut response = HttpResponse::new(status.into(), SdkBody::from(body));
            response.headers_mut().insert(CONTENT_TYPE.as_str(), MEDIA_TYPE);
            Ok(response)
        })
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}
