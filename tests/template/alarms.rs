//! Whatever goes wrong for good is heard of.

use serde_json::{Value, json};

use crate::model::{Resource, of_kind, text};

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
    for function in ["PlanRemindersFunction", "NotifyFunction"] {
        let dimension = json!({ "Name": "FunctionName", "Value": { "Ref": function } });
        assert!(alarm_on("AWS/Lambda", "Errors", &dimension).is_some(), "{function}");
    }
    let planner = json!({ "Name": "FunctionName", "Value": { "Ref": "PlanRemindersFunction" } });
    assert!(alarm_on("AWS/Lambda", "IteratorAge", &planner).is_some());
}

#[test]
fn every_alarm_explains_itself_and_reaches_the_topic_if_there_is_one() {
    let topic = json!([{ "Ref": "AlarmTopicArn" }]);
    let actions = json!({ "Fn::If": ["HasAlarmTopic", topic, { "Ref": "AWS::NoValue" }] });
    for alarm in of_kind("AWS::CloudWatch::Alarm") {
        assert!(text(&alarm.properties["AlarmDescription"]).len() > 20, "{}", alarm.name);
        assert_eq!(alarm.properties["AlarmActions"], actions, "{}", alarm.name);
        // No data is the normal state of a queue or a function that has nothing to do.
        assert_eq!(alarm.properties["TreatMissingData"], "notBreaching", "{}", alarm.name);
    }
}
