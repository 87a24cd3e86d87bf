//! Converts YAML to JSON: the OpenAPI document for a build script, the template for `local` and the tests. It
//! is in no function's binary.

use saphyr::{LoadableYamlNode, Mapping, Scalar, Yaml};
use serde_json::Value;

/// The one document in `text` as JSON. Members keep their order. CloudFormation's short tags become their
/// long form: `!Ref A` is `{"Ref":"A"}`, and `!Sub A` is `{"Fn::Sub":"A"}`.
///
/// # Errors
/// What is wrong, when the text is no YAML, isn't exactly one document, or has something that JSON can't
/// represent.
pub fn to_json(text: &str) -> Result<String, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    match documents.as_slice() {
        [document] => json(document),
        others => Err(format!("it holds {} documents", others.len())),
    }
}

fn json(node: &Yaml<'_>) -> Result<String, String> {
    Ok(match node {
        Yaml::Value(scalar) => value(scalar).to_string(),
        Yaml::Sequence(items) => {
            let items = items.iter().map(json).collect::<Result<Vec<_>, _>>()?;
            format!("[{}]", items.join(","))
        }
        Yaml::Mapping(members) => object(members)?,
        Yaml::Tagged(tag, node) => {
            let name = if tag.suffix == "Ref" { tag.suffix.clone() } else { format!("Fn::{}", tag.suffix) };
            format!("{{{}:{}}}", Value::from(name), json(node)?)
        }
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            return Err("it holds an alias or a value that doesn't fit its tag".to_owned());
        }
    })
}

fn object(members: &Mapping<'_>) -> Result<String, String> {
    let member = |(name, node): (&Yaml<'_>, &Yaml<'_>)| {
        let name = name.as_str().ok_or_else(|| format!("the name {name:?} needs quotes"))?;
        Ok(format!("{}:{}", Value::from(name), json(node)?))
    };
    let members = members.iter().map(member).collect::<Result<Vec<_>, String>>()?;
    Ok(format!("{{{}}}", members.join(",")))
}

fn value(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::from(*value),
        Scalar::Integer(value) => Value::from(*value),
        Scalar::FloatingPoint(value) => Value::from(value.0),
        Scalar::String(value) => Value::from(value.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_are_written_out() {
        let text = "a: !Ref Table\nb: !GetAtt Table.Arn\nc: !Sub ['${x}', {x: !Ref Y}]\n";
        let json = r#"{"a":{"Ref":"Table"},"b":{"Fn::GetAtt":"Table.Arn"},"c":{"Fn::Sub":["${x}",{"x":{"Ref":"Y"}}]}}"#;
        assert_eq!(to_json(text).unwrap(), json);
    }

    #[test]
    fn members_keep_their_order_and_values_their_kind() {
        let text = "z: [1, true, ~, '1', 1.5]\n\"1\": |\n  a \"b\"\n  c\na: {}\n";
        assert_eq!(to_json(text).unwrap(), r#"{"z":[1,true,null,"1",1.5],"1":"a \"b\"\nc\n","a":{}}"#);
    }

    #[test]
    fn what_json_cannot_represent_is_an_error() {
        for text in ["a: [", "", "a: 1\n---\nb: 2\n", "1: a\n", "a: &x 1\nb: *y\n"] {
            assert!(to_json(text).is_err(), "{text}");
        }
    }
}
