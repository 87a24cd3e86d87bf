//! Every final failure raises an alarm.

use serde_json::{Value, json};

use crate::model::{Resource, function, of_kind, resource, root, text};

fn alarm_on(namespace: &str, metric: &str, dimension: &Value) -> Option<Resource> {
    let fits = |alarm: &Resource| {
        alarm.properties["Namespace"] == namespace
            && alarm.properties["MetricName"] == metric
            && alarm.properties["Dimensions"] == json!([dimension])
    };
    of_kind("AWS::CloudWatch::Alarm").into_iter().find(fits)
}

#[test]
fn a_single_dead_letter_raises_an_alarm() {
    for queue in of_kind("AWS::SQS::Queue") {
        let name = json!({ "Fn::GetAtt": format!("{}.QueueName", queue.name) });
        let dimension = json!({ "Name": "QueueName", "Value": name });
        let alarm = alarm_on("AWS/SQS", "ApproximateNumberOfMessagesVisible", &dimension);
        let alarm = alarm.unwrap_or_else(|| panic!("nobody hears of {}", queue.name));
        assert_eq!(alarm.properties["Threshold"], 0, "{}", alarm.name);
        assert_eq!(alarm.properties["ComparisonOperator"], "GreaterThanThreshold", "{}", alarm.name);
    }
}

#[test]
fn failures_of_the_api_and_of_the_reminders_raise_alarms() {
    let api = json!({ "Name": "ApiId", "Value": { "Ref": "Api" } });
    assert!(alarm_on("AWS/ApiGateway", "5xx", &api).is_some());
    for function in ["PlanRemindersFunction", "NotifyFunction", "NotifyWebhookFunction", "SweepFunction"] {
        let dimension = json!({ "Name": "FunctionName", "Value": { "Ref": function } });
        for metric in ["Errors", "Throttles"] {
            assert!(alarm_on("AWS/Lambda", metric, &dimension).is_some(), "{function} {metric}");
        }
    }
    // The next run makes up for one that was throttled.
    let recomputer = json!({ "Name": "FunctionName", "Value": { "Ref": "RecomputeMeetingsFunction" } });
    assert!(alarm_on("AWS/Lambda", "Errors", &recomputer).is_some());
    let planner = json!({ "Name": "FunctionName", "Value": { "Ref": "PlanRemindersFunction" } });
    assert!(alarm_on("AWS/Lambda", "IteratorAge", &planner).is_some());
}

#[test]
fn metrics_of_late_owed_and_unsent_messages_raise_alarms() {
    let namespace = json!({ "Fn::Sub": "Tactful/${AWS::StackName}" });
    let source = std::fs::read_to_string(root().join("shared/src/metrics.rs")).unwrap();
    for metric in [
        "ReminderLateness",
        "OldestDebt",
        "WorkSetAside",
        "MessagesNotSent",
        "MessagesOverRecipientLimit",
        "RemindersFailed",
        "InvitationsFailed",
        "MeetingsNotRecomputed",
    ] {
        assert!(source.contains(&format!("\"{metric}\"")), "nobody writes {metric}");
        let alarms = of_kind("AWS::CloudWatch::Alarm");
        let alarm = alarms.iter().find(|alarm| alarm.properties["MetricName"] == metric);
        let properties = &alarm.unwrap_or_else(|| panic!("nobody hears of {metric}")).properties;
        assert_eq!(properties["Namespace"], namespace, "{metric}");
        // The functions write these metrics without dimensions.
        assert!(properties.get("Dimensions").is_none(), "{metric}");
    }
    for folder in ["plan_reminders", "notify", "notify_webhook", "sweep", "recompute_meetings"] {
        let variables = &function(folder).properties["Environment"]["Variables"];
        assert_eq!(variables["METRICS_NAMESPACE"], namespace, "{folder}");
    }
}

#[test]
fn the_dashboard_is_json_and_shows_every_alarm() {
    let body = text(&resource("Dashboard").properties["DashboardBody"]["Fn::Sub"]);
    serde_json::from_str::<Value>(&body).unwrap();
    for alarm in of_kind("AWS::CloudWatch::Alarm") {
        assert!(body.contains(&format!("${{{}.Arn}}", alarm.name)), "{} is not on the dashboard", alarm.name);
    }
}

#[test]
fn every_alarm_has_a_description_and_notifies_the_topic() {
    let topic = json!([{ "Ref": "AlarmTopicArn" }]);
    let actions = json!({ "Fn::If": ["HasAlarmTopic", topic, { "Ref": "AWS::NoValue" }] });
    for alarm in of_kind("AWS::CloudWatch::Alarm") {
        assert!(text(&alarm.properties["AlarmDescription"]).len() > 20, "{}", alarm.name);
        assert_eq!(alarm.properties["AlarmActions"], actions, "{}", alarm.name);
        // Idle queues and functions have no data. The sweep always has.
        let missing = if alarm.name == "OldestDebtAlarm" { "breaching" } else { "notBreaching" };
        assert_eq!(alarm.properties["TreatMissingData"], missing, "{}", alarm.name);
    }
}

#[test]
fn the_documents_count_the_alarms_that_are_paid_for() {
    let count = of_kind("AWS::CloudWatch::Alarm").len();
    for path in ["README.md", "docs/deploying.md"] {
        let document = std::fs::read_to_string(root().join(path)).unwrap();
        assert!(document.contains(&format!("{count} alarms")), "{path} doesn't speak of {count} alarms");
    }
}
