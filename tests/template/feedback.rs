//! With a topic for bounces and complaints every mail is reported to it, and without one nothing is there
//! for it.

use serde_json::json;

use crate::model::{functions, resource, role_of, statements, template};

#[test]
fn a_topic_is_told_of_bounces_complaints_and_rejections() {
    assert_eq!(template()["Parameters"]["FeedbackTopicArn"]["Default"], "");
    let empty = json!({ "Fn::Equals": [{ "Ref": "FeedbackTopicArn" }, ""] });
    assert_eq!(template()["Conditions"]["HasFeedbackTopic"], json!({ "Fn::Not": [empty] }));
    for name in ["MailConfiguration", "MailFeedback"] {
        assert_eq!(resource(name).body["Condition"], "HasFeedbackTopic", "{name}");
    }
    let feedback = resource("MailFeedback").properties;
    assert_eq!(feedback["ConfigurationSetName"], json!({ "Ref": "MailConfiguration" }));
    let destination = &feedback["EventDestination"];
    assert_eq!(destination["Enabled"], true);
    assert_eq!(destination["MatchingEventTypes"], json!(["bounce", "complaint", "reject"]));
    assert_eq!(destination["SnsDestination"], json!({ "TopicARN": { "Ref": "FeedbackTopicArn" } }));
}

#[test]
fn whoever_sends_mail_names_the_configuration_set() {
    let set = json!({ "Ref": "MailConfiguration" });
    let set = json!({ "Fn::If": ["HasFeedbackTopic", set, { "Ref": "AWS::NoValue" }] });
    for (folder, function) in functions() {
        let mails =
            statements(&role_of(&folder)).iter().any(|s| s.actions.contains(&"ses:SendEmail".to_owned()));
        let named = function.properties["Environment"]["Variables"].get("CONFIGURATION_SET");
        assert_eq!(named, mails.then_some(&set), "{folder}");
    }
}
