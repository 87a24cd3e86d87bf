//! The permissions that the calls of functions need.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::{ConfigBag, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use serde_json::Value;

use crate::model::text;

/// One permission that a call needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    pub(crate) action: String,
    /// The partition keys, for what is done to items; the index, for what is read from one.
    pub(crate) target: Target,
}

/// What a call reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// All partitions that the call names, in whichever of its parts.
    Partitions(BTreeSet<String>),
    Index(String),
    Elsewhere,
}

/// Records the permissions that the calls of SDK clients need.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Need>>>);

impl Recorder {
    pub(crate) fn needs(&self) -> Vec<Need> {
        self.0.lock().unwrap().clone()
    }
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or(Value::Null);
        let needs = match request.headers().get("x-amz-target") {
            Some("secretsmanager.GetSecretValue") => vec![elsewhere("secretsmanager:GetSecretValue")],
            Some(target) => on_items(target.trim_start_matches("DynamoDB_20120810."), &body),
            None => on_services(request.method(), request.uri()),
        };
        self.0.lock().unwrap().extend(needs);
        Ok(())
    }
}

/// A transaction has no permission of its own: it needs that of each of its parts. AWS doesn't say whether
/// the condition on a part's partition sees this part alone or the whole call. So each part has to be allowed
/// on all partitions of the call, which is enough either way.
fn on_items(operation: &str, body: &Value) -> Vec<Need> {
    let on = |operations: BTreeSet<String>, keys: &[&Value]| -> Vec<Need> {
        let partitions: BTreeSet<String> = keys.iter().map(|key| text(&key["S"])).collect();
        let need = |operation| Need {
            action: format!("dynamodb:{operation}"),
            target: Target::Partitions(partitions.clone()),
        };
        operations.into_iter().map(need).collect()
    };
    let only = |key: &Value| on(BTreeSet::from([operation.to_owned()]), &[key]);
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => only(&body["Key"]["pk"]),
        "PutItem" => only(&body["Item"]["pk"]),
        "Scan" => vec![elsewhere("dynamodb:Scan")],
        "Query" if body.get("IndexName").is_some() => {
            vec![Need {
                action: "dynamodb:Query".to_owned(),
                target: Target::Index(text(&body["IndexName"])),
            }]
        }
        "Query" => {
            let condition = text(&body["KeyConditionExpression"]);
            assert!(condition.starts_with("pk = :pk"), "no partition in {condition}");
            only(&body["ExpressionAttributeValues"][":pk"])
        }
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().unwrap().values();
            let keys = tables.flat_map(|table| table["Keys"].as_array().unwrap());
            let keys: Vec<&Value> = keys.map(|key| &key["pk"]).collect();
            on(BTreeSet::from([operation.to_owned()]), &keys)
        }
        "TransactWriteItems" => {
            let parts = body["TransactItems"].as_array().unwrap().iter();
            let parts = parts.map(|part| part.as_object().unwrap().iter().next().unwrap());
            let part = |(kind, part): (&String, &'_ Value)| match kind.as_str() {
                "Put" => ("PutItem".to_owned(), part["Item"]["pk"].clone()),
                other => (format!("{other}Item"), part["Key"]["pk"].clone()),
            };
            let (operations, keys): (BTreeSet<String>, Vec<Value>) = parts.map(part).unzip();
            on(operations, &keys.iter().collect::<Vec<_>>())
        }
        other => panic!("nothing is known of the permissions that {other} needs"),
    }
}

fn on_services(method: &str, uri: &str) -> Vec<Need> {
    let actions: &[&str] = match method {
        // Giving a timer its role needs a permission.
        "POST" if uri.contains("/schedules/") => &["scheduler:CreateSchedule", "iam:PassRole"],
        "PUT" if uri.contains("/schedules/") => &["scheduler:UpdateSchedule", "iam:PassRole"],
        "DELETE" if uri.contains("/schedules/") => &["scheduler:DeleteSchedule"],
        "POST" if uri.contains("/outbound-emails") => &["ses:SendEmail", "ses:SendRawEmail"],
        _ => panic!("nothing is known of the permissions that {method} {uri} needs"),
    };
    actions.iter().map(|action| elsewhere(action)).collect()
}

fn elsewhere(action: &str) -> Need {
    Need { action: action.to_owned(), target: Target::Elsewhere }
}
