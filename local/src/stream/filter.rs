//! Event patterns of Lambda's `FilterCriteria`. An object has a pattern for each key, and an array lists the
//! alternatives for a leaf. Operators that Tactful's template doesn't use are refused at the start.

use serde_json::{Map, Value};

/// A record passes if one pattern matches, or if there are no patterns.
#[derive(Clone, Debug)]
pub(super) struct Filter(Vec<Node>);

#[derive(Clone, Debug)]
enum Node {
    All(Vec<(String, Node)>),
    OneOf(Vec<Test>),
}

#[derive(Clone, Debug)]
enum Test {
    Is(Value),
    Exists(bool),
}

impl Filter {
    pub(super) fn new(patterns: &[Value]) -> Result<Self, String> {
        patterns.iter().map(node).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn passes(&self, record: &Value) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(Some(record)))
    }
}

impl Node {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::All(entries) => {
                entries.iter().all(|(key, node)| node.matches(value.and_then(|v| v.get(key))))
            }
            Self::OneOf(tests) => tests.iter().any(|test| test.holds(value)),
        }
    }
}

impl Test {
    /// Whether it holds for a leaf. As on AWS, `exists` is never true for an object.
    fn holds(&self, value: Option<&Value>) -> bool {
        let leaf = value.filter(|value| !value.is_object());
        match self {
            Self::Is(expected) => leaf == Some(expected),
            Self::Exists(expected) => leaf.is_some() == *expected,
        }
    }
}

fn node(pattern: &Value) -> Result<Node, String> {
    match pattern {
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| Ok((key.clone(), node(value)?)));
            entries.collect::<Result<_, String>>().map(Node::All)
        }
        Value::Array(tests) => tests.iter().map(test).collect::<Result<_, _>>().map(Node::OneOf),
        other => Err(format!("in an event pattern, {other} must stand in an array")),
    }
}

fn test(pattern: &Value) -> Result<Test, String> {
    match pattern {
        Value::Object(operator) => operation(operator),
        Value::Array(_) => Err(format!("in an event pattern, {pattern} can't be an alternative")),
        value => Ok(Test::Is(value.clone())),
    }
}

fn operation(operator: &Map<String, Value>) -> Result<Test, String> {
    let mut entries = operator.iter();
    match (entries.next(), entries.next()) {
        (Some((name, Value::Bool(expected))), None) if name == "exists" => Ok(Test::Exists(*expected)),
        _ => Err(format!("the event pattern operator {operator:?} isn't known here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn passes(pattern: Value, record: Value) -> bool {
        Filter::new(&[pattern]).unwrap().passes(&record)
    }

    #[test]
    fn a_pattern_matches_when_every_key_has_one_of_its_alternatives() {
        let pattern = json!({"a": {"b": ["x", "y"]}, "c": [1]});
        assert!(passes(pattern.clone(), json!({"a": {"b": "y", "more": 1}, "c": 1})));
        assert!(!passes(pattern.clone(), json!({"a": {"b": "z"}, "c": 1})));
        assert!(!passes(pattern, json!({"a": {"b": "y"}})));
    }

    #[test]
    fn exists_is_true_of_leaves_only() {
        let pattern = json!({"new": {"owed": {"S": [{"exists": true}]}}});
        assert!(passes(pattern.clone(), json!({"new": {"owed": {"S": "1"}}})));
        assert!(!passes(pattern.clone(), json!({"new": {"owed": {"N": "1"}}})));
        assert!(!passes(pattern, json!({"old": {"owed": {"S": "1"}}})));
        assert!(!passes(json!({"new": [{"exists": true}]}), json!({"new": {"owed": 1}})));
        assert!(passes(json!({"new": [{"exists": false}]}), json!({})));
    }

    #[test]
    fn without_patterns_every_record_passes_and_unknown_operators_are_refused() {
        assert!(Filter::new(&[]).unwrap().passes(&json!({})));
        for operator in [json!({"numeric": [">", 1]}), json!({"prefix": "x"}), json!({"anything-but": ["x"]})]
        {
            assert!(Filter::new(&[json!({"a": [operator]})]).is_err());
        }
        assert!(Filter::new(&[json!({"a": "b"})]).is_err());
    }
}
