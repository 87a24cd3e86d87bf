//! The served `openapi.yaml`, to compare requests and responses with.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use axum::http::{HeaderMap, Method, header};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::ApiResponse;

/// The document, its schemas compiled.
#[derive(Debug)]
pub struct Document {
    /// All of it.
    pub root: Value,
    /// All operations.
    pub operations: Vec<Operation>,
}

/// One method of one path.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The path, with `{name}` for a parameter.
    pub path: String,
    /// Parameters in the path, the query and the headers.
    pub parameters: Vec<Content>,
    /// The body of the request.
    pub body: Option<Content>,
    /// Its responses by status.
    pub answers: BTreeMap<u16, Documented>,
}

/// The response of one status.
#[derive(Debug)]
pub struct Documented {
    /// Its bodies by media type.
    pub bodies: BTreeMap<String, Content>,
    /// Its headers.
    pub headers: Vec<Content>,
}

/// A body, a header or a parameter.
#[derive(Debug)]
pub struct Content {
    /// The name of a header or parameter.
    pub name: String,
    /// Whether it has to be there.
    pub required: bool,
    /// Its compiled schema.
    pub schema: Arc<Validator>,
    /// The schema as it is written.
    pub written: Value,
    /// Examples by name.
    pub examples: BTreeMap<String, Value>,
}

impl Document {
    /// The document that this build serves.
    pub fn served() -> &'static Self {
        static SERVED: OnceLock<Document> = OnceLock::new();
        SERVED.get_or_init(|| Self::read(serde_json::from_str(openapi::DOCUMENT).unwrap()))
    }

    fn read(root: Value) -> Self {
        let mut compiler = Compiler { root: &root, compiled: HashMap::new() };
        let operations = compiler.operations();
        Self { root, operations }
    }

    /// The operation behind a method and a path, the one with the most literal segments where several fit.
    /// That of HEAD is that of GET.
    pub fn operation(&self, method: &Method, path: &str) -> Option<&Operation> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let fitting = self.operations.iter().filter(|operation| operation.method == *method);
        fitting
            .filter(|operation| fits(&operation.path, path))
            .min_by_key(|operation| operation.path.matches('{').count())
    }
}

/// A schema by its name under `components`.
pub fn schema(name: &str) -> Content {
    let root = &Document::served().root;
    let content = json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } });
    Compiler { root, compiled: HashMap::new() }.content(name, &content)
}

fn fits(template: &str, path: &str) -> bool {
    let (segments, given) = (template.split('/'), path.split('/'));
    let parameter = |segment: &str, given: &str| segment.starts_with('{') && !given.is_empty();
    segments.clone().count() == given.clone().count()
        && segments.zip(given).all(|(segment, given)| segment == given || parameter(segment, given))
}

impl Content {
    /// Validates a value.
    ///
    /// # Errors
    /// All errors in it.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let errors = self.schema.iter_errors(value);
        let errors: Vec<_> = errors.map(|error| format!("{} {error}", error.instance_path())).collect();
        if errors.is_empty() { Ok(()) } else { Err(format!("{} in {value}", errors.join("; "))) }
    }

    /// Whether the text of a header or parameter is a documented value.
    pub fn allows_text(&self, text: &str) -> bool {
        let spelled = serde_json::from_str(text).is_ok_and(|value: Value| self.schema.is_valid(&value));
        spelled || self.schema.is_valid(&json!(text))
    }
}

/// Compares a response with the document, and an accepted request too: the service must accept nothing
/// undocumented. Where the document has no operation, the response must be that of an unknown route.
///
/// # Errors
/// The first difference.
pub fn compare(method: &Method, path: &str, sent: &[u8], answer: &ApiResponse) -> Result<(), String> {
    let ApiResponse { status, headers, body } = answer;
    let Some(operation) = Document::served().operation(method, path) else {
        let allow = headers.get(header::ALLOW).map(|methods| methods.to_str().unwrap());
        let code = body["code"].as_str();
        return match (*status, code, allow) {
            (404, Some("route_not_found"), None) => Ok(()),
            (405, Some("method_not_allowed"), Some(allow)) if !allow.contains(method.as_str()) => Ok(()),
            (204, None, _) if method == Method::OPTIONS => Ok(()),
            _ => Err(format!("{method} {path} is not documented, but answers {status}")),
        };
    };
    let name = format!("{} {status}", operation.id);
    let documented = operation.answers.get(status);
    let documented = documented.ok_or_else(|| format!("{name} is not documented: {body}"))?;
    for header in &documented.headers {
        let text = headers.get(&header.name).map(|value| value.to_str().unwrap());
        if !text.map_or(!header.required, |text| header.allows_text(text)) {
            return Err(format!("{name}: the header {} is {text:?}", header.name));
        }
    }
    if documented.bodies.is_empty() {
        let is_empty = (body.is_null() || body == "") && media_type(headers).is_none();
        return if is_empty { Ok(()) } else { Err(format!("{name} has a body: {body}")) };
    }
    let kind = media_type(headers).ok_or_else(|| format!("{name} has no Content-Type"))?;
    let content = documented.bodies.get(kind);
    let content = content.ok_or_else(|| format!("{name}: {kind} is not documented"))?;
    content.check(body).map_err(|errors| format!("{name}: {errors}"))?;
    match &operation.body {
        Some(content) if *status < 300 => {
            let sent = serde_json::from_slice(sent).unwrap();
            content.check(&sent).map_err(|errors| format!("{name} takes what the document forbids: {errors}"))
        }
        _ => Ok(()),
    }
}

/// The media type of an answer without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().unwrap();
    kind.split(';').next().map(str::trim)
}

/// Reads operations, and compiles their schemas.
struct Compiler<'a> {
    root: &'a Value,
    /// By the text of the schema. Most operations share their problems.
    compiled: HashMap<String, Arc<Validator>>,
}

impl<'a> Compiler<'a> {
    fn operations(&mut self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in members(&self.root["paths"]) {
            let methods = members(item).filter(|(name, _)| *name != "parameters");
            operations
                .extend(methods.map(|(method, operation)| self.operation(path, item, method, operation)));
        }
        operations
    }

    fn operation(&mut self, path: &str, item: &'a Value, method: &str, operation: &'a Value) -> Operation {
        let parameters =
            [&item["parameters"], &operation["parameters"]].into_iter().filter_map(Value::as_array);
        let parameters = parameters.flatten().map(|parameter| {
            let parameter = self.resolve(parameter);
            self.content(parameter["name"].as_str().unwrap(), parameter)
        });
        let parameters = parameters.collect();
        let body = operation.get("requestBody").map(|body| {
            let body = self.resolve(body);
            assert_eq!(body["required"], true, "{path} without a body is refused");
            self.content("", &body["content"]["application/json"])
        });
        let answers = members(&operation["responses"]);
        Operation {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase().parse().unwrap(),
            path: path.to_owned(),
            parameters,
            body,
            answers: answers
                .map(|(status, answer)| (status.parse().unwrap(), self.documented(answer)))
                .collect(),
        }
    }

    fn documented(&mut self, answer: &'a Value) -> Documented {
        let answer = self.resolve(answer);
        let bodies = members(&answer["content"]);
        let bodies = bodies.map(|(kind, content)| (kind.to_owned(), self.content("", content))).collect();
        let headers = members(&answer["headers"]);
        let headers = headers.map(|(name, header)| self.content(name, self.resolve(header))).collect();
        Documented { bodies, headers }
    }

    fn content(&mut self, name: &str, content: &'a Value) -> Content {
        let examples = members(&content["examples"]);
        let mut examples: BTreeMap<_, _> = examples
            .map(|(name, example)| (name.to_owned(), self.resolve(example)["value"].clone()))
            .collect();
        if let Some(example) = content.get("example") {
            examples.insert("example".to_owned(), example.clone());
        }
        Content {
            name: name.to_owned(),
            required: content["required"] == true,
            schema: self.compile(&content["schema"]),
            written: content["schema"].clone(),
            examples,
        }
    }

    /// A schema refers to others as `#/components/schemas/…`, so those are compiled with it.
    fn compile(&mut self, schema: &Value) -> Arc<Validator> {
        let text = schema.to_string();
        let compiled = self.compiled.entry(text).or_insert_with_key(|text| {
            let mut schema = schema.clone();
            let members = schema.as_object_mut().unwrap_or_else(|| panic!("{text} is no schema"));
            members.insert("components".to_owned(), json!({ "schemas": self.root["components"]["schemas"] }));
            // The validator has idn-email only with more dependencies. An id is no address.
            let options = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .with_format("idn-email", |text| text.contains('@'));
            Arc::new(options.build(&schema).unwrap_or_else(|error| panic!("{text}: {error}")))
        });
        Arc::clone(compiled)
    }

    /// Follows a reference.
    fn resolve(&self, node: &'a Value) -> &'a Value {
        let Some(pointer) = node.get("$ref") else { return node };
        let pointer = pointer.as_str().and_then(|pointer| pointer.strip_prefix('#')).unwrap();
        self.root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is missing"))
    }
}

/// The members of an object. Other values have none.
fn members(node: &Value) -> impl Iterator<Item = (&str, &Value)> {
    node.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}
