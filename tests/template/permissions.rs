//! Least privilege: each function may do what it does, on what it does it to.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::{
    Statement, allowed, arn, functions, get_att, of_kind, resource, resources, role_of, statements, template,
    text,
};

fn all_statements() -> Vec<Statement> {
    of_kind("AWS::IAM::Role").iter().flat_map(statements).collect()
}

#[test]
fn each_function_has_a_role_of_its_own_that_only_lambda_may_take() {
    let mut roles = BTreeSet::new();
    for (folder, function) in functions() {
        // With `Policies` SAM would make a role that may write to every log group.
        assert!(function.properties.get("Policies").is_none(), "{folder} has policies beside its role");
        let role = role_of(&folder);
        assert!(roles.insert(role.name.clone()), "{} is shared", role.name);
        let trust = &role.properties["AssumeRolePolicyDocument"]["Statement"];
        let lambda = json!({ "Service": "lambda.amazonaws.com" });
        assert_eq!(
            trust,
            &json!([{ "Effect": "Allow", "Principal": lambda, "Action": "sts:AssumeRole" }]),
            "{folder}"
        );
    }
}

#[test]
fn roles_have_inline_policies_only() {
    for role in of_kind("AWS::IAM::Role") {
        assert!(role.properties.get("ManagedPolicyArns").is_none(), "{}", role.name);
    }
    let elsewhere = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"];
    for resource in resources() {
        assert!(
            !elsewhere.contains(&resource.kind.as_str()),
            "{} keeps permissions away from their role",
            resource.name
        );
    }
}

#[test]
fn every_statement_is_named_and_names_what_it_allows() {
    let mut names = BTreeSet::new();
    for Statement { role, sid, actions, body, .. } in all_statements() {
        assert!(names.insert((role.clone(), sid.clone())), "{role} has two {sid}");
        assert_eq!(body["Effect"], "Allow", "{role}/{sid}");
        assert!(body.get("NotAction").is_none() && body.get("NotResource").is_none(), "{role}/{sid}");
        for action in actions {
            assert!(!action.contains(['*', '?']), "{role}/{sid} allows {action}");
        }
    }
}

#[test]
fn no_resource_is_a_wildcard_but_what_can_be_no_other() {
    let wildcards = [
        "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${TimerGroup}/*",
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*",
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/*",
    ]
    .map(|arn| json!({ "Fn::Sub": arn }));
    for Statement { role, sid, actions, resources, .. } in all_statements() {
        if actions == ["dynamodb:ListStreams"] {
            continue;
        }
        for resource in resources {
            let wild = resource.to_string().contains(['*', '?']);
            assert!(!wild || wildcards.contains(&resource), "{role}/{sid} reaches {resource}");
        }
    }
}

#[test]
fn items_are_reached_only_in_the_partitions_named() {
    let item_actions = [
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    ];
    let stream_actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
    for Statement { role, sid, actions, resources, condition, .. } in all_statements() {
        if !actions.iter().any(|action| action.starts_with("dynamodb:")) {
            continue;
        }
        if actions == ["dynamodb:ListStreams"] {
            assert_eq!((role.as_str(), resources), ("PlanRemindersRole", vec![json!("*")]));
            continue;
        }
        if actions.iter().all(|action| stream_actions.contains(&action.as_str())) {
            assert_eq!(resources, [get_att("Table.StreamArn")], "{role}/{sid}");
            continue;
        }
        if resources == [index("owed")] {
            assert_eq!((role.as_str(), actions), ("SweepRole", vec!["dynamodb:Query".to_owned()]));
            continue;
        }
        if actions == ["dynamodb:Scan"] {
            assert_eq!((role.as_str(), &resources), ("RecomputeMeetingsRole", &vec![arn("Table")]));
            continue;
        }
        if resources == [index("organized")] {
            let reads = ["CreateMeetingRole", "ListMeetingsRole", "ParticipantAddRole", "UpdateMeetingRole"]
                .contains(&role.as_str());
            assert!(reads && actions == ["dynamodb:Query"], "{role}/{sid}");
            continue;
        }
        assert!(
            actions.iter().all(|action| item_actions.contains(&action.as_str())),
            "{role}/{sid} allows {actions:?}"
        );
        assert_eq!(resources, [arn("Table")], "{role}/{sid}");
        for partition in partitions(&condition) {
            let known = [
                "USER#*",
                "EMAIL#*",
                "MEETING#*",
                "REQUEST#*",
                "CALLER#*",
                "FEED#*",
                "WARM-UP",
                "ZONE-RULES",
            ];
            assert!(known.contains(&partition.as_str()), "{role}/{sid} reaches {partition}");
        }
    }
}

#[test]
fn only_writing_functions_may_write() {
    let reading = [
        "find_meeting_times",
        "find_user",
        "get_feed",
        "get_free_slots",
        "get_invite",
        "get_meeting",
        "get_reminders",
        "get_user",
        "health",
        "list_meetings",
        "openapi",
        "page",
        "unknown_route",
    ];
    for (folder, _) in functions() {
        let writes = ["PutItem", "UpdateItem", "DeleteItem"].map(|action| format!("dynamodb:{action}"));
        let may = statements(&role_of(&folder)).into_iter().any(|statement| {
            let counts =
                statement.condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] == json!(["CALLER#*"]);
            !counts && writes.iter().any(|action| statement.actions.contains(action))
        });
        assert_eq!(may, !reading.contains(&folder.as_str()), "{folder}");
    }
}

#[test]
fn each_function_with_a_table_may_make_its_warm_up_read() {
    let condition = json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["WARM-UP"] } });
    for (folder, function) in functions() {
        let warm = |s: &Statement| s.condition == condition && s.actions == ["dynamodb:GetItem"];
        let has_table = function.properties["Environment"]["Variables"].get("TABLE_NAME").is_some();
        assert_eq!(statements(&role_of(&folder)).iter().any(warm), has_table, "{folder}");
    }
}

#[test]
fn each_function_writes_to_its_own_log_group_only() {
    for (folder, function) in functions() {
        let group = text(&function.properties["LoggingConfig"]["LogGroup"]["Ref"]);
        for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
            assert_eq!(allowed(&role_of(&folder), action), [arn(&group)], "{folder} {action}");
        }
    }
}

#[test]
fn only_planner_notifiers_and_sweep_touch_timers_and_hand_over_the_role() {
    let callers = ["notify", "notify_webhook", "plan_reminders", "sweep"];
    let callers: BTreeSet<String> = callers.map(str::to_owned).into();
    let with = |service: &str| -> BTreeSet<String> {
        let may = |folder: &String| {
            let mut actions =
                statements(&role_of(folder)).into_iter().flat_map(|statement| statement.actions);
            actions.any(|action| action.starts_with(service))
        };
        functions().into_iter().map(|(folder, _)| folder).filter(may).collect()
    };
    assert_eq!(with("scheduler:"), callers);
    assert_eq!(with("iam:"), callers);
    assert_eq!(with("ses:"), ["notify", "sweep"].map(str::to_owned).into());
    for Statement { role, sid, actions, resources, condition, .. } in all_statements() {
        if actions.iter().any(|action| action.starts_with("iam:")) {
            assert_eq!(actions, ["iam:PassRole"], "{role}/{sid}");
            assert_eq!(resources, [arn("TimerRole")], "{role}/{sid}");
            let expected = json!({ "StringEquals": { "iam:PassedToService": "scheduler.amazonaws.com" } });
            assert_eq!(condition, expected, "{role}/{sid}");
        }
    }
}

#[test]
fn mail_goes_out_under_the_configured_sender_only() {
    let condition = json!({ "StringEquals": { "ses:FromAddress": { "Ref": "SenderEmail" } } });
    for statement in
        all_statements().iter().filter(|s| s.actions.iter().any(|action| action.starts_with("ses:")))
    {
        assert_eq!(statement.actions, ["ses:SendEmail", "ses:SendRawEmail"], "{}", statement.role);
        assert_eq!(statement.condition, condition, "{}", statement.role);
        // SES authorizes on more than the sender's own identity: its domain or a parent of that, recipients
        // that are verified, and a default configuration set.
        let account = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}";
        let expected =
            ["identity", "configuration-set"].map(|kind| json!({ "Fn::Sub": format!("{account}:{kind}/*") }));
        assert_eq!(statement.resources, expected, "{}", statement.role);
    }
}

#[test]
fn only_sending_functions_read_the_webhook_secret_and_only_with_a_receiver() {
    let names = |s: &Statement| s.actions.iter().any(|action| action.starts_with("secretsmanager:"));
    let reading: Vec<_> = all_statements().into_iter().filter(names).collect();
    let roles: BTreeSet<_> = reading.iter().map(|statement| statement.role.as_str()).collect();
    assert_eq!(roles, BTreeSet::from(["NotifyRole", "NotifyWebhookRole", "SweepRole"]));
    for Statement { role, sid, actions, resources, body, .. } in &reading {
        assert_eq!(actions, &["secretsmanager:GetSecretValue"], "{role}");
        assert_eq!(resources, &[json!({ "Ref": "WebhookSecret" })], "{role}");
        let written = resource(role).properties["Policies"][0]["PolicyDocument"]["Statement"].clone();
        let conditional = json!({ "Fn::If": ["HasWebhookUrl", body, { "Ref": "AWS::NoValue" }] });
        assert!(written.as_array().unwrap().contains(&conditional), "{role}/{sid} is there in any case");
    }
}

#[test]
fn nothing_secret_or_personal_is_a_default() {
    assert!(template()["Parameters"]["SenderEmail"].get("Default").is_none());
}

/// An index: of pending work by time, or of meetings by their organizer. Neither shows what is in an item
/// beside keys, states and numbers.
fn index(name: &str) -> Value {
    json!({ "Fn::Sub": format!("${{Table.Arn}}/index/{name}") })
}

/// The partitions of a statement's condition, which must have no other part.
fn partitions(condition: &Value) -> Vec<String> {
    let parts = condition.as_object().unwrap_or_else(|| panic!("no condition"));
    assert_eq!(parts.len(), 1, "{condition}");
    let (operator, keys) = parts.iter().next().unwrap();
    assert!(
        ["ForAllValues:StringEquals", "ForAllValues:StringLike"].contains(&operator.as_str()),
        "{operator}"
    );
    keys["dynamodb:LeadingKeys"].as_array().unwrap().iter().map(text).collect()
}
