//! The embedded services of a deployment, started together.

use aws_config::SdkConfig;
use shared::clock::Clock;

use super::{Clients, DeploymentError};
use crate::data_dir::DataDir;
use crate::database::Database;
use crate::embedded::dynamodb::{DynamoDb, Storage};
use crate::embedded::receiver::Receiver;
use crate::embedded::scheduler::{Backoff, Scheduler};
use crate::embedded::secrets::Secrets;
use crate::embedded::ses::Ses;
use crate::template::Template;

/// The AWS services that Tactful uses, and a receiver of webhooks.
#[derive(Debug)]
pub struct EmbeddedServices {
    /// The embedded DynamoDB.
    pub dynamodb: DynamoDb,
    /// The embedded EventBridge Scheduler.
    pub scheduler: Scheduler,
    /// The embedded SES.
    pub ses: Ses,
    /// The embedded Secrets Manager.
    pub secrets: Secrets,
    /// Receives webhooks unless they go elsewhere.
    pub receiver: Receiver,
    /// Keeps the state of all services but DynamoDB.
    pub database: Database,
}

impl EmbeddedServices {
    /// Starts the services on the files of `data_dir`, or in memory without one. `name` is the name of the
    /// table and of the schedule group.
    ///
    /// # Errors
    /// When a service can't start.
    pub async fn start(
        template: &Template,
        name: &str,
        data_dir: Option<&DataDir>,
        clock: &Clock,
        backoff: Backoff,
    ) -> Result<Self, DeploymentError> {
        let table = template.table(name)?;
        let (database, dynamodb) = match data_dir {
            None => (Database::memory()?, DynamoDb::start(Storage::Memory, &table)?),
            Some(data_dir) => (
                Database::open(&data_dir.file("services.db"))?,
                DynamoDb::start(Storage::File(&data_dir.file("dynamodb.db")), &table)?,
            ),
        };
        let scheduler = Scheduler::start(database.clone(), clock.clone(), backoff).await?;
        scheduler.ensure_group(name)?;
        let ses = Ses::start(database.clone(), clock.clone()).await?;
        let secrets = Secrets::start(database.clone()).await?;
        let receiver = Receiver::start(database.clone(), secrets.clone(), clock.clone()).await?;
        Ok(Self { dynamodb, scheduler, ses, secrets, receiver, database })
    }

    /// Clients of these services. `config` makes the configuration of the client for an endpoint.
    pub fn clients(&self, config: impl Fn(&str) -> SdkConfig) -> Clients {
        Clients {
            dynamodb: aws_sdk_dynamodb::Client::new(&config(self.dynamodb.endpoint())),
            scheduler: aws_sdk_scheduler::Client::new(&config(self.scheduler.endpoint())),
            ses: aws_sdk_sesv2::Client::new(&config(self.ses.endpoint())),
            secrets: aws_sdk_secretsmanager::Client::new(&config(self.secrets.endpoint())),
        }
    }
}
