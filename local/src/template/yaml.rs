//! YAML to JSON, with CloudFormation's short tags written out.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

/// The first document of `text` as JSON.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|e| e.to_string())?;
    documents.first().ok_or_else(|| "it is empty".to_owned()).and_then(to_json)
}

fn to_json(node: &Yaml<'_>) -> Result<Value, String> {
    Ok(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => Value::from(*value),
        Yaml::Value(Scalar::Integer(value)) => Value::from(*value),
        Yaml::Value(Scalar::FloatingPoint(value)) => Value::from(value.0),
        Yaml::Value(Scalar::String(value)) => Value::from(value.as_ref()),
        Yaml::Sequence(items) => Value::Array(items.iter().map(to_json).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                object.insert(key_text(key)?, to_json(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tag, value) => {
            let name = if tag.suffix == "Ref" { tag.suffix.clone() } else { format!("Fn::{}", tag.suffix) };
            Value::Object(Map::from_iter([(name, to_json(value)?)]))
        }
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            return Err("it holds an alias or a value that doesn't fit its tag".into());
        }
    })
}

fn key_text(key: &Yaml<'_>) -> Result<String, String> {
    match key {
        Yaml::Value(Scalar::String(text)) => Ok(text.to_string()),
        Yaml::Value(Scalar::Integer(number)) => Ok(number.to_string()),
        other => Err(format!("{other:?} can't be a key")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_tags_are_written_out() {
        let text =
            "a: !Ref Table\nb: !GetAtt Table.Arn\nc: !Sub ['${x}', {x: !Ref Y}]\nd: [1, true, ~, '1']\n";
        let expected = json!({
            "a": {"Ref": "Table"},
            "b": {"Fn::GetAtt": "Table.Arn"},
            "c": {"Fn::Sub": ["${x}", {"x": {"Ref": "Y"}}]},
            "d": [1, true, null, "1"],
        });
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn what_is_no_yaml_is_an_error() {
        assert!(parse("a: [").is_err());
        assert!(parse("").is_err());
    }
}
