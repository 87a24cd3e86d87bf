//! What `cargo run` reads from `template.yaml`, so that the machine at hand and AWS run the same deployment:
//! the table, the HTTP routes and the stream mapping. Nothing of these is written down a second time.

use axum::http::HeaderValue;
use serde_json::{Value, json};

/// The SAM template of this repository, as compiled in.
const DEPLOYED: &str = include_str!("../../template.yaml");

/// A parsed SAM template. CloudFormation's short tags stand in their long form: `!Ref A` is `{"Ref": "A"}`.
#[derive(Clone, Debug)]
pub struct Template {
    parameters: Value,
    resources: Vec<(String, Value)>,
}

/// One route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteDefinition {
    /// Upper case, as in HTTP. Empty for the default route.
    pub method: String,
    /// With `{name}` for a parameter, or [`RouteDefinition::DEFAULT`].
    pub path: String,
    /// The function's handler, which is also the name of its folder and its crate.
    pub function: String,
    /// Whether API Gateway answers it to anyone, however callers sign in otherwise.
    pub is_open: bool,
}

impl RouteDefinition {
    /// The path of the route that takes what no other route takes.
    pub const DEFAULT: &str = "$default";

    /// Whether it takes what no other route takes.
    pub fn is_default(&self) -> bool {
        self.path == Self::DEFAULT
    }
}

/// The DynamoDB table.
#[derive(Clone, Debug)]
pub struct TableDefinition {
    /// The body of the `CreateTable` call.
    pub create: Value,
    /// The attribute that holds an item's expiry, if the table has one.
    pub expiry_attribute: Option<String>,
}

/// The one event source mapping from the table's stream to a function.
#[derive(Clone, Debug)]
pub struct StreamMapping {
    /// The function's handler.
    pub function: String,
    /// Event patterns; a record passes when one of them matches. None at all lets everything pass.
    pub patterns: Vec<Value>,
    /// The most records in one invocation.
    pub batch_size: usize,
    /// How often a record is tried again before it is given up.
    pub maximum_retries: u32,
}

/// What web pages may do whose origins are allowed, as values of the headers of CORS.
#[derive(Clone, Debug)]
pub struct CorsDefinition {
    /// The methods that they may use.
    pub allow_methods: HeaderValue,
    /// The headers that they may send.
    pub allow_headers: HeaderValue,
    /// The headers of answers that they may read.
    pub expose_headers: HeaderValue,
    /// For how many seconds a browser may keep this.
    pub max_age: HeaderValue,
}

/// The template lacks something or says it in a way this program doesn't read.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {0}")]
pub struct TemplateError(String);

impl Template {
    /// The template of this repository.
    ///
    /// # Errors
    /// When it is no YAML or has no resources, which the tests rule out.
    pub fn deployed() -> Result<Self, TemplateError> {
        Self::parse(DEPLOYED)
    }

    /// Reads a SAM template.
    ///
    /// # Errors
    /// When the text is no YAML or has no `Resources`.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let json = yaml::to_json(text).map_err(TemplateError)?;
        let document: Value =
            serde_json::from_str(&json).map_err(|error| TemplateError(error.to_string()))?;
        let resources =
            document.get("Resources").and_then(Value::as_object).ok_or_else(|| missing("Resources"))?;
        let parameters = document.get("Parameters").cloned().unwrap_or_default();
        Ok(Self {
            parameters,
            resources: resources.iter().map(|(name, body)| (name.clone(), body.clone())).collect(),
        })
    }

    /// The default of a parameter.
    ///
    /// # Errors
    /// When there is none, or it isn't text.
    pub fn default_of(&self, parameter: &str) -> Result<&str, TemplateError> {
        let default = self.parameters.get(parameter).and_then(|parameter| parameter.get("Default"));
        default.and_then(Value::as_str).ok_or_else(|| missing(&format!("the default of {parameter}")))
    }

    /// The template's only table, to be created under `name`.
    ///
    /// # Errors
    /// When there is not exactly one.
    pub fn table(&self, name: &str) -> Result<TableDefinition, TemplateError> {
        let mut tables = self.of_type("AWS::DynamoDB::Table");
        let (Some((_, properties)), None) = (tables.next(), tables.next()) else {
            return Err(TemplateError("one AWS::DynamoDB::Table is needed, no more, no less".into()));
        };
        let mut create = json!({ "TableName": name });
        let keep = [
            "AttributeDefinitions",
            "BillingMode",
            "GlobalSecondaryIndexes",
            "KeySchema",
            "ProvisionedThroughput",
        ];
        for property in keep {
            if let Some(value) = properties.get(property) {
                create[property] = value.clone();
            }
        }
        // CloudFormation implies what the API wants said.
        if let Some(view) = properties.pointer("/StreamSpecification/StreamViewType") {
            create["StreamSpecification"] = json!({ "StreamEnabled": true, "StreamViewType": view });
        }
        let expiry = properties.pointer("/TimeToLiveSpecification/AttributeName").and_then(Value::as_str);
        Ok(TableDefinition { create, expiry_attribute: expiry.map(str::to_owned) })
    }

    /// Every route of the HTTP API with a method and a path. The one that API Gateway needs for the
    /// preflights of browsers is left out: here the default route takes them.
    ///
    /// # Errors
    /// When a route lacks its key or what it leads to, or a function its `Handler`.
    pub fn routes(&self) -> Result<Vec<RouteDefinition>, TemplateError> {
        let mut routes = self.all_routes()?;
        routes.retain(|route| !route.is_default() && route.method != "OPTIONS");
        Ok(routes)
    }

    /// Those of [`Template::routes`], and the default route.
    ///
    /// # Errors
    /// As [`Template::routes`].
    pub fn routes_with_default(&self) -> Result<Vec<RouteDefinition>, TemplateError> {
        let mut routes = self.all_routes()?;
        routes.retain(|route| route.method != "OPTIONS");
        Ok(routes)
    }

    /// What the API allows to pages of the origins of the parameter `CorsOrigins`.
    ///
    /// # Errors
    /// When there is not exactly one API, or it doesn't say this, or allows credentials.
    pub fn cors(&self) -> Result<CorsDefinition, TemplateError> {
        let mut apis = self.of_type("AWS::ApiGatewayV2::Api");
        let (Some((_, api)), None) = (apis.next(), apis.next()) else {
            return Err(TemplateError("one AWS::ApiGatewayV2::Api is needed, no more, no less".into()));
        };
        // The condition is whether there are such origins.
        let cors = api.pointer("/CorsConfiguration/Fn::If/1").ok_or_else(|| missing("CorsConfiguration"))?;
        if cors.get("AllowCredentials").is_some() {
            return Err(TemplateError("CORS with credentials isn't known here".into()));
        }
        let value = |key: &str| {
            let text = match cors.get(key) {
                Some(Value::Array(items)) => {
                    items.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|items| items.join(","))
                }
                Some(Value::Number(number)) => Some(number.to_string()),
                _ => None,
            };
            text.and_then(|text| HeaderValue::try_from(text).ok()).ok_or_else(|| missing(key))
        };
        Ok(CorsDefinition {
            allow_methods: value("AllowMethods")?,
            allow_headers: value("AllowHeaders")?,
            expose_headers: value("ExposeHeaders")?,
            max_age: value("MaxAge")?,
        })
    }

    fn all_routes(&self) -> Result<Vec<RouteDefinition>, TemplateError> {
        self.of_type("AWS::ApiGatewayV2::Route").map(|(name, route)| self.route(name, route)).collect()
    }

    fn route(&self, name: &str, route: &Value) -> Result<RouteDefinition, TemplateError> {
        let key = route.get("RouteKey").and_then(Value::as_str);
        let key = key.and_then(|key| match key {
            RouteDefinition::DEFAULT => Some(("", key)),
            key => key.split_once(' '),
        });
        let key = key.ok_or_else(|| missing(&format!("RouteKey of {name}")))?;
        let target = route.pointer("/Target/Fn::Sub").and_then(Value::as_str);
        let integration = target
            .and_then(|target| target.strip_prefix("integrations/${")?.strip_suffix('}'))
            .ok_or_else(|| missing(&format!("Target of {name}")))?;
        let uri = self
            .properties(integration)
            .and_then(|integration| integration.pointer("/IntegrationUri/Fn::Sub").and_then(Value::as_str));
        let function = uri
            .and_then(|uri| uri.rsplit_once(":function:${")?.1.strip_suffix('}'))
            .ok_or_else(|| missing(&format!("IntegrationUri of {integration}")))?;
        let properties = self.properties(function).unwrap_or(&Value::Null);
        Ok(RouteDefinition {
            method: key.0.to_ascii_uppercase(),
            path: key.1.to_owned(),
            function: handler(function, properties)?,
            is_open: route.get("AuthorizationType").is_some_and(|kind| kind == "NONE"),
        })
    }

    fn properties(&self, name: &str) -> Option<&Value> {
        let found = self.resources.iter().find(|(resource, _)| resource == name);
        found.and_then(|(_, body)| body.get("Properties"))
    }

    /// The mapping of the table's stream.
    ///
    /// # Errors
    /// When there is not exactly one, or a filter pattern is no JSON.
    pub fn stream_mapping(&self) -> Result<StreamMapping, TemplateError> {
        let mut events = self.events("DynamoDB")?.into_iter();
        let (Some((function, _, properties)), None) = (events.next(), events.next()) else {
            return Err(TemplateError("one event of type DynamoDB is needed, no more, no less".into()));
        };
        let filters = properties.pointer("/FilterCriteria/Filters").and_then(Value::as_array);
        let patterns = filters.into_iter().flatten().map(|filter| {
            let pattern =
                filter.get("Pattern").and_then(Value::as_str).ok_or_else(|| missing("a filter's Pattern"))?;
            serde_json::from_str(pattern)
                .map_err(|e| TemplateError(format!("the pattern {pattern} is no JSON: {e}")))
        });
        // 100 and, in effect, "until the record expires" are what Lambda takes where nothing is said.
        let number =
            |key: &str, otherwise: u64| properties.get(key).and_then(Value::as_u64).unwrap_or(otherwise);
        Ok(StreamMapping {
            function,
            patterns: patterns.collect::<Result<_, _>>()?,
            batch_size: usize::try_from(number("BatchSize", 100)).unwrap_or(100),
            maximum_retries: u32::try_from(number("MaximumRetryAttempts", 10_000)).unwrap_or(10_000),
        })
    }

    fn of_type(&self, kind: &'static str) -> impl Iterator<Item = (&str, &Value)> {
        self.resources
            .iter()
            .filter(move |(_, body)| body.get("Type").and_then(Value::as_str) == Some(kind))
            .map(|(name, body)| (name.as_str(), body.get("Properties").unwrap_or(&Value::Null)))
    }

    /// Handler, event name and event properties of every event of a type.
    fn events(&self, kind: &str) -> Result<Vec<(String, String, &Value)>, TemplateError> {
        let mut found = Vec::new();
        for (name, properties) in self.of_type("AWS::Serverless::Function") {
            let events = properties.get("Events").and_then(Value::as_object);
            for (event, body) in events.into_iter().flatten() {
                if body.get("Type").and_then(Value::as_str) == Some(kind) {
                    let handler = handler(name, properties)?;
                    found.push((handler, event.clone(), body.get("Properties").unwrap_or(&Value::Null)));
                }
            }
        }
        Ok(found)
    }
}

/// What the binary of all functions picks a function by.
fn handler(function: &str, properties: &Value) -> Result<String, TemplateError> {
    let handler = properties.get("Handler").and_then(Value::as_str);
    handler.map(str::to_owned).ok_or_else(|| missing(&format!("Handler of {function}")))
}

fn missing(what: &str) -> TemplateError {
    TemplateError(format!("{what} is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deployed_template_has_table_routes_and_mapping() {
        let template = Template::deployed().unwrap();
        let table = template.table("t").unwrap();
        assert_eq!(table.create["TableName"], "t");
        assert_eq!(table.create["KeySchema"].as_array().unwrap().len(), 2);
        assert_eq!(table.create["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
        assert_eq!(table.create["GlobalSecondaryIndexes"][0]["IndexName"], "owed");
        assert_eq!(table.expiry_attribute.as_deref(), Some("expires_at"));

        let routes = template.routes().unwrap();
        let route = |method: &str, path: &str, function: &str, is_open| RouteDefinition {
            method: method.into(),
            path: path.into(),
            function: function.into(),
            is_open,
        };
        assert!(routes.contains(&route("GET", "/api/health", "health", true)), "{routes:?}");
        let user = route("GET", "/api/users/{user_id}", "get_user", false);
        assert!(routes.contains(&user), "{routes:?}");
        let default = route("", "$default", "unknown_route", true);
        assert!(!routes.contains(&default) && template.routes_with_default().unwrap().contains(&default));

        let mapping = template.stream_mapping().unwrap();
        assert_eq!(mapping.function, "plan_reminders");
        assert!(!mapping.patterns.is_empty());
    }

    #[test]
    fn what_is_missing_is_named() {
        let template = Template::parse(
            "Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {Handler: f}}, \
             R: {Type: 'AWS::ApiGatewayV2::Route', Properties: {RouteKey: GET /f, Target: !Sub 'integrations/${I}'}}}",
        );
        let error = template.unwrap().routes().unwrap_err().to_string();
        assert_eq!(error, "template.yaml: IntegrationUri of I is missing");
    }
}
