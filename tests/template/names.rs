//! Names that are made from the stack's name, and how long that may be.

use serde_json::{Value, json};

use crate::model::{Resource, resources, root};

/// The property of a resource that names it, and how long AWS lets the name be.
fn naming(kind: &str) -> Option<(&'static str, usize)> {
    match kind {
        "AWS::ApiGatewayV2::Api" => Some(("Name", 128)),
        "AWS::CloudWatch::Alarm" => Some(("AlarmName", 255)),
        "AWS::CloudWatch::Dashboard" => Some(("DashboardName", 255)),
        "AWS::DynamoDB::Table" => Some(("TableName", 255)),
        "AWS::IAM::Role" => Some(("RoleName", 64)),
        "AWS::Logs::LogGroup" => Some(("LogGroupName", 512)),
        "AWS::Scheduler::ScheduleGroup" => Some(("Name", 64)),
        "AWS::SecretsManager::Secret" => Some(("Name", 512)),
        "AWS::Serverless::Function" => Some(("FunctionName", 64)),
        "AWS::SQS::Queue" => Some(("QueueName", 80)),
        _ => None,
    }
}

/// How long the name of the stack may be for that resource. CloudFormation shortens the names that it makes
/// itself, for what the template doesn't name.
fn room(resource: &Resource) -> Option<usize> {
    let (property, limit) = naming(&resource.kind)?;
    let name = resource.properties.get(property)?;
    if *name == json!({ "Ref": "AWS::StackName" }) {
        return Some(limit);
    }
    let pattern = name["Fn::Sub"].as_str().unwrap_or_else(|| panic!("{}: {name}", resource.name));
    let fixed = pattern.replace("${AWS::StackName}", "");
    assert!(!fixed.contains("${"), "{}: {pattern}", resource.name);
    (fixed != pattern).then(|| limit - fixed.len())
}

#[test]
fn the_longest_stack_name_is_the_one_that_the_readme_says() {
    let longest = resources().iter().filter_map(room).min().unwrap();
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("name of the stack has at most {longest} characters");
    assert!(text.contains(&said), "README.md doesn't say: {said}");
}

/// Two stacks of one account and region would take each other's resources.
#[test]
fn every_name_that_the_template_gives_is_made_from_the_name_of_the_stack() {
    for resource in resources() {
        let Some((property, _)) = naming(&resource.kind) else { continue };
        if let Some(name) = resource.properties.get(property) {
            assert!(has_stack_name(name), "{} is named {name}", resource.name);
        }
    }
}

fn has_stack_name(name: &Value) -> bool {
    name.to_string().contains("AWS::StackName")
}
