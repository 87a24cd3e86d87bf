//! DynamoDB: dynoxide, which is verified against AWS by a public conformance suite, on SQLite.
//!
//! dynoxide's own HTTP server is not used: it answers every web page, and checks no signature.

mod api;
mod in_process;
mod indexes;
mod stream_table;

use std::fmt;
use std::net::TcpListener;
use std::path::Path;
use std::thread::JoinHandle;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::Database;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::server::for_this_process;
use crate::serve::serve;
use crate::template::TableDefinition;
use stream_table::StreamTable;

/// Where the items live.
#[derive(Clone, Copy, Debug)]
pub enum Storage<'a> {
    /// In memory: gone with the server.
    Memory,
    /// In a SQLite file.
    File(&'a Path),
}

/// A running DynamoDB with one table. It stops when dropped.
///
/// It has a thread of its own: dynoxide answers one request at a time without giving its thread away, and
/// that thread shouldn't be one that the functions need.
pub struct DynamoDb {
    endpoint: String,
    stream_arn: String,
    stream: StreamTable,
    database: Option<Database>,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why there is no DynamoDB.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database can't be opened or refused the table.
    #[error("{0}")]
    Database(#[from] dynoxide::DynoxideError),
    /// The database's stream records can't be reached.
    #[error("{0}")]
    Stream(#[from] rusqlite::Error),
    /// No port or no thread to be had.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// The file holds a table of another shape.
    #[error(
        "its table has other keys or indexes than template.yaml: it was made by another version of Tactful"
    )]
    OtherTable,
    /// The template asks for something that isn't a `CreateTable` request, or for a table without stream.
    #[error("template.yaml's table can't be created: {0}")]
    Definition(String),
}

impl DynamoDb {
    /// Starts the server on a loopback port and creates the table unless it is there.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(storage: Storage<'_>, table: &TableDefinition) -> Result<Self, StartError> {
        let path = match storage {
            // A file that SQLite keeps in memory, for the connections of this process that know its name.
            Storage::Memory => format!("file:/{}?vfs=memdb", Uuid::new_v4()),
            Storage::File(path) => path.to_string_lossy().into_owned(),
        };
        let database = Database::new(&path)?;
        // This call's name tells of bulk loading; what it does is to set `synchronous = NORMAL`: no
        // disk sync per write, and still safe from a killed process.
        database.disable_bulk_loading()?;
        let stream = StreamTable::open(&path)?;
        let stream_arn = ensure_table(&database, table)?;

        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel();
        let served = database.clone();
        let serving = Builder::new_current_thread().enable_all().build()?;
        let runtime = serving.handle().clone();
        let thread = std::thread::Builder::new().name("dynamodb".into()).spawn(move || {
            if let Err(error) = serve_in_thread(&serving, listener, served, stopped) {
                tracing::error!(%error, "the embedded DynamoDB stopped");
            }
        })?;
        Ok(Self {
            endpoint,
            stream_arn,
            stream,
            database: Some(database),
            runtime,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The URL for an SDK client, of DynamoDB and of DynamoDB Streams alike.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A client that hands its requests over without a connection, which saves a third of the time.
    /// Signatures are not checked: who has this client is in this process.
    pub fn in_process(&self) -> Option<SharedHttpClient> {
        Some(in_process::client(self.database.clone()?, self.runtime.clone()))
    }

    /// The ARN of the table's stream.
    pub fn stream_arn(&self) -> &str {
        &self.stream_arn
    }

    /// Removes items past their expiry, which DynamoDB does by itself and dynoxide only on request.
    pub fn sweep_expired(&self) {
        if let Some(Err(error)) = self.database.as_ref().map(Database::sweep_ttl) {
            tracing::warn!(%error, "expired items could not be removed");
        }
    }

    /// Forgets the stream's records before `sequence_number`, which DynamoDB does
    /// after a day and dynoxide never.
    pub fn forget_stream_before(&self, sequence_number: &str) {
        if let Err(error) = self.stream.forget_before(sequence_number) {
            tracing::warn!(%error, "old stream records could not be removed");
        }
    }

    /// Ends the server once running requests have been answered, and closes the file.
    pub fn stop(mut self) {
        self.tell_to_stop();
        if let Some(thread) = self.thread.take() {
            // The thread ends by itself; a panic in it has been reported already.
            let _ = thread.join();
        }
    }

    fn tell_to_stop(&mut self) {
        self.database = None;
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only when the server is.
            let _ = stop.send(());
        }
    }
}

impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        self.tell_to_stop();
    }
}

fn serve_in_thread(
    runtime: &Runtime,
    listener: TcpListener,
    database: Database,
    stopped: oneshot::Receiver<()>,
) -> std::io::Result<()> {
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let stopped = async {
            // A dropped sender means stop as well.
            let _ = stopped.await;
        };
        serve(listener, for_this_process(api::router(database)), None, stopped).await;
        Ok(())
    })
}

/// Creates the table if it isn't there and answers the ARN of its stream.
fn ensure_table(database: &Database, table: &TableDefinition) -> Result<String, StartError> {
    let name = table.create["TableName"].as_str().unwrap_or_default();
    let describe = json!({ "TableName": name });
    let description = match database.describe_table(request(describe)?) {
        Ok(found) => {
            let found = serde_json::to_value(found.table).unwrap_or_default();
            let wanted = shape(&table.create);
            if !shape(&found).iter().all(|part| wanted.contains(part)) {
                return Err(StartError::OtherTable);
            }
            indexes::add_missing(database, &found, &table.create)?;
            found
        }
        Err(dynoxide::DynoxideError::ResourceNotFoundException(_)) => {
            let created = database.create_table(request(table.create.clone())?)?;
            serde_json::to_value(created.table_description).unwrap_or_default()
        }
        Err(other) => return Err(other.into()),
    };
    if let Some(attribute) = &table.expiry_attribute {
        let enable = json!({ "TableName": name,
            "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true } });
        database.update_time_to_live(request(enable)?)?;
    }
    let arn = description["LatestStreamArn"].as_str().map(str::to_owned);
    arn.ok_or_else(|| StartError::Definition("it has no stream".into()))
}

fn request<T: DeserializeOwned>(body: Value) -> Result<T, StartError> {
    serde_json::from_value(body).map_err(|e| StartError::Definition(e.to_string()))
}

/// What makes two tables the same: the keys of the table and of its indexes.
fn shape(table: &Value) -> Vec<String> {
    let indexes = table["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
    let mut shape: Vec<String> = indexes
        .iter()
        .map(|index| {
            format!("{} {} {}", index["IndexName"], index["KeySchema"], index["Projection"]["ProjectionType"])
        })
        .collect();
    shape.sort();
    shape.push(table["KeySchema"].to_string());
    shape
}

#[cfg(test)]
mod tests;
