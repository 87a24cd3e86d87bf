//! AWS SDK clients for services on this machine: no TLS, no real credentials, nothing read from the
//! environment.

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

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
        // The embedded services don't check signatures, but some require one.
        let credentials = Credentials::new("local", "local", None, None, "loopback");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
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
