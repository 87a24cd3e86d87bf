//! Every function is there, can be built, and gets the environment it reads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::domain::{MessageLimit, Quotas, Retention};

use crate::model::{Route, function, functions, of_kind, resource, root, routes, template, text};

/// Those in `functions`, but for the one that has the binary.
fn crates() -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join("functions")).unwrap().map(Result::unwrap);
    let crates = entries.filter(|entry| entry.path().join("Cargo.toml").exists());
    let names = crates.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name != "bootstrap").collect()
}

#[test]
fn every_function_crate_is_deployed_exactly_once() {
    let deployed: Vec<String> = functions().into_iter().map(|(folder, _)| folder).collect();
    let distinct: BTreeSet<String> = deployed.iter().cloned().collect();
    assert_eq!(distinct, crates());
    assert_eq!(distinct.len(), deployed.len(), "a crate is deployed twice");
}

/// A handler that the binary doesn't know would fail the function's init.
#[test]
fn the_binary_runs_the_functions_that_handlers_name_and_no_others() {
    let known = bootstrap::FUNCTIONS.map(|(name, _)| name.to_owned());
    assert!(known.is_sorted());
    assert_eq!(BTreeSet::from(known.clone()), functions().into_iter().map(|(handler, _)| handler).collect());
    assert_eq!(BTreeSet::from(known.clone()).len(), known.len(), "a function is there twice");
}

/// SAM builds functions once that have the same code, metadata, runtime and architecture.
#[test]
fn all_are_one_build_by_cargo_lambda_for_the_chosen_architecture() {
    let globals = &template()["Globals"]["Function"];
    assert_eq!(globals["Runtime"], "provided.al2023");
    assert_eq!(globals["CodeUri"], "functions/bootstrap/");
    assert_eq!(globals["Architectures"], json!([{ "Ref": "Architecture" }]));
    assert_eq!(template()["Parameters"]["Architecture"]["Default"], "x86_64");
    for (folder, function) in functions() {
        assert_eq!(function.body["Metadata"], json!({ "BuildMethod": "rust-cargolambda" }), "{folder}");
        for inherited in ["Runtime", "CodeUri", "Architectures"] {
            assert!(function.properties.get(inherited).is_none(), "{folder} has a {inherited} of its own");
        }
    }
}

#[test]
fn every_route_leads_to_its_function() {
    let mut deployed = BTreeMap::new();
    for Route { key, folder, .. } in routes() {
        assert!(deployed.insert(key.clone(), folder).is_none(), "{key} is there twice");
    }
    let expected = [
        ("POST /api/create_user", "create_user"),
        ("POST /api/create_meeting", "create_meeting"),
        ("POST /api/get_free_slots", "get_free_slots"),
        ("GET /api/get_free_slots", "get_free_slots"),
        ("POST /api/find_meeting_times", "find_meeting_times"),
        ("POST /api/meeting/participant/add", "participant_add"),
        ("POST /api/meeting/participant/remove", "participant_remove"),
        ("GET /api/meetings/{meeting_id}", "get_meeting"),
        ("GET /api/meetings/{meeting_id}/invite.ics", "get_invite"),
        ("GET /api/meetings/{meeting_id}/reminders", "get_reminders"),
        ("GET /api/users", "find_user"),
        ("GET /api/users/{user_id}", "get_user"),
        ("GET /api/users/{user_id}/meetings", "list_meetings"),
        ("PATCH /api/meetings/{meeting_id}", "update_meeting"),
        ("DELETE /api/meetings/{meeting_id}", "cancel_meeting"),
        ("PATCH /api/users/{user_id}", "update_user"),
        ("POST /api/users/{user_id}/snooze", "snooze_user"),
        ("DELETE /api/users/{user_id}/snooze", "snooze_user"),
        ("POST /api/users/{user_id}/feed", "change_feed"),
        ("DELETE /api/users/{user_id}/feed", "change_feed"),
        ("GET /api/feeds/{feed}", "get_feed"),
        ("GET /api/health", "health"),
        ("GET /api/openapi.json", "openapi"),
        ("GET /api/docs", "openapi"),
        ("GET /api/docs/{file}", "openapi"),
        ("GET /", "page"),
        ("GET /app/{file}", "page"),
        ("OPTIONS /{proxy+}", "unknown_route"),
        ("$default", "unknown_route"),
    ];
    let expected = expected.map(|(route, folder)| (route.to_owned(), folder.to_owned()));
    assert_eq!(deployed, BTreeMap::from(expected));
}

#[test]
fn each_gets_the_environment_it_reads() {
    const TIMERS: [&str; 5] = [
        "TIMER_DEAD_LETTER_ARN",
        "TIMER_GROUP",
        "TIMER_ROLE_ARN",
        "TIMER_TARGET_ARN",
        "TIMER_WEBHOOK_TARGET_ARN",
    ];
    for (folder, _) in functions() {
        let mut expected = BTreeSet::new();
        if !["health", "openapi", "page", "unknown_route"].contains(&folder.as_str()) {
            expected.insert("TABLE_NAME");
        }
        if ["plan_reminders", "notify", "notify_webhook", "sweep"].contains(&folder.as_str()) {
            expected.extend(TIMERS);
            expected.extend(["METRICS_NAMESPACE", "INVITATIONS"]);
        }
        // Whatever writes a meeting, its rows or its pages.
        let reads = [
            "create_user",
            "find_meeting_times",
            "find_user",
            "get_feed",
            "get_free_slots",
            "get_invite",
            "get_meeting",
            "get_reminders",
            "get_user",
            "list_meetings",
        ];
        let others =
            ["change_feed", "health", "openapi", "page", "snooze_user", "unknown_route", "update_user"];
        if ![&reads[..], &others].concat().contains(&folder.as_str()) {
            expected.insert("RETENTION_DAYS");
        }
        if folder == "recompute_meetings" {
            expected.insert("METRICS_NAMESPACE");
        }
        if folder == "page" {
            expected.extend(["JWT_ISSUER", "PAGE_CLIENT_ID", "PAGE_CONNECT_ORIGINS"]);
        }
        if ["notify", "notify_webhook", "sweep"].contains(&folder.as_str()) {
            expected.extend(["MESSAGES_PER_RECIPIENT_PER_DAY", "WEBHOOK_SECRET_ARN", "WEBHOOK_URL"]);
        }
        if ["get_invite", "notify", "notify_webhook", "sweep"].contains(&folder.as_str()) {
            expected.insert("SENDER");
        }
        if ["notify", "sweep"].contains(&folder.as_str()) {
            expected.insert("CONFIGURATION_SET");
        }
        if ["create_meeting", "update_meeting"].contains(&folder.as_str()) {
            expected.insert("WEBHOOKS");
        }
        // Whoever is behind HTTP and has the table, and whose callers sign in.
        let uncounted =
            ["plan_reminders", "notify", "notify_webhook", "sweep", "recompute_meetings", "get_feed"];
        if expected.contains("TABLE_NAME") && !uncounted.contains(&folder.as_str()) {
            expected.insert("QUOTA_REQUESTS_PER_MINUTE");
        }
        if folder == "create_meeting" {
            expected.insert("QUOTA_MEETINGS_PER_DAY");
        }
        if ["create_meeting", "participant_add"].contains(&folder.as_str()) {
            expected.insert("QUOTA_INVITATIONS_PER_DAY");
        }
        if ["snooze_user", "update_meeting", "update_user"].contains(&folder.as_str()) {
            expected.insert("QUOTA_CHANGES_PER_DAY");
        }
        if ["create_meeting", "participant_add", "update_meeting"].contains(&folder.as_str()) {
            expected.insert("QUOTA_PENDING_REMINDERS");
        }
        let names: BTreeSet<String> = environment(&folder).into_keys().collect();
        assert_eq!(names, expected.into_iter().map(str::to_owned).collect(), "{folder}");
    }
}

/// Wherever Tactful runs without a word on quotas, they are the same.
#[test]
fn quotas_are_parameters_whose_defaults_are_those_of_the_program() {
    let Quotas {
        meetings_per_day,
        invitations_per_day,
        changes_per_day,
        pending_reminders,
        requests_per_minute,
    } = Quotas::default();
    for (parameter, variable, default) in [
        ("MeetingsPerDay", "QUOTA_MEETINGS_PER_DAY", meetings_per_day),
        ("InvitationsPerDay", "QUOTA_INVITATIONS_PER_DAY", invitations_per_day),
        ("ChangesPerDay", "QUOTA_CHANGES_PER_DAY", changes_per_day),
        ("PendingReminders", "QUOTA_PENDING_REMINDERS", pending_reminders),
        ("RequestsPerMinute", "QUOTA_REQUESTS_PER_MINUTE", requests_per_minute),
        ("MessagesPerRecipientPerDay", "MESSAGES_PER_RECIPIENT_PER_DAY", MessageLimit::default().per_day()),
        ("RetentionDays", "RETENTION_DAYS", 0),
    ] {
        let declared = &template()["Parameters"][parameter];
        assert_eq!((&declared["Type"], &declared["MinValue"]), (&json!("Number"), &json!(0)), "{parameter}");
        assert_eq!(declared["Default"], default, "{parameter}");
        for (folder, _) in functions() {
            if let Some(value) = environment(&folder).get(variable) {
                assert_eq!(value, &json!({ "Ref": parameter }), "{folder}");
            }
        }
    }
}

#[test]
fn the_limit_of_messages_is_at_most_what_the_program_takes() {
    assert_eq!(template()["Parameters"]["MessagesPerRecipientPerDay"]["MaxValue"], MessageLimit::MAX);
}

#[test]
fn meetings_are_kept_for_at_most_as_long_as_the_program_takes() {
    assert_eq!(template()["Parameters"]["RetentionDays"]["MaxValue"], Retention::MAX_DAYS);
}

#[test]
fn the_local_environment_sets_just_what_the_template_declares() {
    let mut declared: BTreeSet<String> =
        functions().iter().flat_map(|(name, _)| environment(name).into_keys()).collect();
    declared.extend(
        template()["Globals"]["Function"]["Environment"]["Variables"].as_object().unwrap().keys().cloned(),
    );
    let file = std::fs::read_to_string(root().join("tests/env.json")).unwrap();
    let file: Value = serde_json::from_str(&file).unwrap();
    let set: BTreeSet<String> = file["Parameters"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(set, declared);
}

#[test]
fn each_function_has_its_own_log_group_with_retention() {
    let mut groups = BTreeSet::new();
    for (folder, function) in functions() {
        let group = text(&function.properties["LoggingConfig"]["LogGroup"]["Ref"]);
        let name = json!({ "Fn::Sub": format!("/aws/lambda/${{AWS::StackName}}-{folder}") });
        assert_eq!(resource(&group).properties["LogGroupName"], name);
        assert!(groups.insert(group.clone()), "{group} is shared");
    }
    for group in of_kind("AWS::Logs::LogGroup") {
        assert_eq!(
            group.properties["RetentionInDays"],
            json!({ "Ref": "LogRetentionDays" }),
            "{}",
            group.name
        );
    }
}

#[test]
fn http_functions_time_out_before_the_api_does() {
    const API_LIMIT: u64 = 30;
    let usual = &template()["Globals"]["Function"]["Timeout"];
    for (folder, function) in functions() {
        if !routes().iter().any(|route| route.folder == folder) {
            continue;
        }
        let timeout = function.properties.get("Timeout").unwrap_or(usual).as_u64().unwrap();
        assert!(timeout < API_LIMIT, "{folder} may take {timeout} s");
    }
}

/// Without the parameters there is no limit, and no other function ever has one.
#[test]
fn only_notify_and_notify_webhook_can_be_limited_in_their_concurrency() {
    let mut limits = BTreeMap::new();
    for (folder, parameter, condition) in [
        ("notify", "NotifyConcurrency", "LimitsNotify"),
        ("notify_webhook", "WebhookConcurrency", "LimitsWebhooks"),
    ] {
        let declared = &template()["Parameters"][parameter];
        assert_eq!((&declared["Type"], &declared["MinValue"]), (&json!("Number"), &json!(0)), "{parameter}");
        assert_eq!(declared["Default"], 0, "{parameter}");
        let is_zero = json!({ "Fn::Equals": [{ "Ref": parameter }, 0] });
        assert_eq!(template()["Conditions"][condition], json!({ "Fn::Not": [is_zero] }), "{parameter}");
        let limit = json!({ "Fn::If": [condition, { "Ref": parameter }, { "Ref": "AWS::NoValue" }] });
        limits.insert(folder.to_owned(), limit);
    }
    for (folder, function) in functions() {
        let limit = function.properties.get("ReservedConcurrentExecutions");
        assert_eq!(limit, limits.get(&folder), "{folder}");
    }
}

fn environment(folder: &str) -> BTreeMap<String, Value> {
    let variables = function(folder).properties["Environment"]["Variables"].as_object().cloned();
    variables.unwrap_or_default().into_iter().collect()
}
