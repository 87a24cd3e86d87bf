//! AWS SDK clients for services on this machine: no TLS, credentials of this process alone, nothing read from
//! the environment.

use std::sync::OnceLock;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use uuid::Uuid;

/// The credentials of every client and every embedded service in this process. They are random, and are
/// written nowhere: no other program, and no page in a browser, can sign with them.
pub fn credentials() -> &'static Credentials {
    static OF_THIS_PROCESS: OnceLock<Credentials> = OnceLock::new();
    OF_THIS_PROCESS.get_or_init(|| {
        let random = || Uuid::new_v4().simple().to_string();
        Credentials::new(random(), random() + &random(), None, None, "loopback")
    })
}

/// Makes clients that share one connection pool.
#[derive(Clone, Debug)]
pub struct Loopback(SharedHttpClient);

impl Loopback {
    /// A fresh pool. Pools must not outlive the Tokio runtime that first used them.
    pub fn new() -> Self {
        Self(aws_smithy_http_client::Builder::new().build_http())
    }

    /// The configuration of any SDK client for the service at `endpoint`, an `http://` URL.
    pub fn config(&self, endpoint: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials().clone()))
            .endpoint_url(endpoint)
            .http_client(self.0.clone())
            .region(Region::from_static("local"))
            .retry_config(RetryConfig::standard())
            .build()
    }
}

impl Default for Loopback {
    fn default() -> Self {
        Self::new()
    }
}
