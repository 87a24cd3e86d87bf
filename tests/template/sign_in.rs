//! The user pool of `deploy/cognito.yaml` issues the tokens that the API takes.

use serde_json::json;

use crate::model::{parsed, template};

#[test]
fn every_output_of_the_user_pool_is_a_parameter() {
    let pool = parsed("deploy/cognito.yaml");
    let outputs = pool["Outputs"].as_object().unwrap();
    for name in outputs.keys() {
        assert!(template()["Parameters"].get(name).is_some(), "template.yaml has no parameter {name}");
    }
    for name in ["JwtIssuer", "JwtAudience", "AdminGroup"] {
        assert!(outputs.contains_key(name), "{name} is missing");
    }
}

/// The address in a token says whose it is, so nobody may have one that they haven't proved to be theirs.
#[test]
fn addresses_in_the_user_pool_are_verified_and_belong_to_one_account() {
    let pool = parsed("deploy/cognito.yaml");
    let properties = &pool["Resources"]["UserPool"]["Properties"];
    assert_eq!(properties["UsernameAttributes"], json!(["email"]));
    assert_eq!(properties["AutoVerifiedAttributes"], json!(["email"]));
    let update = json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
    assert_eq!(properties["UserAttributeUpdateSettings"], update);
    assert_eq!(pool["Parameters"]["SelfSignUp"]["Default"], "false");
    let client = &pool["Resources"]["UserPoolClient"]["Properties"];
    assert_eq!(client["AllowedOAuthFlows"], json!(["code"]));
    assert_eq!(client["AllowedOAuthScopes"], json!(["openid", "email"]));
}

/// Accounts at the issuer are bound to users, so that a new pool would lock everyone out.
#[test]
fn the_user_pool_and_its_accounts_outlive_their_stack() {
    for name in ["UserPool", "FirstAdministrator"] {
        let resource = &parsed("deploy/cognito.yaml")["Resources"][name];
        assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{name}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}");
    }
}
