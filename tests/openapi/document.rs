//! The document by itself.

use std::collections::{BTreeMap, BTreeSet};

use harness::document::{Content, Document, Operation, schema};
use local::template::Template;
use serde_json::{Value, json};
use shared::problem::Code;

use crate::{codes, problems};

/// The one operation whose response has undocumented members.
const OPEN: &str = "openapi";

#[test]
fn the_routes_are_those_of_the_template() {
    let routes = Template::deployed().unwrap().routes().unwrap();
    // HEAD is GET without a body, which needs no description of its own.
    let routes = routes.iter().filter(|route| route.method != "HEAD");
    let deployed: BTreeSet<_> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    let operations = &Document::served().operations;
    let documented: BTreeSet<_> =
        operations.iter().map(|operation| format!("{} {}", operation.method, operation.path)).collect();
    assert_eq!(documented, deployed);
    let ids: BTreeSet<_> = operations.iter().map(|operation| &operation.id).collect();
    assert_eq!(ids.len(), operations.len(), "an operationId is one operation's");
}

/// The page for people: the fields of a request, and the members of its example of an answer.
#[test]
fn the_page_names_what_a_meeting_has() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md")).unwrap();
    let (_, section) = page.split_once("### `POST /api/create_meeting`").unwrap();
    let (section, _) = section.split_once("\n### ").unwrap();
    let schemas = &Document::served().root["components"]["schemas"];
    // The other spelling of `time_zone` is that of users.
    let fields = schemas["NewMeeting"]["properties"].as_object().unwrap().keys();
    let fields = fields.filter(|name| *name != "timezone");
    let missing: Vec<_> = fields.filter(|name| !section.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/api.md doesn't name {missing:?}");

    let (_, example) = section.split_once("```json\n").unwrap();
    let example: Value = serde_json::from_str(example.split_once("```").unwrap().0).unwrap();
    let members: BTreeSet<_> = example.as_object().unwrap().keys().collect();
    let documented = schemas["BookedMeeting"]["properties"].as_object().unwrap().keys();
    // Warnings are there only in doubt, and reminders only in a dry run.
    let usual = documented.filter(|name| !["warnings", "reminders"].contains(&name.as_str()));
    assert_eq!(members, usual.collect());
}

#[test]
fn every_problem_is_documented_with_its_status() {
    let statuses: BTreeMap<_, _> =
        Code::ALL.iter().map(|code| (code.as_str(), code.status().as_u16())).collect();
    // That of a method that a path doesn't have belongs to no operation.
    let mut documented = BTreeSet::from([Code::MethodNotAllowed.as_str()]);
    for operation in &Document::served().operations {
        for (status, content) in problems(operation) {
            for code in codes(content) {
                assert_eq!(statuses.get(code), Some(&status), "{} {code}", operation.id);
                documented.insert(code);
            }
        }
        assert!(operation.answers.contains_key(&500), "{} may fail as well", operation.id);
    }
    assert_eq!(documented, statuses.into_keys().collect());
}

#[test]
fn every_answer_has_examples_and_each_problem_has_its_own() {
    for operation in &Document::served().operations {
        let id = &operation.id;
        let good: Vec<_> = operation.answers.iter().filter(|(status, _)| **status < 300).collect();
        // A dry run of what creates something answers 200 instead.
        let ways = if id == "create_meeting" { 2 } else { 1 };
        assert_eq!(good.len(), ways, "{id} succeeds in other ways");
        for (kind, content) in good.iter().flat_map(|(_, answer)| &answer.bodies) {
            assert!(!content.examples.is_empty(), "{id} has no example of {kind}");
        }
        assert!(operation.body.as_ref().is_none_or(|body| !body.examples.is_empty()), "{id} has no example");
        for (_, content) in problems(operation) {
            let named: BTreeSet<_> = content.examples.keys().map(String::as_str).collect();
            assert_eq!(named, codes(content), "{id}");
            assert!(content.examples.iter().all(|(code, example)| example["code"] == **code), "{id}");
        }
    }
}

#[test]
fn every_example_is_valid() {
    for operation in &Document::served().operations {
        for (place, content) in contents(operation) {
            for (name, example) in &content.examples {
                content
                    .check(example)
                    .unwrap_or_else(|errors| panic!("{} {place} {name}: {errors}", operation.id));
            }
        }
    }
    let schemas = Document::served().root["components"]["schemas"].as_object().unwrap();
    for (name, written) in schemas {
        for example in written["examples"].as_array().into_iter().flatten() {
            schema(name).check(example).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        }
    }
}

#[test]
fn undocumented_members_are_refused() {
    let mut tried = 0;
    for operation in Document::served().operations.iter().filter(|operation| operation.id != OPEN) {
        for (place, content) in contents(operation) {
            for (name, example) in &content.examples {
                for pointer in objects(example) {
                    let mut more = example.clone();
                    more.pointer_mut(&pointer).unwrap()["undocumented"] = json!(1);
                    let id = &operation.id;
                    assert!(!content.schema.is_valid(&more), "{id} {place} {name}: {pointer} is open");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

/// All parameters, bodies and headers of an operation.
fn contents(operation: &Operation) -> impl Iterator<Item = (String, &Content)> {
    let parameters = operation.parameters.iter().map(|parameter| (parameter.name.clone(), parameter));
    let body = operation.body.iter().map(|body| ("body".to_owned(), body));
    let answers = operation.answers.iter().flat_map(|(status, answer)| {
        let contents = answer.headers.iter().chain(answer.bodies.values());
        contents.map(move |content| (status.to_string(), content))
    });
    parameters.chain(body).chain(answers)
}

/// Where the objects in a value are.
fn objects(value: &Value) -> Vec<String> {
    let (own, parts): (_, Vec<_>) = match value {
        Value::Object(members) => {
            (vec![String::new()], members.iter().map(|(name, value)| (name.clone(), value)).collect())
        }
        Value::Array(items) => {
            (Vec::new(), items.iter().enumerate().map(|(place, value)| (place.to_string(), value)).collect())
        }
        _ => (Vec::new(), Vec::new()),
    };
    let inner = parts
        .into_iter()
        .flat_map(|(name, value)| objects(value).into_iter().map(move |pointer| format!("/{name}{pointer}")));
    own.into_iter().chain(inner).collect()
}
