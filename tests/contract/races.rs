//! Many requests at once: nobody is booked twice, and the responses fit one order of events.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use harness::{Call, CallOutcome, World, new_user, with};
use serde_json::{Value, json};

const MANY: usize = 64;

/// Makes every third transaction conflict, which happens on AWS and never in the embedded DynamoDB.
pub(crate) fn with_conflicts(world: &World) {
    let mut commits = 0;
    world.calls().watch(move |call: &Call| {
        commits += usize::from(call.operation == "TransactWriteItems");
        let conflicts = call.operation == "TransactWriteItems" && commits % 3 == 1;
        if conflicts { CallOutcome::TransactionConflict } else { CallOutcome::Pass }
    });
}

pub(crate) fn count(answers: &[(u16, Value)], status: u16) -> usize {
    answers.iter().filter(|(answered, _)| *answered == status).count()
}

#[tokio::test]
async fn of_many_overlapping_meetings_of_one_creator_one_is_booked() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    with_conflicts(&world);
    let answers = join_all((0..MANY).map(async |minute| {
        let (start, end) = (format!("2026-12-01T10:{:02}", minute % 60), "2026-12-02T11:00");
        world.try_book(&ana, &start, end, &[&bo], json!({ "title": format!("Meeting {minute}") })).await
    }));
    let answers = answers.await;
    world.calls().clear();
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, MANY - 1));

    let (_, booked) = answers.iter().find(|(status, _)| *status == 201).unwrap();
    for (_, problem) in answers.iter().filter(|(status, _)| *status == 409) {
        assert_eq!(problem["code"], "meeting_conflict");
        assert_eq!(problem["conflicts"].as_array().map(Vec::len), Some(1));
        assert_eq!(problem["conflicts"][0]["meeting_id"], booked["meeting_id"]);
    }
    for person in [&ana, &bo] {
        let calendar = world.calendar(person, "2026-12-01T00:00", "2026-12-03T00:00").await;
        assert_eq!(calendar["booked_meetings"].as_array().map(Vec::len), Some(1));
        assert_eq!(calendar["booked_meetings"][0]["meeting_id"], booked["meeting_id"]);
    }
    let meetings = world.items().await.into_keys().filter(|(_, sort)| sort == "MEETING").count();
    assert_eq!(meetings, 1);
}

/// The starts of the meetings that were reported as keeping someone busy.
fn busy(meeting: &Value, email: &str) -> BTreeSet<String> {
    let all = meeting["unavailable_participants"].as_array().unwrap();
    let of_one = all.iter().filter(|person| person["email"] == email);
    of_one
        .flat_map(|person| person["busy"].as_array().unwrap())
        .map(|time| time["start_time"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn many_meetings_with_shared_participants_are_booked_as_if_one_by_one() {
    let world = World::start().await;
    let [bo, cy] = world.people(["bo", "cy"]).await;
    let names: Vec<_> = (0..MANY).map(|number| format!("creator{number}")).collect();
    let creators = join_all(names.iter().map(|name| world.person(name, "UTC"))).await;
    with_conflicts(&world);
    // All overlap, and no two start at once. Everyone invites Bo, every other one Cy as well.
    let answers = join_all(creators.iter().enumerate().map(async |(number, creator)| {
        let (start, end) = (format!("2026-12-01T10:00:{:02}", number % 60), "2026-12-01T12:00".to_owned());
        let start = if number < 60 { start } else { format!("2026-12-01T10:01:{:02}", number % 60) };
        let invited = if number % 2 == 0 { vec![&bo, &cy] } else { vec![&bo] };
        world.try_book(creator, &start, &end, &invited, json!({})).await
    }));
    let answers = answers.await;
    world.calls().clear();
    assert_eq!(count(&answers, 201), MANY);

    // The n-th meeting was booked after n-1 others. In that order each must report exactly those before it.
    let mut meetings: Vec<_> = answers.iter().map(|(_, meeting)| meeting).collect();
    meetings.sort_by_key(|meeting| busy(meeting, &bo.email).len());
    let (mut before, mut before_with_cy) = (BTreeSet::new(), BTreeSet::new());
    for meeting in meetings {
        let start = meeting["start_time"].as_str().unwrap().to_owned();
        assert_eq!(busy(meeting, &bo.email), before, "{start}");
        before.insert(start.clone());
        if meeting["participants"].as_array().unwrap().len() == 3 {
            assert_eq!(busy(meeting, &cy.email), before_with_cy, "{start}");
            before_with_cy.insert(start);
        }
    }
    let calendar = world.calendar(&bo, "2026-12-01T00:00", "2026-12-02T00:00").await;
    assert_eq!(calendar["booked_meetings"].as_array().map(Vec::len), Some(MANY));
}

#[tokio::test]
async fn of_many_users_with_the_same_address_one_is_created() {
    let world = World::start().await;
    with_conflicts(&world);
    let answers = join_all((0..MANY).map(async |number| {
        let mixed = |(index, letter): (usize, char)| {
            if number >> index & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
        };
        let email: String = "sylvia@example.com".chars().enumerate().map(mixed).collect();
        world.post("/api/create_user", with(new_user("S"), json!({ "email": email }))).await
    }));
    let answers = answers.await;
    world.calls().clear();
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, MANY - 1));
    assert!(answers.iter().all(|(status, body)| *status == 201 || body["code"] == "email_taken"));
    assert_eq!(world.items().await.len(), 2, "one user and one claim");
}

#[tokio::test]
async fn adding_and_removing_many_participants_at_once_leaves_a_consistent_meeting() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let names: Vec<_> = (0..12).map(|number| format!("p{number}")).collect();
    let people = join_all(names.iter().map(|name| world.person(name, "UTC"))).await;
    let (attending, others) = people.split_at(6);
    let attending_refs: Vec<_> = attending.iter().collect();
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &attending_refs, json!({})).await;
    with_conflicts(&world);
    let changes =
        attending.iter().map(|person| ("remove", person)).chain(others.iter().map(|person| ("add", person)));
    let answers = join_all(changes.map(|(change, person)| world.participant(change, &meeting, person))).await;
    world.calls().clear();
    assert_eq!(count(&answers, 200), 12);

    let versions: BTreeSet<_> =
        answers.iter().map(|(_, meeting)| meeting["version"].as_u64().unwrap()).collect();
    assert_eq!(versions, (2..=13).collect());
    for (person, booked) in attending.iter().map(|p| (p, 0)).chain(others.iter().map(|p| (p, 1))) {
        let calendar = world.calendar(person, "2026-12-01T00:00", "2026-12-02T00:00").await;
        assert_eq!(calendar["booked_meetings"].as_array().map(Vec::len), Some(booked));
    }
    world.settle().await;
    assert_eq!(world.timers().await.len(), 7);
}
