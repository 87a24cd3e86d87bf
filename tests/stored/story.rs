//! A day after which every kind of item is stored in every state.
//!
//! Bo isn't to be disturbed from 09:30 to 12:00 UTC, and Dee from 08:00 to 20:00. Hal has hours of every
//! kind, and a snooze until noon; he takes part in nothing.

use axum::body::Body;
use axum::http::{Method, Request};
use chrono::DateTime;
use harness::{Call, CallOutcome, OtherRules, Person, World, instant};
use serde_json::{Value, json};
use shared::notices::DeliveryOutcome;

/// When the day is stopped, in the middle of its work.
pub(crate) const STOPPED_AT: &str = "2026-11-02T10:30:00Z";

/// The day, as far as it goes.
pub(crate) struct Story {
    pub(crate) world: World,
    /// What was created under an idempotency key: the path, the key, the body and the answer.
    pub(crate) created: Vec<Value>,
}

/// Who takes part.
struct People {
    ana: Person,
    bo: Person,
    cy: Person,
    dee: Person,
    eve: Person,
}

impl Story {
    /// Plays the day until [`STOPPED_AT`].
    pub(crate) async fn play() -> Self {
        let mut story = Self { world: World::with_retention(400).await, created: Vec::new() };
        let people = story.people().await;
        story.create_hal().await;
        story.world.send(Method::POST, &format!("/api/users/{}/feed", people.ana.id), Vec::new()).await;
        story.fail_and_miss(&people.eve).await;
        story.book_and_invite(&people).await;
        story.change_and_cancel(&people).await;
        story.fail_for_now(&people).await;
        story.stop_in_the_middle(&people).await;
        story
    }

    async fn people(&mut self) -> People {
        let bo = json!({
            "email": "bo@example.com", "name": "Bo", "timezone": "Asia/Kolkata",
            "dnd_start_time": "15:00", "dnd_end_time": "17:30",
        });
        let bo = self.create("/api/create_user", "bo-1", bo).await;
        People {
            ana: self.world.person("ana", "Europe/Madrid").await,
            bo: Person { id: bo["user_id"].as_str().unwrap().to_owned(), email: "bo@example.com".to_owned() },
            cy: self.world.person("cy", "UTC").await,
            dee: self.world.person_with_dnd("dee", "UTC", "08:00", "20:00").await,
            eve: self.world.person("eve", "UTC").await,
        }
    }

    /// Somebody with a week, exceptions, working hours and a snooze.
    async fn create_hal(&self) {
        let on_call = json!({ "from": "2026-11-04", "until": "2026-11-04", "windows": [] });
        let off = json!({ "from": "2026-11-03", "until": "2026-11-03", "windows": [
            { "start": "00:00", "end": "24:00" },
        ] });
        let body = json!({
            "email": "hal@example.com", "name": "Hal", "timezone": "Europe/London",
            "do_not_disturb": {
                "weekly": [
                    { "days": ["mon", "tue", "wed", "thu", "fri"], "start": "22:00", "end": "07:00" },
                    { "days": ["sat", "sun"], "start": "23:30", "end": "10:00" },
                ],
                "exceptions": [off, on_call],
                "during_meetings": true,
            },
            "working_hours": {
                "weekly": [{ "days": ["mon", "wed"], "start": "09:00", "end": "17:30" }],
                "exceptions": [on_call],
            },
        });
        let (status, hal) = self.world.post("/api/create_user", body).await;
        assert_eq!(status, 201, "{hal}");
        let key = (format!("USER#{}", hal["user_id"].as_str().unwrap()), "PROFILE".to_owned());
        let minute = |time: &str| at(time).timestamp() / 60;
        let snooze = json!({ "snooze": [minute("09:00"), minute("12:00")] });
        self.world.put_item(harness::with(self.world.items().await[&key].clone(), snooze)).await;
    }

    /// 09:00 to 09:21. One meeting starts before anything about it was sent, and another one while nothing
    /// could be.
    async fn fail_and_miss(&self, eve: &Person) {
        self.book(eve, "09:10", "09:15", &[], "Missed", json!([5])).await;
        self.world.settle().await;
        self.world.clock.set(at("09:10"));
        self.world.sweep().await;

        let both =
            json!([{ "type": "email", "minutes_before": 5 }, { "type": "webhook", "minutes_before": 5 }]);
        self.book(eve, "09:20", "09:25", &[], "Failed", both).await;
        self.world.settle().await;
        self.world.ses().fail_next(1_000);
        // Three attempts in each of four minutes: 09:15, and then after pauses that grow.
        self.world.receiver().answer_next(&[500; REFUSED]);
        self.world.pass_to(at("09:21")).await;
        self.world.ses().fail_next(0);
        let answers: Vec<_> = self.world.webhooks().iter().map(|webhook| webhook.status).collect();
        assert_eq!(answers, [500; REFUSED]);
    }

    /// 09:21 to 09:36. Everyone is invited before Bo's hours begin, and the first reminders are sent.
    async fn book_and_invite(&mut self, people: &People) {
        let People { ana, bo, cy, dee, .. } = people;
        let review = json!({
            "creator_id": ana.id, "title": "Design review", "description": "Bring the drawings.\nAll of them.",
            "location": "Room 5, https://meet.example.com/5",
            "start_time": "2026-11-02T15:00", "end_time": "2026-11-02T16:00", "time_zone": "Europe/Madrid",
            "participants": [bo.email, cy.email],
            "notification_interval": [
                { "type": "email", "minutes_before": 265 },
                { "type": "email", "minutes_before": 60 },
                { "type": "webhook", "minutes_before": 45, "repeat_every": 20 },
            ],
        });
        self.create("/api/create_meeting", "review-1", review).await;
        let (start, end) = ("2026-11-02T12:30", "2026-11-02T12:45");
        self.world.book(cy, start, end, &[ana, bo], json!({ "title": "Standup" })).await;
        self.book(ana, "13:00", "13:30", &[bo], "Retro", json!([205, 30])).await;
        self.book(ana, "17:00", "18:00", &[dee, bo], "Night shift", json!([30])).await;
        // Both of its reminders are late, and are sent as one webhook.
        let late = [20, 15].map(|minutes| json!({ "type": "webhook", "minutes_before": minutes }));
        self.book(&people.eve, "09:30", "09:35", &[], "Hurried", json!(late)).await;
        self.follow_new_rules(ana).await;
        self.pass("09:36").await;
        assert_eq!(self.world.webhooks().len(), REFUSED + 1);
    }

    /// A meeting at 23:00 UTC that was at midnight by the rules of an older release. After its move the older
    /// release comes back and puts off another walk.
    async fn follow_new_rules(&self, ana: &Person) {
        let more = json!({ "notification_interval": [], "time_zone": "America/Vancouver" });
        self.world.book(ana, "2026-11-03T15:00", "2026-11-03T17:00", &[], more).await;
        self.world.store_by(OtherRules::CHRONO_TZ).await;
        self.world.begin_walk().await;
        assert_eq!(self.world.recompute().await.moved, 1);
        self.world.recompute_as(OtherRules::CHRONO_TZ.tzdb).await;
    }

    /// 09:40 to 09:50. Bo learns of each change when his hours end.
    async fn change_and_cancel(&self, people: &People) {
        self.world.clock.set(at("09:40"));
        let (standup, retro) = (self.meeting("Standup").await, self.meeting("Retro").await);
        self.change(Method::PATCH, &standup, json!({ "title": "Daily standup", "location": "Room 1" })).await;
        self.change(Method::DELETE, &retro, Value::Null).await;
        let shift = json!({ "meeting_id": id_of(&self.meeting("Night shift").await) });
        assert_eq!(self.world.participant("remove", &shift, &people.bo).await.0, 200);
        // Nobody has been invited to this one when it is called off.
        self.book(&people.eve, "14:00", "14:30", &[&people.cy], "Called off", json!([60])).await;
        self.world.settle().await;
        self.change(Method::DELETE, &self.meeting("Called off").await, Value::Null).await;
        self.pass("09:50").await;
    }

    /// 10:25 to 10:29. Sending two messages fails at first; they are to be tried again.
    async fn fail_for_now(&self, people: &People) {
        let People { ana, cy, eve, .. } = people;
        self.pass("10:25").await;
        self.book(cy, "13:00", "13:15", &[ana], "Sync", json!([150])).await;
        self.book(eve, "11:20", "11:40", &[], "Call", json!([{ "type": "webhook", "minutes_before": 50 }]))
            .await;
        let both =
            json!([{ "type": "email", "minutes_before": 101 }, { "type": "webhook", "minutes_before": 101 }]);
        self.book(eve, "12:10", "12:20", &[], "Demo", both).await;
        self.book(eve, "16:00", "16:10", &[], "Dropped", json!([60])).await;
        self.pass("10:28").await;
        self.world.ses().fail_next(1);
        self.world.receiver().answer_next(&[500; 3]);
        self.world.pass_to(at("10:29")).await;
        assert_eq!(self.world.webhooks().len(), REFUSED + 4);
        self.book(eve, "18:30", "19:00", &[], "Unanswered", json!([])).await;
        self.world.settle().await;
    }

    /// 10:30. Processes die while they send, timers can't be set or taken away, and the last change isn't
    /// planned at all.
    async fn stop_in_the_middle(&mut self, people: &People) {
        let People { ana, bo, cy, eve, .. } = people;
        self.world.clock.set(instant(STOPPED_AT));
        self.die_while_sending("Sync", cy, "email", 150).await;
        self.die_while_sending("Call", eve, "webhook", 50).await;
        self.lose_the_answer("Unanswered", eve).await;
        // Cy's standup is planned with the new name; then the reminder that the dead process has claimed is
        // in the way.
        let path = format!("/api/users/{}", cy.id);
        let answer = self.send(Method::PATCH, &path, &[], &json!({ "name": "Cyrus" })).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        self.world.settle().await;

        self.book(eve, "17:00", "17:15", &[], "Never mind", json!([])).await;
        self.world.settle().await;
        let timers = |call: &Call| call.operation.ends_with("Schedule");
        self.world
            .calls()
            .watch(move |call| if timers(call) { CallOutcome::Unreachable } else { CallOutcome::Pass });
        self.change(Method::DELETE, &self.meeting("Dropped").await, Value::Null).await;
        self.change(Method::DELETE, &self.meeting("Never mind").await, Value::Null).await;
        self.book(ana, "15:30", "15:45", &[bo], "Planning", json!([45])).await;
        self.world.settle().await;
        self.world.calls().clear();

        let late = json!({
            "creator_id": ana.id, "title": "Just booked", "start_time": "2026-11-02T16:30",
            "end_time": "2026-11-02T17:00", "time_zone": "UTC", "participants": [cy.email],
        });
        self.create("/api/create_meeting", "late-1", late).await;
        self.world.lose_stream().await;
    }

    /// Fires one reminder's timer in a process that dies as soon as it has claimed it.
    async fn die_while_sending(&mut self, title: &str, person: &Person, kind: &str, minutes_before: u32) {
        let meeting = self.meeting(title).await;
        let due = json!({
            "meeting_id": id_of(&meeting), "user_id": person.id, "type": kind, "minutes_before": minutes_before,
        });
        let calls = self.world.calls();
        calls.watch(|call| {
            if call.operation == "TransactWriteItems" { CallOutcome::ProcessDies } else { CallOutcome::Pass }
        });
        let due = serde_json::from_value(due).unwrap();
        assert!(calls.survive(notify::handle(&self.world.process.notifier, due)).await.is_none());
        self.world.restart();
    }

    /// Sends one invitation that SES takes, while its answer is lost.
    async fn lose_the_answer(&self, title: &str, person: &Person) {
        let meeting = self.meeting(title).await;
        let due = json!({ "meeting_id": id_of(&meeting), "user_id": person.id, "type": "invitation" });
        let mails = |call: &Call| call.operation == "SendEmail";
        let calls = self.world.calls();
        calls.watch(move |call| if mails(call) { CallOutcome::ResponseLost } else { CallOutcome::Pass });
        let outcome =
            notify::handle(&self.world.process.notifier, serde_json::from_value(due).unwrap()).await;
        assert_eq!(outcome.unwrap(), DeliveryOutcome::WillRetry);
        calls.clear();
    }

    /// Follows the stream, and lets all happen that is due until then.
    async fn pass(&self, to: &str) {
        self.world.settle().await;
        self.world.pass_to(at(to)).await;
    }

    async fn book(
        &self,
        creator: &Person,
        start: &str,
        end: &str,
        invited: &[&Person],
        title: &str,
        list: Value,
    ) {
        let day = |time: &str| format!("2026-11-02T{time}");
        let more = json!({ "title": title, "notification_interval": list });
        self.world.book(creator, &day(start), &day(end), invited, more).await;
    }

    async fn create(&mut self, path: &str, key: &str, body: Value) -> Value {
        let (status, answer) = self.send(Method::POST, path, &[("Idempotency-Key", key)], &body).await;
        assert_eq!(status, 201, "{answer}");
        self.created.push(json!({ "path": path, "key": key, "body": body, "answer": answer }));
        answer
    }

    async fn change(&self, method: Method, meeting: &Value, body: Value) {
        let path = format!("/api/meetings/{}", id_of(meeting));
        let (status, answer) = self.send(method, &path, &[], &body).await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
        let answer = self.world.request(request(method, path, headers, body)).await;
        (answer.status, answer.body)
    }

    /// The item of the meeting with that title.
    async fn meeting(&self, title: &str) -> Value {
        let items: Vec<_> = self.world.items().await.into_values().collect();
        meeting(&items, title)
    }
}

/// How many webhooks about the meeting `Failed` are refused until it starts.
const REFUSED: usize = 12;

/// The item of the meeting with that title.
pub(crate) fn meeting(items: &[Value], title: &str) -> Value {
    let found = items.iter().find(|item| item["sk"] == "MEETING" && item["title"] == title);
    found.unwrap_or_else(|| panic!("no meeting is called {title}")).clone()
}

/// The id of a meeting's item.
pub(crate) fn id_of(meeting: &Value) -> &str {
    meeting["pk"].as_str().unwrap().strip_prefix("MEETING#").unwrap()
}

/// A time of the day.
pub(crate) fn at(time: &str) -> DateTime<chrono::Utc> {
    instant(&format!("2026-11-02T{time}:00Z"))
}

/// A request with headers; a null body is none.
pub(crate) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    request.body(body).unwrap()
}
