//! AWS SDK clients for services on this machine: no TLS, credentials of this process alone, nothing read from
//! the environment.

use std::sync::OnceLock;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use uuid::Uuid;

use crate::embedded::dynamodb::DynamoDb;

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
pub struct Loopback {
    pool: SharedHttpClient,
    /// The client of the service at this endpoint, which needs no connection.
    in_process: Option<(String, SharedHttpClient)>,
}

impl Loopback {
    /// A fresh pool. Pools must not outlive the Tokio runtime that first used them.
    pub fn new() -> Self {
        Self { pool: aws_smithy_http_client::Builder::new().build_http(), in_process: None }
    }

    /// A fresh pool, for all but that DynamoDB: its clients need no connections.
    pub fn in_process(dynamodb: &DynamoDb) -> Self {
        let client = dynamodb.in_process().map(|client| (dynamodb.endpoint().to_owned(), client));
        Self { in_process: client, ..Self::new() }
    }

    /// The configuration of any SDK client for the service at `endpoint`, an `http://` URL.
    pub fn config(&self, endpoint: &str) -> SdkConfig {
        let client = match &self.in_process {
            Some((in_process, client)) if in_process == endpoint => client,
            _ => &self.pool,
        };
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials().clone()))
            .endpoint_url(endpoint)
            .http_client(client.clone())
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
