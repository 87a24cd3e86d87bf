//! Does actions in Tactful and in the model, and compares both after each.

use axum::http::Method;
use chrono::TimeDelta;
use harness::{World, instant, new_meeting, new_user, with};
use serde_json::{Value, json};

use crate::actions::{Action, ActionSequence, MOST};
use crate::clocks::{DndHours, Minute, Week, ZONES, utc};
use crate::coverage::{Coverage, Event};
use crate::reference::{Model, ModelUser};
use crate::written::{entries, written};

/// Tactful and the model.
pub(crate) struct Run {
    pub(crate) world: World,
    pub(crate) model: Model,
}

/// Does all actions, and lets two more days pass.
pub(crate) async fn run(sequence: &ActionSequence) -> Coverage {
    let world = if sequence.inviting { World::inviting().await } else { World::start().await };
    let begins = instant(sequence.begins);
    world.clock.set(begins);
    let mut run = Run { world, model: Model::new(sequence.inviting, begins.timestamp()) };
    run.create_user(1, None).await;
    run.create_user(4, Some((22 * 60, 7 * 60))).await;
    run.create_user(0, None).await;
    for action in &sequence.actions {
        run.action(action).await;
        run.world.settle().await;
    }
    for person in 0..run.model.people.len() {
        run.get_free_slots(person, -600, 3000, false).await;
    }
    run.wait(48 * 3600).await;
    assert!(run.world.pending().is_empty(), "timers are left: {:?}", run.world.pending());
    let items = run.world.items().await;
    let pending: Vec<_> = items.iter().filter(|(_, item)| item["owed_at"].is_number()).collect();
    assert!(pending.is_empty(), "something is still pending: {pending:?}");
    run.model.coverage
}

impl Run {
    async fn action(&mut self, action: &Action) {
        let person = |index: &usize| index % self.model.people.len();
        let meeting = |index: &usize| {
            let meetings = self.model.meetings.len();
            index.checked_rem(meetings.min(3)).map(|index| meetings - 1 - index)
        };
        match action {
            Action::CreateUser { zone, hours } => self.create_user(*zone, *hours).await,
            Action::CreateMeeting { creator, starts, lasts, invited, list } => {
                let mut people = vec![person(creator)];
                people.extend(invited.iter().map(person));
                self.book(*starts, *lasts, people, *list).await;
            }
            Action::SetDnd { person: who, hours } => self.set_dnd(person(who), *hours).await,
            Action::SetWeek { person: who, weekly, exceptions } => {
                self.set_week(person(who), weekly, exceptions).await;
            }
            Action::SetDndBefore { person: who, meeting: which, ends, lasts } => {
                let who = person(who);
                if let Some(which) = meeting(which) {
                    let end = self.model.minute_of_day(who, self.model.meetings[which].start - ends);
                    self.set_dnd(who, Some(((end - lasts).rem_euclid(1440), end))).await;
                }
            }
            Action::SetDndFromNow { person: who, lasts } => {
                let who = person(who);
                let start = (self.model.minute_of_day(who, self.model.minute()) + 1) % 1440;
                self.set_dnd(who, Some((start, (start + lasts) % 1440))).await;
            }
            Action::Snooze { person: who, minutes } => self.snooze(person(who), *minutes).await,
            Action::EndSnooze { person: who } => self.end_snooze(person(who)).await,
            Action::ChangeZone { person: who, zone } => self.change_zone(person(who), *zone).await,
            Action::ChangeAddress { person: who } => self.change_address(person(who)).await,
            Action::GetFreeSlots { person: who, from, lasts, awake } => {
                self.get_free_slots(person(who), *from, *lasts, *awake).await;
            }
            Action::Wait { seconds } => self.wait(*seconds).await,
            Action::Add { meeting: which, person: who } => {
                let who = person(who);
                if let Some(which) = meeting(which) {
                    self.add(which, who).await;
                }
            }
            Action::Remove { meeting: which, person: who } => {
                if let Some(which) = meeting(which) {
                    self.remove(which, self.guest(which, *who)).await;
                }
            }
            Action::Move { meeting: which, starts, lasts } => {
                if let Some(which) = meeting(which) {
                    self.move_to(which, self.interval(*starts, *lasts)).await;
                }
            }
            Action::MoveBack { meeting: which } => {
                if let Some(which) = meeting(which) {
                    self.move_to(which, self.model.meetings[which].before).await;
                }
            }
            Action::RemoveAndAddAgain { meeting: which, person: who } => {
                if let Some(which) = meeting(which) {
                    self.remove_and_add_again(which, self.guest(which, *who)).await;
                }
            }
            Action::ChangeLocation { meeting: which } => {
                if let Some(which) = meeting(which) {
                    self.change_location(which).await;
                }
            }
            Action::ChangeMeetingZone { meeting: which, zone } => {
                if let Some(which) = meeting(which) {
                    self.change_meeting_zone(which, *zone).await;
                }
            }
            Action::ChangeTitle { meeting: which } => {
                if let Some(which) = meeting(which) {
                    self.change_title(which).await;
                }
            }
            Action::ChangeReminders { meeting: which, list } => {
                if let Some(which) = meeting(which) {
                    self.change_reminders(which, *list).await;
                }
            }
            Action::Cancel { meeting: which } => {
                if let Some(which) = meeting(which) {
                    self.cancel(which).await;
                }
            }
        }
    }

    async fn create_user(&mut self, zone: usize, hours: Option<DndHours>) {
        let number = self.model.people.len();
        if number == MOST {
            return;
        }
        let during_meetings = number % 2 == 1;
        let body = with(new_user(&format!("P{number}")), json!({ "timezone": ZONES[zone] }));
        let user = self.ask(Method::POST, "/api/create_user", with(body, written(hours)), 201).await;
        let harness::Person { id, email } = harness::Person::of(&user);
        if during_meetings {
            // Not together with the hours, of which this is the other form.
            let quiet = json!({ "do_not_disturb": { "during_meetings": true } });
            self.ask(Method::PATCH, &format!("/api/users/{id}"), quiet, 200).await;
        }
        self.model.people.push(ModelUser {
            id,
            email,
            zone,
            hours: Week::daily(hours),
            snooze: None,
            during_meetings,
        });
    }

    async fn book(&mut self, starts: i64, lasts: i64, mut people: Vec<usize>, list: usize) {
        if self.model.meetings.len() == MOST {
            return;
        }
        let (start, end) = self.interval(starts, lasts);
        let invited: Vec<_> = people[1..].iter().map(|who| &self.model.people[*who].email).collect();
        let request = json!({
            "start_time": utc(start), "end_time": utc(end), "participants": invited,
            "notification_interval": entries(list), "title": format!("M{}", self.model.meetings.len()),
        });
        let body = with(new_meeting(&self.model.people[people[0]].id), request);
        let busy = self.model.busy(people[0], start, end, None);
        let answer = self
            .ask(Method::POST, "/api/create_meeting", body, if busy.is_empty() { 201 } else { 409 })
            .await;
        if !busy.is_empty() {
            return self.check_conflict(&answer, &busy);
        }
        let mut all = Vec::new();
        people.retain(|who| {
            !all.contains(who) && {
                all.push(*who);
                true
            }
        });
        let id = answer["meeting_id"].as_str().unwrap().to_owned();
        self.check_booked(&answer, &people, people[0], (start, end), None);
        self.model.book(id, start, end, people, list);
        self.plan_around(self.model.meetings.len() - 1, (start, end));
    }

    async fn add(&mut self, which: usize, who: usize) {
        let meeting = &self.model.meetings[which];
        let (interval, creator) = ((meeting.start, meeting.end), meeting.people[0]);
        let code = if meeting.cancelled {
            Some("meeting_cancelled")
        } else {
            meeting.people.contains(&who).then_some("already_participant")
        };
        let answer = self.participation("add", which, who, code).await;
        if code.is_none() {
            self.check_booked(&answer, &[who], creator, interval, Some(which));
            self.model.meetings[which].people.push(who);
            self.model.change(which);
            self.model.plan_around(which, who, interval);
        }
    }

    async fn remove(&mut self, which: usize, who: usize) {
        let meeting = &self.model.meetings[which];
        let code = if meeting.cancelled {
            Some("meeting_cancelled")
        } else if meeting.people[0] == who {
            Some("organizer_cannot_leave")
        } else {
            (!meeting.people.contains(&who)).then_some("not_a_participant")
        };
        self.participation("remove", which, who, code).await;
        if code.is_none() {
            let meeting = &mut self.model.meetings[which];
            meeting.people.retain(|person| *person != who);
            let time = (meeting.start, meeting.end);
            self.model.change(which);
            self.model.plan_around(which, who, time);
        }
    }

    async fn participation(&mut self, change: &str, which: usize, who: usize, code: Option<&str>) -> Value {
        let body = json!({
            "user_id": self.model.people[who].id, "meeting_id": self.model.meetings[which].id,
        });
        let status = if code.is_some() { 409 } else { 200 };
        let answer =
            self.ask(Method::POST, &format!("/api/meeting/participant/{change}"), body, status).await;
        if let Some(code) = code {
            assert_eq!(answer["code"], code);
            self.model.coverage.count(Event::Refused);
        }
        answer
    }

    async fn move_to(&mut self, which: usize, (start, end): (Minute, Minute)) {
        let meeting = &self.model.meetings[which];
        let creator = meeting.people[0];
        let moved = (start, end) != (meeting.start, meeting.end);
        // A shorter meeting within the same time conflicts with nothing.
        let takes_more = start < meeting.start || end > meeting.end;
        let busy = if takes_more && !meeting.cancelled {
            self.model.busy(creator, start, end, Some(which))
        } else {
            Vec::new()
        };
        let body = json!({ "start_time": utc(start), "end_time": utc(end) });
        let Some(answer) = self.patch(which, body, !busy.is_empty()).await else { return };
        if !busy.is_empty() {
            return self.check_conflict(&answer, &busy);
        }
        let people = self.model.meetings[which].people.clone();
        self.check_booked(&answer, &people, creator, (start, end), Some(which));
        if moved {
            let meeting = &mut self.model.meetings[which];
            meeting.before = (meeting.start, meeting.end);
            (meeting.start, meeting.end) = (start, end);
            let before = meeting.before;
            self.model.change(which);
            self.plan_around(which, before);
            self.plan_around(which, (start, end));
        }
    }

    async fn change_title(&mut self, which: usize) {
        let title = &self.model.meetings[which].title;
        let other = title.strip_suffix('\'').map_or_else(|| format!("{title}'"), str::to_owned);
        if self.patch(which, json!({ "title": other }), false).await.is_some() {
            self.model.meetings[which].title = other;
            self.model.change(which);
        }
    }

    /// One of the invited participants, if there are any, and sometimes anyone.
    fn guest(&self, which: usize, who: usize) -> usize {
        let guests = &self.model.meetings[which].people[1..];
        match who.checked_rem(guests.len()) {
            Some(index) if who > 0 => guests[index],
            _ => who % self.model.people.len(),
        }
    }

    /// Each change is planned before the next one.
    async fn remove_and_add_again(&mut self, which: usize, who: usize) {
        self.change_title(which).await;
        self.remove(which, who).await;
        self.world.settle().await;
        self.change_title(which).await;
        self.add(which, who).await;
    }

    async fn change_location(&mut self, which: usize) {
        let place = if self.model.meetings[which].place.is_some() { None } else { Some("Attic") };
        if self.patch(which, json!({ "location": place }), false).await.is_some() {
            self.model.meetings[which].place = place;
            self.model.change(which);
        }
    }

    async fn change_meeting_zone(&mut self, which: usize, zone: usize) {
        let answer = self.patch(which, json!({ "time_zone": ZONES[zone] }), false).await;
        if answer.is_some() && self.model.meetings[which].zone != zone {
            self.model.meetings[which].zone = zone;
            self.model.change(which);
        }
    }

    async fn change_reminders(&mut self, which: usize, list: usize) {
        let answer = self.patch(which, json!({ "notification_interval": entries(list) }), false).await;
        if answer.is_some() && self.model.meetings[which].list != list {
            self.model.meetings[which].list = list;
            self.model.change(which);
        }
    }

    /// The answer. `None` if the meeting is cancelled and can't be changed.
    async fn patch(&mut self, which: usize, body: Value, clash: bool) -> Option<Value> {
        let cancelled = self.model.meetings[which].cancelled;
        let path = format!("/api/meetings/{}", self.model.meetings[which].id);
        let answer = self.ask(Method::PATCH, &path, body, if cancelled || clash { 409 } else { 200 }).await;
        if cancelled {
            assert_eq!(answer["code"], "meeting_cancelled");
            self.model.coverage.count(Event::Refused);
            return None;
        }
        Some(answer)
    }

    async fn cancel(&mut self, which: usize) {
        let path = format!("/api/meetings/{}", self.model.meetings[which].id);
        let answer = self.ask(Method::DELETE, &path, Value::Null, 200).await;
        assert_eq!(answer["status"], "cancelled");
        if !self.model.meetings[which].cancelled {
            let meeting = &mut self.model.meetings[which];
            meeting.cancelled = true;
            let time = (meeting.start, meeting.end);
            self.model.change(which);
            self.plan_around(which, time);
        }
    }

    async fn change_zone(&mut self, who: usize, zone: usize) {
        self.patch_user(who, json!({ "timezone": ZONES[zone] })).await;
        self.model.people[who].zone = zone;
        self.model.plan_person(who);
    }

    async fn change_address(&mut self, who: usize) {
        let email = format!("x{}", self.model.people[who].email);
        self.patch_user(who, json!({ "email": email })).await;
        self.model.people[who].email = email;
        self.model.plan_person(who);
    }

    pub(crate) async fn patch_user(&mut self, who: usize, body: Value) {
        let path = format!("/api/users/{}", self.model.people[who].id);
        self.ask(Method::PATCH, &path, body, 200).await;
    }

    async fn wait(&mut self, seconds: i64) {
        self.world.settle().await;
        self.world.pass_to(self.world.clock.now() + TimeDelta::seconds(seconds)).await;
        self.model.wait(seconds);
        self.check_messages();
    }

    /// An interval, given in minutes from now. Every second one is rounded to half hours, so that some touch.
    pub(crate) fn interval(&self, starts: i64, lasts: i64) -> (Minute, Minute) {
        let start = self.model.minute() + starts;
        if starts % 2 != 0 {
            return (start, start + lasts);
        }
        let start = start.div_euclid(30) * 30;
        (start, start + (lasts + 29).div_euclid(30) * 30)
    }

    pub(crate) async fn ask(&mut self, method: Method, path: &str, body: Value, status: u16) -> Value {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.world.send(method, path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        answer.body
    }
}
