//! What is done while calls fail: one change or one delivery, in a world that is the same each time.
//!
//! Ana's meeting with Bo is at 10:00, with reminders at 09:30. Bo, in Kolkata, has DND hours from 09:15 to
//! 09:50 UTC, so his reminder moves after them. Cy, who is added in one scenario, has DND hours from 09:20 to
//! 10:15, so the reminder moves before them. In the scenarios of another meeting, that is from 09:20 to
//! 09:45, and Ana is rather not reminded in the middle of it. Reminders are sent by mail or by webhook.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use harness::{Items, OtherRules, Person, World, instant, new_meeting, new_user, with};
use serde_json::{Value, json};
use shared::domain::Channel;
use shared::notices::Due;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// Ana creates the meeting.
    Create,
    /// Cy is added.
    Add,
    /// Bo is removed.
    Remove,
    /// The meeting moves to 11:00 when Ana has been reminded already.
    Reschedule,
    /// Reminders 20 minutes before instead of 30.
    ChangeReminders,
    /// The meeting is cancelled.
    Cancel,
    /// Ana sets DND hours from 09:25 to 09:45.
    NewDnd,
    /// Ana sets DND hours that end after the start.
    DndUntilAfterStart,
    /// Bo changes his zone to Madrid's.
    ChangeZone,
    /// Ana changes her address.
    ChangeAddress,
    /// Ana books the other meeting.
    BookOther,
    /// The other meeting moves to 11:00.
    MoveOther,
    /// Ana is removed from the other meeting, which is Bo's.
    LeaveOther,
    /// The timers of 09:50 fire; two of them are for one message to Bo.
    Deliver,
    /// Ana's timer fires during new DND hours, which are not planned yet.
    DeliverMoved,
    /// Ana's timer fires during the other meeting, which is not planned yet.
    DeliverDuringOther,
    /// The timers of 09:30 fire after a cancellation, which is not planned yet.
    DeliverCancelled,
    /// The stream is lost, and the sweep plans the new meeting.
    SweepMeeting,
    /// The stream is lost, and the sweep plans the other meeting.
    SweepOther,
    /// The stream is lost, and the sweep plans Ana's new DND hours.
    SweepUser,
    /// The timers are lost, and the sweep delivers.
    SweepReminder,
    /// New rules of the meeting's zone move it from 11:00 to 10:00.
    NewRules,
}

impl Scenario {
    /// Those that begin with a request and go on with the stream.
    pub(crate) const CHANGES: [Self; 13] = [
        Self::Create,
        Self::Add,
        Self::Remove,
        Self::Reschedule,
        Self::ChangeReminders,
        Self::Cancel,
        Self::NewDnd,
        Self::DndUntilAfterStart,
        Self::ChangeZone,
        Self::ChangeAddress,
        Self::BookOther,
        Self::MoveOther,
        Self::LeaveOther,
    ];

    /// Who gets a message at what time if nothing fails.
    pub(crate) fn expected_messages(self) -> Vec<(String, String)> {
        let expected_messages: &[(&str, &str)] = match self {
            Self::Create | Self::SweepMeeting | Self::NewRules => &[("09:30", "ana"), ("09:50", "bo")],
            Self::Add => &[("09:15", "cy"), ("09:30", "ana"), ("09:50", "bo")],
            Self::Remove => &[("09:30", "ana")],
            Self::Reschedule => &[("09:30", "ana"), ("10:30", "ana"), ("10:30", "bo")],
            Self::ChangeReminders => &[("09:40", "ana"), ("09:50", "bo")],
            Self::Cancel | Self::DeliverCancelled => &[],
            Self::NewDnd | Self::DeliverMoved | Self::SweepUser => &[("09:45", "ana"), ("09:50", "bo")],
            Self::BookOther | Self::SweepOther | Self::DeliverDuringOther => {
                &[("09:45", "ana"), ("09:50", "bo")]
            }
            Self::MoveOther | Self::LeaveOther => &[("09:30", "ana"), ("09:50", "bo")],
            Self::DndUntilAfterStart => &[("09:50", "bo")],
            Self::ChangeZone => &[("09:30", "ana"), ("09:30", "bo")],
            Self::ChangeAddress => &[("09:30", "anna"), ("09:50", "bo")],
            Self::Deliver => &[("09:30", "ana"), ("09:50", "ana"), ("09:50", "bo")],
            Self::SweepReminder => &[("09:31", "ana"), ("09:51", "bo")],
        };
        expected_messages.iter().map(|(time, who)| ((*time).to_owned(), (*who).to_owned())).collect()
    }

    /// Whether it is about another meeting than the one with the reminders.
    fn has_other_meeting(self) -> bool {
        matches!(
            self,
            Self::BookOther
                | Self::MoveOther
                | Self::LeaveOther
                | Self::SweepOther
                | Self::DeliverDuringOther
        )
    }

    /// When it happens, in UTC on the day.
    fn time(self) -> &'static str {
        match self {
            Self::Reschedule => "09:35:20",
            Self::Deliver => "09:50:00",
            Self::DeliverMoved | Self::DeliverCancelled | Self::DeliverDuringOther => "09:30:00",
            Self::SweepMeeting | Self::SweepUser | Self::SweepOther => "09:06:00",
            Self::SweepReminder => "09:31:00",
            _ => "09:05:20",
        }
    }
}

/// A world just before a scenario.
pub(crate) struct Fixture {
    pub(crate) world: World,
    scenario: Scenario,
    channel: Channel,
    pub(crate) ana: Person,
    pub(crate) bo: Person,
    /// Cy exists only in the scenario that adds Cy.
    cy: Option<Person>,
    /// Null until it is created.
    pub(crate) meeting: Value,
    /// Null unless it is there before the scenario.
    other: Value,
}

/// That time of the day on which everything happens.
pub(crate) fn at(time: &str) -> chrono::DateTime<chrono::Utc> {
    instant(&format!("2026-11-02T{time}Z"))
}

impl Fixture {
    pub(crate) async fn set(scenario: Scenario) -> Self {
        Self::by(Channel::Email, scenario).await
    }

    /// A fixture in which reminders go by that channel.
    pub(crate) async fn by(channel: Channel, scenario: Scenario) -> Self {
        let world = World::start().await;
        let quiet = json!({ "do_not_disturb": { "during_meetings": scenario.has_other_meeting() } });
        let (status, ana) = world.post("/api/create_user", with(new_user("ana"), quiet)).await;
        assert_eq!(status, 201, "{ana}");
        let ana = Person::of(&ana);
        let bo = world.person_with_dnd("bo", "Asia/Kolkata", "14:45", "15:20").await;
        let cy = match scenario {
            Scenario::Add => Some(world.person_with_dnd("cy", "UTC", "09:20", "10:15").await),
            _ => None,
        };
        let mut fixture =
            Self { world, scenario, channel, ana, bo, cy, meeting: Value::Null, other: Value::Null };
        fixture.prepare().await;
        fixture.world.pass_to(at(scenario.time()) - chrono::TimeDelta::minutes(2)).await;
        fixture.change_unplanned().await;
        fixture.world.clock.set(at(scenario.time()));
        if channel == Channel::Webhook {
            // The process must not have the secret in memory.
            fixture.world.restart();
        }
        fixture
    }

    async fn prepare(&mut self) {
        if matches!(self.scenario, Scenario::Create | Scenario::SweepMeeting) {
            return;
        }
        let before: &[i64] = if self.scenario == Scenario::Deliver { &[30, 10] } else { &[30] };
        let more = json!({ "notification_interval": self.entries(before), "title": "Review" });
        let (start, end) = ("2026-11-02T10:00", "2026-11-02T10:30");
        if self.scenario == Scenario::NewRules {
            let (start, end) = ("2026-11-02T03:00", "2026-11-02T03:30");
            let more = with(more, json!({ "time_zone": "America/Vancouver" }));
            self.meeting = self.world.book(&self.ana, start, end, &[&self.bo], more).await;
            self.world.store_by(OtherRules::CHRONO_TZ).await;
            self.world.begin_walk().await;
        } else {
            self.meeting = self.world.book(&self.ana, start, end, &[&self.bo], more).await;
        }
        let invited = match self.scenario {
            Scenario::MoveOther => Some((&self.ana, vec![])),
            Scenario::LeaveOther => Some((&self.bo, vec![&self.ana])),
            _ => None,
        };
        if let Some((creator, invited)) = invited {
            let (start, end) = OTHER;
            let more = json!({ "notification_interval": [], "title": "Other" });
            self.other = self.world.book(creator, start, end, &invited, more).await;
        }
        self.world.settle().await;
    }

    /// Changes something just before the scenario. It isn't planned.
    async fn change_unplanned(&self) {
        let change = match self.scenario {
            Scenario::SweepMeeting => self.creation(),
            Scenario::SweepUser | Scenario::DeliverMoved => patch_user(&self.ana, hours(NEW_DND)),
            Scenario::DeliverCancelled => self.cancellation(),
            Scenario::SweepOther | Scenario::DeliverDuringOther => self.creation_of_other(),
            Scenario::SweepReminder => return self.lose_timers().await,
            _ => return,
        };
        assert!(self.world.request(change).await.status < 300);
        self.world.lose_stream().await;
    }

    async fn lose_timers(&self) {
        for (due, _) in self.world.pending() {
            let due: Due = serde_json::from_value(due).unwrap();
            self.world.process.planner.timers.cancel(&due.0).await.unwrap();
        }
    }

    /// Runs the scenario. Returns the status if its request failed.
    pub(crate) async fn run_scenario(&self) -> Option<u16> {
        let Some(request) = self.request() else {
            match self.scenario {
                Scenario::SweepMeeting
                | Scenario::SweepUser
                | Scenario::SweepOther
                | Scenario::SweepReminder => self.try_sweep().await,
                Scenario::NewRules => return self.try_to_recompute().await,
                _ => drop(self.world.fire_due().await),
            }
            return None;
        };
        let status = self.world.request(request).await.status;
        if status >= 300 {
            return Some(status);
        }
        self.world.settle().await;
        None
    }

    /// Sends the request, and does nothing else.
    pub(crate) async fn change(&self) {
        let answer = self.world.request(self.request().unwrap()).await;
        assert!(answer.status < 300, "{:?}: {}", self.scenario, answer.body);
    }

    /// Repeats the request whose outcome the client doesn't know.
    pub(crate) async fn repeat_request(&self) {
        let Some(request) = self.request() else {
            if self.scenario == Scenario::NewRules {
                self.world.recompute().await;
            }
            return;
        };
        let answer = self.world.request(request).await;
        let done_already = ["already_participant", "not_a_participant"];
        let done = answer.status < 300 || done_already.iter().any(|code| answer.body["code"] == *code);
        assert!(done, "{:?}: {} {}", self.scenario, answer.status, answer.body);
    }

    /// A name for each id that is different in each world.
    pub(crate) fn names(&self, items: &Items) -> Vec<(String, &'static str)> {
        let people = [(Some(&self.ana), "ANA"), (Some(&self.bo), "BO"), (self.cy.as_ref(), "CY")];
        let name = |(person, name): (Option<&Person>, _)| Some((person?.id.clone(), name));
        let mut names: Vec<_> = people.into_iter().filter_map(name).collect();
        for ((partition, sort), item) in items {
            if let ("MEETING", Some(id)) = (sort.as_str(), partition.strip_prefix("MEETING#")) {
                names.push((id.to_owned(), if item["title"] == "Other" { "OTHER" } else { "MEETING" }));
            }
        }
        let records = items.keys().filter_map(|(partition, _)| partition.strip_prefix("REQUEST#"));
        names.extend(records.map(|id| (id.to_owned(), "RECORD")));
        names
    }

    /// Sweeps once. A failure is ignored, because the sweep runs again in the next minute.
    async fn try_sweep(&self) {
        drop(::sweep::handle(&self.world.sweeper()).await);
    }

    /// Recomputes meetings once and follows the stream. The status stands for a run that failed.
    async fn try_to_recompute(&self) -> Option<u16> {
        let outcome = recompute_meetings::handle(&self.world.process.recomputer).await;
        if outcome.is_err() {
            return Some(503);
        }
        self.world.settle().await;
        None
    }

    fn request(&self) -> Option<Request<Body>> {
        let move_to_eleven = json!({ "start_time": "2026-11-02T11:00", "end_time": "2026-11-02T11:30" });
        Some(match self.scenario {
            Scenario::Create => self.creation(),
            Scenario::Add => participation("add", &self.meeting, self.cy.as_ref()?),
            Scenario::Remove => participation("remove", &self.meeting, &self.bo),
            Scenario::Reschedule => self.patch_meeting(move_to_eleven),
            Scenario::BookOther => self.creation_of_other(),
            Scenario::MoveOther => json_request(Method::PATCH, &path(&self.other), move_to_eleven),
            Scenario::LeaveOther => participation("remove", &self.other, &self.ana),
            Scenario::ChangeReminders => {
                self.patch_meeting(json!({ "notification_interval": self.entries(&[20]) }))
            }
            Scenario::Cancel => self.cancellation(),
            Scenario::NewDnd => patch_user(&self.ana, hours(NEW_DND)),
            Scenario::DndUntilAfterStart => patch_user(&self.ana, hours(("09:00", "10:30"))),
            Scenario::ChangeZone => patch_user(&self.bo, json!({ "timezone": "Europe/Madrid" })),
            Scenario::ChangeAddress => patch_user(&self.ana, json!({ "email": "anna@example.com" })),
            _ => return None,
        })
    }

    /// A list of reminders.
    fn entries(&self, minutes_before: &[i64]) -> Value {
        let entry = |minutes| json!({ "type": self.channel.as_str(), "minutes_before": minutes });
        minutes_before.iter().map(entry).collect()
    }

    fn creation(&self) -> Request<Body> {
        let Self { ana, bo, .. } = self;
        let review = json!({
            "start_time": "2026-11-02T10:00", "end_time": "2026-11-02T10:30", "participants": [bo.email],
            "notification_interval": self.entries(&[30]), "title": "Review",
        });
        creation(with(new_meeting(&ana.id), review))
    }

    fn creation_of_other(&self) -> Request<Body> {
        let (start, end) = OTHER;
        let other = json!({
            "start_time": start, "end_time": end, "notification_interval": [], "title": "Other",
        });
        creation(with(new_meeting(&self.ana.id), other))
    }

    fn patch_meeting(&self, body: Value) -> Request<Body> {
        json_request(Method::PATCH, &path(&self.meeting), body)
    }

    fn cancellation(&self) -> Request<Body> {
        json_request(Method::DELETE, &path(&self.meeting), Value::Null)
    }
}

/// The time of the other meeting.
const OTHER: (&str, &str) = ("2026-11-02T09:20", "2026-11-02T09:45");

fn path(meeting: &Value) -> String {
    format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap())
}

fn creation(body: Value) -> Request<Body> {
    let mut request = json_request(Method::POST, "/api/create_meeting", body);
    request.headers_mut().insert("idempotency-key", "booking".parse().unwrap());
    request
}

fn participation(change: &str, meeting: &Value, person: &Person) -> Request<Body> {
    let body = json!({ "user_id": person.id, "meeting_id": meeting["meeting_id"] });
    json_request(Method::POST, &format!("/api/meeting/participant/{change}"), body)
}

/// Ana's new DND hours in most scenarios.
const NEW_DND: (&str, &str) = ("09:25", "09:45");

fn hours((start, end): (&str, &str)) -> Value {
    json!({ "dnd_start_time": start, "dnd_end_time": end })
}

pub(crate) fn patch_user(person: &Person, body: Value) -> Request<Body> {
    json_request(Method::PATCH, &format!("/api/users/{}", person.id), body)
}

fn json_request(method: Method, path: &str, body: Value) -> Request<Body> {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    Request::builder().method(method).uri(path).body(body).unwrap()
}

/// Whether the client can't know if the request was done.
pub(crate) fn is_unknown_outcome(status: u16) -> bool {
    StatusCode::from_u16(status).is_ok_and(|status| status.is_server_error())
}
