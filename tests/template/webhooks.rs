//! With a receiver the deployment has everything for webhooks, and without one nothing.

use serde_json::{Value, json};

use crate::model::{function, functions, of_kind, template};

fn if_there_is_a_receiver(value: Value) -> Value {
    json!({ "Fn::If": ["HasWebhookUrl", value, { "Ref": "AWS::NoValue" }] })
}

#[test]
fn webhooks_are_off_by_default_and_only_https_receivers_are_allowed() {
    let parameter = &template()["Parameters"]["WebhookUrl"];
    assert_eq!(parameter["Default"], "");
    assert_eq!(parameter["AllowedPattern"], r"^(https://[^\s@#]+)?$");
    let empty = json!({ "Fn::Equals": [{ "Ref": "WebhookUrl" }, ""] });
    assert_eq!(template()["Conditions"]["HasWebhookUrl"], json!({ "Fn::Not": [empty] }));
}

#[test]
fn sending_functions_know_url_and_secret_and_booking_ones_only_that_webhooks_are_on() {
    for (folder, function) in functions() {
        let variables = &function.properties["Environment"]["Variables"];
        if ["notify", "notify_webhook", "sweep"].contains(&folder.as_str()) {
            assert_eq!(
                variables["WEBHOOK_URL"],
                if_there_is_a_receiver(json!({ "Ref": "WebhookUrl" })),
                "{folder}"
            );
            let secret = json!({ "Ref": "WebhookSecret" });
            assert_eq!(variables["WEBHOOK_SECRET_ARN"], if_there_is_a_receiver(secret), "{folder}");
        } else {
            assert!(!variables.to_string().contains("\"WebhookUrl\""), "{folder} has the address");
        }
    }
    for folder in ["create_meeting", "update_meeting"] {
        let variable = function(folder).properties["Environment"]["Variables"]["WEBHOOKS"].clone();
        assert_eq!(variable, if_there_is_a_receiver(json!("on")), "{folder}");
    }
}

#[test]
fn the_webhook_secret_is_generated() {
    let secrets = of_kind("AWS::SecretsManager::Secret");
    assert_eq!(secrets.len(), 1);
    let secret = &secrets[0];
    assert_eq!((secret.name.as_str(), &secret.body["Condition"]), ("WebhookSecret", &json!("HasWebhookUrl")));
    assert!(secret.properties.get("SecretString").is_none() && secret.properties.get("Name").is_none());
    let generated = &secret.properties["GenerateSecretString"];
    // Letters and digits alone, a multiple of four of them, are base64; a key has 24 to 64 bytes.
    assert_eq!(generated["ExcludePunctuation"], true);
    let length = generated["PasswordLength"].as_u64().unwrap();
    assert!(length.is_multiple_of(4) && (24..=64).contains(&(length / 4 * 3)), "{length}");
    let output = &template()["Outputs"]["WebhookSecretArn"];
    assert_eq!(
        (&output["Condition"], &output["Value"]),
        (&json!("HasWebhookUrl"), &json!({ "Ref": "WebhookSecret" }))
    );
}
