//! The user pool of `deploy/cognito.yaml` issues the tokens that the API takes.

use page::{ConnectOrigin, Issuer, OidcClient};
use serde_json::json;

use crate::model::{function, functions, parsed, template, text};

#[test]
fn every_output_of_the_user_pool_is_a_parameter() {
    let pool = parsed("deploy/cognito.yaml");
    let outputs = pool["Outputs"].as_object().unwrap();
    for name in outputs.keys() {
        assert!(template()["Parameters"].get(name).is_some(), "template.yaml has no parameter {name}");
    }
    for name in ["JwtIssuer", "JwtAudience", "AdminGroup", "PageClientId", "PageConnectOrigins"] {
        assert!(outputs.contains_key(name), "{name} is missing");
    }
    // An ID token is for the client that asked for it, so that the API takes those of the page.
    assert_eq!(outputs["PageClientId"]["Value"], outputs["JwtAudience"]["Value"]);
}

#[test]
fn the_calendar_page_knows_its_client_and_where_to_sign_in() {
    let parameters = &template()["Parameters"];
    for (variable, parameter) in [
        ("JWT_ISSUER", "JwtIssuer"),
        ("PAGE_CLIENT_ID", "PageClientId"),
        ("PAGE_CONNECT_ORIGINS", "PageConnectOrigins"),
    ] {
        let variables = &function("page").properties["Environment"]["Variables"];
        assert_eq!(variables[variable], json!({ "Ref": parameter }));
        assert_eq!(parameters[parameter]["Default"], "", "{parameter}");
        for (folder, function) in functions() {
            let environment = function.properties["Environment"]["Variables"].get(variable);
            assert_eq!(environment.is_some(), folder == "page", "{folder} has {variable}");
        }
    }
    let without = |parameter: &str| json!({ "Fn::Equals": [{ "Ref": parameter }, ""] });
    let rule = &template()["Rules"]["ThePageSignsInAtTheIssuer"];
    assert_eq!(rule["RuleCondition"], json!({ "Fn::Not": [without("PageClientId")] }));
    assert_eq!(rule["Assertions"][0]["Assert"], json!({ "Fn::Not": [without("JwtIssuer")] }));
}

/// What the template lets through, the page takes. Otherwise a deployment would have a page that doesn't
/// start.
#[test]
fn the_template_takes_only_what_the_page_takes() {
    let pattern = |parameter: &str| text(&template()["Parameters"][parameter]["AllowedPattern"]);
    let takes = |parameter: &str, value: &str| {
        let schema = json!({ "type": "string", "pattern": pattern(parameter) });
        jsonschema::is_valid(&schema, &json!(value))
    };
    let issuer = || Issuer::https("https://id.example").unwrap();
    for id in
        ["1a2b3c", "tactful-page", "https://a.example/b?c#d", "a&b", "a b", "a\"", "<a>", "{a}", "ä", "a\n"]
    {
        let is_client = OidcClient::new(issuer(), id, Vec::new()).is_ok();
        assert_eq!(takes("PageClientId", id), is_client, "{id}");
    }
    for origins in [
        "https://id.example",
        "https://id.example:8443,https://keys.example",
        "https://*.example",
        "https://id.example/token",
        "https://id.example, https://keys.example",
        "https://id.example;script-src",
        "http://id.example",
        "https://",
        "*",
    ] {
        let are_origins = origins.split(',').all(|origin| {
            // A URL is trimmed where it is parsed, a list is not.
            origin.trim() == origin && ConnectOrigin::https(origin).is_ok()
        });
        assert_eq!(takes("PageConnectOrigins", origins), are_origins, "{origins}");
    }
    assert!(takes("PageClientId", "") && takes("PageConnectOrigins", ""));
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
    // Whoever signs out on the calendar page comes back to it.
    assert_eq!(client["LogoutURLs"], client["CallbackURLs"]);
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
