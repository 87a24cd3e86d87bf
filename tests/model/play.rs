//! Plays a story in Tactful and in the model, and compares at every step.

use axum::http::Method;
use chrono::TimeDelta;
use harness::{World, instant, new_meeting, new_user, with};
use serde_json::{Value, json};

use crate::compare::{Seen, Sight};
use crate::plain::{Model, Person};
use crate::story::{Deed, LISTS, MOST, Story, Way};
use crate::wall::{Hours, Minute, ZONES, utc};

/// Both, side by side.
pub(crate) struct Play {
    pub(crate) world: World,
    pub(crate) model: Model,
}

/// Plays a story to its end and two days on.
pub(crate) async fn play(story: &Story) -> Seen {
    let world = if story.inviting { World::inviting().await } else { World::start().await };
    let begins = instant(story.begins);
    world.clock.set(begins);
    let mut play = Play { world, model: Model::new(story.inviting, begins.timestamp()) };
    play.join(1, None).await;
    play.join(4, Some((22 * 60, 7 * 60))).await;
    play.join(0, None).await;
    for deed in &story.deeds {
        play.deed(deed).await;
        play.world.settle().await;
    }
    for person in 0..play.model.people.len() {
        play.look(person, -600, 3000, false).await;
    }
    play.wait(48 * 3600).await;
    assert!(play.world.pending().is_empty(), "timers are left: {:?}", play.world.pending());
    let items = play.world.items().await;
    let owing: Vec<_> = items.iter().filter(|(_, item)| item["owed_at"].is_number()).collect();
    assert!(owing.is_empty(), "something is still owed: {owing:?}");
    play.model.seen
}

impl Play {
    async fn deed(&mut self, deed: &Deed) {
        let person = |place: &usize| place % self.model.people.len();
        let meeting = |place: &usize| {
            let meetings = self.model.meetings.len();
            place.checked_rem(meetings.min(3)).map(|place| meetings - 1 - place)
        };
        match deed {
            Deed::Join { zone, hours } => self.join(*zone, *hours).await,
            Deed::Book { creator, starts, lasts, invited, list } => {
                let mut people = vec![person(creator)];
                people.extend(invited.iter().map(person));
                self.book(*starts, *lasts, people, *list).await;
            }
            Deed::Rest { person: who, hours } => self.rest(person(who), *hours).await,
            Deed::RestBefore { person: who, meeting: which, ends, lasts } => {
                let who = person(who);
                if let Some(which) = meeting(which) {
                    let end = self.model.shown(who, self.model.meetings[which].start - ends);
                    self.rest(who, Some(((end - lasts).rem_euclid(1440), end))).await;
                }
            }
            Deed::Retire { person: who, lasts } => {
                let who = person(who);
                let start = (self.model.shown(who, self.model.minute()) + 1) % 1440;
                self.rest(who, Some((start, (start + lasts) % 1440))).await;
            }
            Deed::Fly { person: who, zone } => self.fly(person(who), *zone).await,
            Deed::Readdress { person: who } => self.readdress(person(who)).await,
            Deed::Look { person: who, from, lasts, awake } => {
                self.look(person(who), *from, *lasts, *awake).await;
            }
            Deed::Wait { seconds } => self.wait(*seconds).await,
            Deed::Add { meeting: which, person: who } => {
                let who = person(who);
                if let Some(which) = meeting(which) {
                    self.add(which, who).await;
                }
            }
            Deed::Remove { meeting: which, person: who } => {
                if let Some(which) = meeting(which) {
                    self.remove(which, self.guest(which, *who)).await;
                }
            }
            Deed::Move { meeting: which, starts, lasts } => {
                if let Some(which) = meeting(which) {
                    self.move_to(which, self.interval(*starts, *lasts)).await;
                }
            }
            Deed::MoveBack { meeting: which } => {
                if let Some(which) = meeting(which) {
                    self.move_to(which, self.model.meetings[which].before).await;
                }
            }
            Deed::Waver { meeting: which, person: who } => {
                if let Some(which) = meeting(which) {
                    self.waver(which, self.guest(which, *who)).await;
                }
            }
            Deed::Relocate { meeting: which } => {
                if let Some(which) = meeting(which) {
                    self.relocate(which).await;
                }
            }
            Deed::Rezone { meeting: which, zone } => {
                if let Some(which) = meeting(which) {
                    self.rezone(which, *zone).await;
                }
            }
            Deed::Retitle { meeting: which } => {
                if let Some(which) = meeting(which) {
                    self.retitle(which).await;
                }
            }
            Deed::Relist { meeting: which, list } => {
                if let Some(which) = meeting(which) {
                    self.relist(which, *list).await;
                }
            }
            Deed::Cancel { meeting: which } => {
                if let Some(which) = meeting(which) {
                    self.cancel(which).await;
                }
            }
        }
    }

    async fn join(&mut self, zone: usize, hours: Option<Hours>) {
        let number = self.model.people.len();
        if number == MOST {
            return;
        }
        let body = with(new_user(&format!("P{number}")), json!({ "timezone": ZONES[zone] }));
        let user = self.ask(Method::POST, "/api/create_user", with(body, written(hours)), 201).await;
        let harness::Person { id, email } = harness::Person::of(&user);
        self.model.people.push(Person { id, email, zone, hours });
    }

    async fn book(&mut self, starts: i64, lasts: i64, mut people: Vec<usize>, list: usize) {
        if self.model.meetings.len() == MOST {
            return;
        }
        let (start, end) = self.interval(starts, lasts);
        let invited: Vec<_> = people[1..].iter().map(|who| &self.model.people[*who].email).collect();
        let asked = json!({
            "start_time": utc(start), "end_time": utc(end), "participants": invited,
            "notification_interval": entries(list), "title": format!("M{}", self.model.meetings.len()),
        });
        let body = with(new_meeting(&self.model.people[people[0]].id), asked);
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
            self.model.meetings[which].people.retain(|person| *person != who);
            self.model.change(which);
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
            self.model.seen.note(Sight::Refused);
        }
        answer
    }

    async fn move_to(&mut self, which: usize, (start, end): (Minute, Minute)) {
        let meeting = &self.model.meetings[which];
        let creator = meeting.people[0];
        let moved = (start, end) != (meeting.start, meeting.end);
        // Less of the same time is never in anyone's way.
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
            self.model.change(which);
        }
    }

    async fn retitle(&mut self, which: usize) {
        let title = &self.model.meetings[which].title;
        let other = title.strip_suffix('\'').map_or_else(|| format!("{title}'"), str::to_owned);
        if self.patch(which, json!({ "title": other }), false).await.is_some() {
            self.model.meetings[which].title = other;
            self.model.change(which);
        }
    }

    /// One of those whom the creator invited, if any, or sometimes anyone.
    fn guest(&self, which: usize, who: usize) -> usize {
        let guests = &self.model.meetings[which].people[1..];
        match who.checked_rem(guests.len()) {
            Some(place) if who > 0 => guests[place],
            _ => who % self.model.people.len(),
        }
    }

    /// Each change is planned before the next comes.
    async fn waver(&mut self, which: usize, who: usize) {
        self.retitle(which).await;
        self.remove(which, who).await;
        self.world.settle().await;
        self.retitle(which).await;
        self.add(which, who).await;
    }

    async fn relocate(&mut self, which: usize) {
        let place = if self.model.meetings[which].place.is_some() { None } else { Some("Attic") };
        if self.patch(which, json!({ "location": place }), false).await.is_some() {
            self.model.meetings[which].place = place;
            self.model.change(which);
        }
    }

    async fn rezone(&mut self, which: usize, zone: usize) {
        let answer = self.patch(which, json!({ "time_zone": ZONES[zone] }), false).await;
        if answer.is_some() && self.model.meetings[which].zone != zone {
            self.model.meetings[which].zone = zone;
            self.model.change(which);
        }
    }

    async fn relist(&mut self, which: usize, list: usize) {
        let answer = self.patch(which, json!({ "notification_interval": entries(list) }), false).await;
        if answer.is_some() && self.model.meetings[which].list != list {
            self.model.meetings[which].list = list;
            self.model.change(which);
        }
    }

    /// The answer, unless the meeting is cancelled and can't be changed.
    async fn patch(&mut self, which: usize, body: Value, clash: bool) -> Option<Value> {
        let cancelled = self.model.meetings[which].cancelled;
        let path = format!("/api/meetings/{}", self.model.meetings[which].id);
        let answer = self.ask(Method::PATCH, &path, body, if cancelled || clash { 409 } else { 200 }).await;
        if cancelled {
            assert_eq!(answer["code"], "meeting_cancelled");
            self.model.seen.note(Sight::Refused);
            return None;
        }
        Some(answer)
    }

    async fn cancel(&mut self, which: usize) {
        let path = format!("/api/meetings/{}", self.model.meetings[which].id);
        let answer = self.ask(Method::DELETE, &path, Value::Null, 200).await;
        assert_eq!(answer["status"], "cancelled");
        if !self.model.meetings[which].cancelled {
            self.model.meetings[which].cancelled = true;
            self.model.change(which);
        }
    }

    async fn rest(&mut self, who: usize, hours: Option<Hours>) {
        self.patch_user(who, written(hours)).await;
        self.model.people[who].hours = hours;
        self.model.plan_person(who);
    }

    async fn fly(&mut self, who: usize, zone: usize) {
        self.patch_user(who, json!({ "timezone": ZONES[zone] })).await;
        self.model.people[who].zone = zone;
        self.model.plan_person(who);
    }

    async fn readdress(&mut self, who: usize) {
        let email = format!("x{}", self.model.people[who].email);
        self.patch_user(who, json!({ "email": email })).await;
        self.model.people[who].email = email;
        self.model.plan_person(who);
    }

    async fn patch_user(&mut self, who: usize, body: Value) {
        let path = format!("/api/users/{}", self.model.people[who].id);
        self.ask(Method::PATCH, &path, body, 200).await;
    }

    async fn wait(&mut self, seconds: i64) {
        self.world.settle().await;
        self.world.pass_to(self.world.clock.now() + TimeDelta::seconds(seconds)).await;
        self.model.wait(seconds);
        self.check_messages();
    }

    /// An interval, told in minutes from now; every other one on half hours, as people do, so that some touch.
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

/// Hours as requests have them.
fn written(hours: Option<Hours>) -> Value {
    let time = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    let (start, end) = (hours.map(|hours| time(hours.0)), hours.map(|hours| time(hours.1)));
    json!({ "dnd_start_time": start, "dnd_end_time": end })
}

fn entries(list: usize) -> Value {
    let entry = |(way, before, every): &(Way, i64, Option<i64>)| match (way, every) {
        // Mail needs no saying, and neither does what isn't repeated.
        (Way::Mail, None) => json!(before),
        (Way::Mail, Some(every)) => json!({ "minutes_before": before, "repeat_every": every }),
        (Way::Webhook, every) => {
            json!({ "type": "webhook", "minutes_before": before, "repeat_every": every })
        }
    };
    LISTS[list].iter().map(entry).collect()
}
