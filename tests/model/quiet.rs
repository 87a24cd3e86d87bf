//! Changes of when people are not to be disturbed.

use axum::http::Method;
use harness::instant;
use serde_json::{Value, json};

use crate::clocks::{DndHours, Minute};
use crate::run::{Run, written};

impl Run {
    /// Everyone's calendar got or lost that time by a meeting.
    pub(crate) fn plan_around(&mut self, which: usize, time: (Minute, Minute)) {
        for who in self.model.meetings[which].people.clone() {
            self.model.plan_around(which, who, time);
        }
    }

    pub(crate) async fn snooze(&mut self, who: usize, minutes: i64) {
        let path = format!("/api/users/{}/snooze", self.model.people[who].id);
        let answer = self.ask(Method::POST, &path, json!({ "minutes": minutes }), 200).await;
        let until = (self.model.now + minutes * 60 + 59).div_euclid(60);
        let shown = answer["snoozed_until"].as_str().unwrap();
        assert_eq!(instant(shown).timestamp(), until * 60);
        self.model.people[who].snooze = Some((self.model.minute(), until));
        self.model.plan_person(who);
    }

    pub(crate) async fn end_snooze(&mut self, who: usize) {
        let path = format!("/api/users/{}/snooze", self.model.people[who].id);
        self.ask(Method::DELETE, &path, Value::Null, 200).await;
        let is_over = |(_, end): &(Minute, Minute)| end * 60 <= self.model.now;
        let past = self.model.people[who].snooze.filter(is_over);
        self.model.people[who].snooze = past;
        self.model.plan_person(who);
    }

    pub(crate) async fn set_dnd(&mut self, who: usize, hours: Option<DndHours>) {
        self.patch_user(who, written(hours)).await;
        self.model.people[who].hours = hours;
        self.model.plan_person(who);
    }
}
