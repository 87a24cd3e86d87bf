//! The HTTP API: sign-in, throttling and CORS.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::model::{Route, head_routes, of_kind, resource, routes, template, text};

/// Routes without personal data, and the one whose address is the key.
const OPEN: [&str; 9] = [
    "GET /api/health",
    "GET /api/openapi.json",
    "GET /api/docs",
    "GET /api/docs/{file}",
    "GET /",
    "GET /app/{file}",
    "GET /api/feeds/{feed}",
    "OPTIONS /{proxy+}",
    "$default",
];

fn chosen(jwt: Value, anonymous: Value, otherwise: Value) -> Value {
    json!({ "Fn::If": ["SignsInByJwt", jwt, { "Fn::If": ["IsAnonymous", anonymous, otherwise] }] })
}

#[test]
fn every_route_is_closed_but_the_public_ones() {
    let closed = chosen(json!("JWT"), json!("NONE"), json!("AWS_IAM"));
    let by_tokens =
        json!({ "Fn::If": ["SignsInByJwt", { "Ref": "JwtAuthorizer" }, { "Ref": "AWS::NoValue" }] });
    let mut open = BTreeSet::new();
    for Route { key, resource, .. } in routes() {
        if resource.properties["AuthorizationType"] == "NONE" {
            open.insert(key);
            continue;
        }
        assert_eq!(resource.properties["AuthorizationType"], closed, "{key}");
        assert_eq!(resource.properties["AuthorizerId"], by_tokens, "{key}");
    }
    assert_eq!(open, OPEN.map(str::to_owned).into());
}

#[test]
fn head_is_answered_like_get() {
    let get = routes().into_iter().filter_map(|route| {
        let key = route.key.strip_prefix("GET ")?.to_owned();
        Some((key, route.resource.properties))
    });
    let head = head_routes().into_iter().map(|route| {
        let key = route.key.strip_prefix("HEAD ").unwrap().to_owned();
        (key, route.resource.properties)
    });
    let (mut get, mut head): (BTreeMap<_, _>, BTreeMap<_, _>) = (get.collect(), head.collect());
    assert!(get.len() >= 9, "{}", get.len());
    for properties in get.values_mut().chain(head.values_mut()) {
        properties["RouteKey"] = Value::Null;
    }
    assert_eq!(head, get);
}

#[test]
fn functions_know_how_callers_signed_in() {
    let variables = &template()["Globals"]["Function"]["Environment"]["Variables"];
    assert_eq!(variables["SIGN_IN"], chosen(json!("jwt"), json!("anonymous"), json!("iam")));
    assert_eq!(variables["ADMIN_GROUP"], json!({ "Ref": "AdminGroup" }));
    assert_eq!(variables["ADMIN_SCOPE"], json!({ "Ref": "AdminScope" }));
    assert_eq!(variables["REBIND_ACCOUNTS"], json!({ "Ref": "RebindAccounts" }));
    assert_eq!(template()["Parameters"]["RebindAccounts"]["Default"], "false");
}

#[test]
fn a_deployment_is_closed_by_default() {
    let (parameters, conditions) = (&template()["Parameters"], &template()["Conditions"]);
    assert_eq!(parameters["AllowAnonymous"]["Default"], "false");
    assert_eq!(parameters["JwtIssuer"]["Default"], "");
    assert_eq!(parameters["CorsOrigins"]["Default"], "");
    assert_eq!(conditions["IsAnonymous"], json!({ "Fn::Equals": [{ "Ref": "AllowAnonymous" }, "true"] }));
    let issuer = json!({ "Fn::Equals": [{ "Ref": "JwtIssuer" }, ""] });
    assert_eq!(conditions["SignsInByJwt"], json!({ "Fn::Not": [issuer] }));
    let rules = template()["Rules"].as_object().unwrap();
    assert_eq!(rules["OneWayToSignIn"]["Assertions"][0]["Assert"], issuer, "tokens and an open API at once");
    let audience = json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "JwtAudience" }, ""] }] });
    assert_eq!(rules["TokensAreForAnAudience"]["Assertions"][0]["Assert"], audience);
}

#[test]
fn the_jwt_authorizer_uses_the_issuer_and_audience_of_the_parameters() {
    let authorizer = resource("JwtAuthorizer");
    assert_eq!(authorizer.body["Condition"], "SignsInByJwt");
    let Value::Object(properties) = authorizer.properties else { panic!("no properties") };
    assert_eq!(properties["AuthorizerType"], "JWT");
    assert_eq!(properties["IdentitySource"], json!(["$request.header.Authorization"]));
    let audience = json!({ "Fn::Split": [",", { "Ref": "JwtAudience" }] });
    let expected = json!({ "Issuer": { "Ref": "JwtIssuer" }, "Audience": audience });
    assert_eq!(properties["JwtConfiguration"], expected);
}

#[test]
fn cors_is_allowed_only_for_configured_origins() {
    let api = &of_kind("AWS::ApiGatewayV2::Api")[0].properties;
    let cors = &api["CorsConfiguration"]["Fn::If"];
    assert_eq!((&cors[0], &cors[2]), (&json!("AllowsOrigins"), &json!({ "Ref": "AWS::NoValue" })));
    assert_eq!(cors[1]["AllowOrigins"], json!({ "Ref": "CorsOrigins" }));
    let headers: BTreeSet<_> = cors[1]["AllowHeaders"].as_array().unwrap().iter().map(text).collect();
    let by_token = ["authorization", "content-type", "idempotency-key", "if-match"];
    let signed = ["x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];
    assert_eq!(headers, by_token.into_iter().chain(signed).map(str::to_owned).collect());
    assert!(cors[1].get("AllowCredentials").is_none(), "tokens are sent by scripts, cookies are not used");
}

#[test]
fn every_route_is_throttled_and_writing_ones_more() {
    let stage = &of_kind("AWS::ApiGatewayV2::Stage")[0];
    let limits = |kind: &str| {
        json!({
            "ThrottlingRateLimit": { "Ref": format!("{kind}Rate") },
            "ThrottlingBurstLimit": { "Ref": format!("{kind}Burst") },
        })
    };
    assert_eq!(stage.properties["DefaultRouteSettings"], limits("Read"));
    let reads = ["GET ", "OPTIONS ", "POST /api/get_free_slots"];
    let writes = |route: &Route| !reads.iter().any(|read| route.key.starts_with(read));
    let writing: Vec<Route> = routes().into_iter().filter(writes).collect();
    let mut expected: BTreeMap<_, _> =
        writing.iter().map(|route| (route.key.clone(), limits("Write"))).collect();
    // Anybody may call it, and nobody needs it often.
    let unknown = json!({ "ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 20 });
    expected.insert("$default".to_owned(), unknown);
    let feeds = ["GET /api/feeds/{feed}", "HEAD /api/feeds/{feed}"];
    let of_feeds = json!({ "ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200 });
    expected.extend(feeds.map(|feed| (feed.to_owned(), of_feeds.clone())));
    assert_eq!(stage.properties["RouteSettings"], json!(expected));
    // CloudFormation would otherwise make the stage before the routes that it names.
    let mut limited = writing;
    limited.extend(routes().into_iter().chain(head_routes()).filter(|route| feeds.contains(&&*route.key)));
    let names: BTreeSet<_> = limited.iter().map(|route| json!(route.resource.name).to_string()).collect();
    let waits_for = stage.body["DependsOn"].as_array().unwrap();
    assert_eq!(waits_for.iter().map(Value::to_string).collect::<BTreeSet<_>>(), names);
}

#[test]
fn only_this_api_invokes_the_functions_behind_it() {
    let arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*";
    let mut invoked = BTreeSet::new();
    for permission in of_kind("AWS::Lambda::Permission") {
        let Value::Object(properties) = permission.properties else { panic!("no properties") };
        assert_eq!(properties["Action"], "lambda:InvokeFunction", "{}", permission.name);
        assert_eq!(properties["Principal"], "apigateway.amazonaws.com", "{}", permission.name);
        assert_eq!(properties["SourceArn"], json!({ "Fn::Sub": arn }), "{}", permission.name);
        invoked.insert(properties["FunctionName"]["Ref"].to_string());
    }
    let functions = crate::model::functions().into_iter();
    let behind = functions.filter(|(folder, _)| routes().iter().any(|route| route.folder == *folder));
    assert_eq!(invoked, behind.map(|(_, function)| json!(function.name).to_string()).collect());
}

/// API Gateway inserts the values into the format as they are, without escaping what JSON needs escaped.
#[test]
fn each_line_of_the_access_log_is_json_whatever_a_message_holds() {
    // Names and numbers of AWS and of the template, and nothing that a function, an authorizer or a caller
    // writes.
    let plain = [
        "error.responseType",
        "integrationLatency",
        "integrationStatus",
        "requestId",
        "requestTime",
        "responseLatency",
        "routeKey",
        "status",
    ];
    let stage = &of_kind("AWS::ApiGatewayV2::Stage")[0].properties;
    let format = text(&stage["AccessLogSettings"]["Format"]);
    let line: BTreeMap<String, String> = serde_json::from_str(&format).unwrap();
    let values: BTreeSet<&str> =
        line.values().map(|value| value.strip_prefix("$context.").unwrap()).collect();
    assert_eq!(values, plain.into());
}
