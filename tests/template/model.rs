//! The template as JSON, CloudFormation's short tags written out: `!Ref A` is `{"Ref": "A"}`.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Value, json};

/// A resource of the template.
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) properties: Value,
    pub(crate) body: Value,
}

/// One statement of a role's policies.
pub(crate) struct Statement {
    pub(crate) role: String,
    pub(crate) sid: String,
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Vec<Value>,
    pub(crate) condition: Value,
    pub(crate) body: Value,
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn template() -> &'static Value {
    static TEMPLATE: LazyLock<Value> = LazyLock::new(|| parsed("template.yaml"));
    &TEMPLATE
}

/// A template by its path in the repository.
pub(crate) fn parsed(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    serde_json::from_str(&yaml::to_json(&text).unwrap()).unwrap()
}

pub(crate) fn resources() -> Vec<Resource> {
    let resource = |(name, body): (&String, &Value)| Resource {
        name: name.clone(),
        kind: text(&body["Type"]),
        properties: body["Properties"].clone(),
        body: body.clone(),
    };
    template()["Resources"].as_object().unwrap().iter().map(resource).collect()
}

pub(crate) fn of_kind(kind: &str) -> Vec<Resource> {
    resources().into_iter().filter(|resource| resource.kind == kind).collect()
}

pub(crate) fn resource(name: &str) -> Resource {
    resources()
        .into_iter()
        .find(|resource| resource.name == name)
        .unwrap_or_else(|| panic!("{name} is missing"))
}

/// The functions, each with its handler, which is also the name of its folder and of its crate.
pub(crate) fn functions() -> Vec<(String, Resource)> {
    let functions = of_kind("AWS::Serverless::Function").into_iter();
    functions.map(|function| (text(&function.properties["Handler"]), function)).collect()
}

pub(crate) fn function(folder: &str) -> Resource {
    functions().into_iter().find(|(name, _)| name == folder).unwrap().1
}

/// How an integration names its function. SAM local can't resolve `!GetAtt Function.Arn` of a function with a
/// name.
const FUNCTION: &str = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${";

/// A route of the API and the folder of the function it leads to.
pub(crate) struct Route {
    /// Method and path, as API Gateway writes them.
    pub(crate) key: String,
    pub(crate) folder: String,
    pub(crate) resource: Resource,
}

/// The routes, but for those of HEAD, which are [`head_routes`].
pub(crate) fn routes() -> Vec<Route> {
    all_routes().into_iter().filter(|route| !route.key.starts_with("HEAD ")).collect()
}

pub(crate) fn head_routes() -> Vec<Route> {
    all_routes().into_iter().filter(|route| route.key.starts_with("HEAD ")).collect()
}

fn all_routes() -> Vec<Route> {
    let route = |route: Resource| {
        assert_eq!(route.properties["ApiId"], json!({ "Ref": "Api" }), "{}", route.name);
        let target = text(&route.properties["Target"]["Fn::Sub"]);
        let integration = target.strip_prefix("integrations/${").and_then(|name| name.strip_suffix('}'));
        let integration = resource(integration.unwrap_or_else(|| panic!("{} leads to {target}", route.name)));
        let uri = text(&integration.properties["IntegrationUri"]["Fn::Sub"]);
        let function = uri.strip_prefix(FUNCTION).and_then(|name| name.strip_suffix('}'));
        let function = function.unwrap_or_else(|| panic!("SAM local can't follow {uri}"));
        let (folder, _) = functions().into_iter().find(|(_, resource)| resource.name == function).unwrap();
        Route { key: text(&route.properties["RouteKey"]), folder, resource: route }
    };
    of_kind("AWS::ApiGatewayV2::Route").into_iter().map(route).collect()
}

/// The role of the function in that folder.
pub(crate) fn role_of(folder: &str) -> Resource {
    let role = text(&function(folder).properties["Role"]["Fn::GetAtt"]);
    resource(role.strip_suffix(".Arn").unwrap())
}

pub(crate) fn statements(role: &Resource) -> Vec<Statement> {
    let policies = role.properties["Policies"].as_array().unwrap();
    let all = policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap());
    let statement = |body: &Value| Statement {
        role: role.name.clone(),
        sid: text(&body["Sid"]),
        actions: list(&body["Action"]).iter().map(text).collect(),
        resources: list(&body["Resource"]),
        condition: body["Condition"].clone(),
        body: body.clone(),
    };
    all.map(|body| statement(under_its_condition(body))).collect()
}

/// The branch of `!If` where the condition holds. So conditional statements are checked as if they were
/// there.
fn under_its_condition(body: &Value) -> &Value {
    body.get("Fn::If").map_or(body, |choice| &choice[1])
}

/// The resources on which a role may do `action`.
pub(crate) fn allowed(role: &Resource, action: &str) -> Vec<Value> {
    let naming = |statement: &Statement| statement.actions.iter().any(|name| name == action);
    statements(role).into_iter().filter(naming).flat_map(|statement| statement.resources).collect()
}

pub(crate) fn arn(resource: &str) -> Value {
    get_att(&format!("{resource}.Arn"))
}

pub(crate) fn get_att(attribute: &str) -> Value {
    json!({ "Fn::GetAtt": attribute })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// IAM's one-or-many.
fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}
