//! `time` and `domain` are pure: they name no wire format, no runtime and no service.

use super::{Source, assert_none, source, sources};

const PURE: [&str; 2] = ["shared/src/time", "shared/src/domain"];
const FORBIDDEN: [&str; 4] = ["Deserialize", "Serialize", "serde", "tokio"];
const FORBIDDEN_PREFIXES: [&str; 4] = ["aws_", "lambda_", "serde_", "tokio_"];

fn is_pure(source: &Source) -> bool {
    PURE.iter().any(|module| {
        let rest = source.path.strip_prefix(module);
        rest.is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    })
}

/// What a module that is pure may not name, as `path:line`. Comments may speak of anything.
fn impurities(source: &Source) -> impl Iterator<Item = String> {
    let code = source.lines().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.filter_map(|(number, line)| {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        let word = words.find(|word| {
            FORBIDDEN.contains(word) || FORBIDDEN_PREFIXES.iter().any(|prefix| word.starts_with(prefix))
        })?;
        Some(format!("{}:{number}: {word}", source.path))
    })
}

#[test]
fn time_and_domain_name_no_wire_format_runtime_or_service() {
    let pure: Vec<_> = sources().into_iter().filter(is_pure).collect();
    for module in PURE {
        assert!(pure.iter().any(|source| source.path.starts_with(module)), "{module} isn't there");
    }
    let found: Vec<_> = pure.iter().flat_map(impurities).collect();
    assert_none(&found, "Give these types no wire format, runtime or service; others convert them:");
}

#[test]
fn impurities_are_found() {
    for (line, word) in [
        ("use serde::{Deserialize, Serialize};", Some("serde")),
        ("#[derive(Clone, Debug, Serialize)]", Some("Serialize")),
        ("    #[serde(transparent)]", Some("serde")),
        ("    serde_json::to_string(&minute)", Some("serde_json")),
        ("#[tokio::test]", Some("tokio")),
        ("use aws_sdk_dynamodb::Client;", Some("aws_sdk_dynamodb")),
        ("fn handle(request: lambda_http::Request) {", Some("lambda_http")),
        ("/// Nothing here knows of serde.", None),
        ("#[derive(Clone, Debug, strum::EnumIter)]", None),
        ("let deserialized = 1;", None),
    ] {
        let found: Vec<_> = impurities(&source("a.rs", line)).collect();
        assert_eq!(found, Vec::from_iter(word.map(|word| format!("a.rs:1: {word}"))), "{line}");
    }
}

#[test]
fn pure_modules_are_known_by_their_path() {
    for (path, expected) in [
        ("shared/src/time/zone/tests.rs", true),
        ("shared/src/time.rs", true),
        ("shared/src/domain/id.rs", true),
        ("shared/src/timers.rs", false),
        ("shared/src/store/item.rs", false),
    ] {
        assert_eq!(is_pure(&source(path, "")), expected, "{path}");
    }
}
