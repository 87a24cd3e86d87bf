//! From the table's stream to timers and notify: limited to this stack, and with queues for failed events.

use serde_json::{Value, json};

use crate::model::{allowed, arn, function, get_att, of_kind, resource, role_of, statements, template, text};

fn changes() -> Value {
    let events = function("plan_reminders").properties["Events"].as_object().cloned().unwrap();
    assert_eq!(events.len(), 1);
    let event = events.into_values().next().unwrap();
    assert_eq!(event["Type"], "DynamoDB");
    event["Properties"].clone()
}

#[test]
fn the_planner_follows_the_table_from_the_oldest_record_on() {
    let changes = changes();
    assert_eq!(changes["Stream"], get_att("Table.StreamArn"));
    assert_eq!(changes["StartingPosition"], "TRIM_HORIZON");
    let on = |action: &str| allowed(&role_of("plan_reminders"), &format!("dynamodb:{action}"));
    for action in ["DescribeStream", "GetRecords", "GetShardIterator"] {
        assert_eq!(on(action), [get_att("Table.StreamArn")], "{action}");
    }
    // The action knows no resources.
    assert_eq!(on("ListStreams"), ["*"]);
}

#[test]
fn the_stream_filter_passes_only_owed_meetings_and_users() {
    let filters = changes()["FilterCriteria"]["Filters"].as_array().cloned().unwrap();
    assert_eq!(filters.len(), 1);
    let pattern: Value = serde_json::from_str(&text(&filters[0]["Pattern"])).unwrap();
    let expected = json!({ "dynamodb": {
        "Keys": { "sk": { "S": ["MEETING", "PROFILE"] } },
        "NewImage": { "owed_shard": { "S": [{ "exists": true }] } },
    }});
    assert_eq!(pattern, expected);
}

#[test]
fn planners_and_the_memory_of_the_sweep_are_parameters() {
    let parameter = |name: &str| {
        let declared = &template()["Parameters"][name];
        assert_eq!(declared["Type"], "Number", "{name}");
        [&declared["MinValue"], &declared["Default"], &declared["MaxValue"]].map(|n| n.as_u64().unwrap())
    };
    assert_eq!(changes()["ParallelizationFactor"], json!({ "Ref": "PlannersPerShard" }));
    assert_eq!(parameter("PlannersPerShard"), [1, 2, 10]);
    assert_eq!(function("sweep").properties["MemorySize"], json!({ "Ref": "SweepMemorySize" }));
    assert_eq!(parameter("SweepMemorySize"), [128, 1024, 10_240]);
}

#[test]
fn one_poison_record_never_blocks_a_shard() {
    const A_DAY: u64 = 86_400;
    let changes = changes();
    assert_eq!(changes["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    assert_eq!(changes["BisectBatchOnFunctionError"], true);
    assert!((1..=20).contains(&changes["MaximumRetryAttempts"].as_u64().unwrap()));
    assert!((60..A_DAY).contains(&changes["MaximumRecordAgeInSeconds"].as_u64().unwrap()));
    assert_goes_to_a_queue(&changes["DestinationConfig"], "plan_reminders");
}

#[test]
fn events_that_notify_fails_on_go_to_a_queue() {
    for folder in ["notify", "notify_webhook"] {
        let config = function(folder).properties["EventInvokeConfig"].clone();
        assert!(config["MaximumRetryAttempts"].as_u64().unwrap() >= 1, "{folder}");
        assert!((60..=21_600).contains(&config["MaximumEventAgeInSeconds"].as_u64().unwrap()), "{folder}");
        assert_goes_to_a_queue(&config["DestinationConfig"], folder);
    }
}

#[test]
fn the_sweep_runs_every_minute_for_less_than_a_minute() {
    let sweep = function("sweep").properties;
    let events: Vec<_> = sweep["Events"].as_object().unwrap().values().collect();
    assert_eq!(events, [&json!({ "Type": "Schedule", "Properties": { "Schedule": "rate(1 minute)" } })]);
    assert!(sweep["Timeout"].as_u64().unwrap() < 60);
    assert_eq!(sweep["EventInvokeConfig"]["MaximumRetryAttempts"], 0, "the next run is the retry");
}

#[test]
fn meetings_are_compared_with_the_rules_regularly_and_no_run_meets_the_next() {
    let recompute = function("recompute_meetings").properties;
    let events: Vec<_> = recompute["Events"].as_object().unwrap().values().collect();
    assert_eq!(events, [&json!({ "Type": "Schedule", "Properties": { "Schedule": "rate(10 minutes)" } })]);
    assert!(recompute["Timeout"].as_u64().unwrap() < 600);
    assert_eq!(recompute["EventInvokeConfig"]["MaximumRetryAttempts"], 0, "the next run is the retry");
}

#[test]
fn dead_letters_are_encrypted_and_kept_for_two_weeks() {
    let queues = of_kind("AWS::SQS::Queue");
    assert_eq!(queues.len(), 3, "one each for timers, notify and the stream");
    for queue in queues {
        assert_eq!(queue.properties["MessageRetentionPeriod"], 14 * 86_400, "{}", queue.name);
        assert_eq!(queue.properties["SqsManagedSseEnabled"], true, "{}", queue.name);
    }
}

#[test]
fn timers_may_invoke_notify_and_notify_webhook_and_nothing_else() {
    let role = resource("TimerRole");
    assert_eq!(allowed(&role, "lambda:InvokeFunction"), TARGETS.map(|(folder, _, _)| arn_of(folder)));
    assert_eq!(allowed(&role, "sqs:SendMessage"), [arn("TimerDeadLetters")]);
    assert_eq!(statements(&role).iter().map(|statement| statement.actions.len()).sum::<usize>(), 2);
}

#[test]
fn only_the_scheduler_and_only_for_this_group_takes_the_timers_role() {
    let trust = resource("TimerRole").properties["AssumeRolePolicyDocument"]["Statement"].clone();
    assert_eq!(trust.as_array().unwrap().len(), 1);
    assert_eq!(trust[0]["Principal"], json!({ "Service": "scheduler.amazonaws.com" }));
    let scope =
        json!({ "aws:SourceAccount": { "Ref": "AWS::AccountId" }, "aws:SourceArn": arn("TimerGroup") });
    assert_eq!(trust[0]["Condition"], json!({ "StringEquals": scope }));
}

#[test]
fn functions_that_set_timers_have_all_timer_settings() {
    for folder in ["plan_reminders", "notify", "notify_webhook", "sweep"] {
        let variables = function(folder).properties["Environment"]["Variables"].clone();
        assert_eq!(variables["TIMER_GROUP"], json!({ "Ref": "TimerGroup" }), "{folder}");
        assert_eq!(variables["TIMER_ROLE_ARN"], arn("TimerRole"), "{folder}");
        assert_eq!(variables["TIMER_DEAD_LETTER_ARN"], arn("TimerDeadLetters"), "{folder}");
        for (invoked, resource, variable) in TARGETS {
            let target = &variables[variable];
            assert!([arn_of(invoked), arn(resource)].contains(target), "{folder} has {target}");
        }
    }
    // The spelt-out ARNs hold only as long as the functions have those names.
    for (folder, _, _) in TARGETS {
        let name = json!({ "Fn::Sub": format!("${{AWS::StackName}}-{folder}") });
        assert_eq!(function(folder).properties["FunctionName"], name);
    }
}

/// What timers invoke: the folder, the resource and the variable of the function.
const TARGETS: [(&str, &str, &str); 2] = [
    ("notify", "NotifyFunction", "TIMER_TARGET_ARN"),
    ("notify_webhook", "NotifyWebhookFunction", "TIMER_WEBHOOK_TARGET_ARN"),
];

fn arn_of(folder: &str) -> Value {
    let function = format!("function:${{AWS::StackName}}-{folder}");
    json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:{function}") })
}

/// Both halves: the destination is a queue of ours, and the function's role may send to it.
fn assert_goes_to_a_queue(destinations: &Value, folder: &str) {
    let failure = &destinations["OnFailure"];
    assert_eq!(failure["Type"], "SQS", "{folder}");
    let queue = text(&failure["Destination"]["Fn::GetAtt"]);
    assert_eq!(resource(queue.strip_suffix(".Arn").unwrap()).kind, "AWS::SQS::Queue", "{folder}");
    assert_eq!(allowed(&role_of(folder), "sqs:SendMessage"), [get_att(&queue)], "{folder}");
}
