//! People and meetings that most tests begin with.

use serde_json::{Value, json};

use crate::{World, new_meeting, new_user, with};

/// Someone who was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: String,
    /// The address.
    pub email: String,
}

impl Person {
    /// The person that an answer of the API is about.
    pub fn of(user: &Value) -> Self {
        let text = |name: &str| user[name].as_str().unwrap_or_else(|| panic!("no {name}: {user}")).to_owned();
        Self { id: text("user_id"), email: text("email") }
    }
}

impl World {
    /// Creates people in UTC without do-not-disturb hours. Their addresses are `<name>@example.com`.
    pub async fn people<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let mut people = Vec::new();
        for name in names {
            people.push(self.person(name, "UTC").await);
        }
        people.try_into().unwrap()
    }

    /// Creates someone without do-not-disturb hours. The address is `<name>@example.com`.
    pub async fn person(&self, name: &str, zone: &str) -> Person {
        self.person_with_dnd(name, zone, Value::Null, Value::Null).await
    }

    /// Creates someone with do-not-disturb hours from `start` to `end`.
    pub async fn person_with_dnd(
        &self,
        name: &str,
        zone: &str,
        start: impl Into<Value>,
        end: impl Into<Value>,
    ) -> Person {
        let settings =
            json!({ "timezone": zone, "dnd_start_time": start.into(), "dnd_end_time": end.into() });
        let (status, user) = self.post("/api/create_user", with(new_user(name), settings)).await;
        assert_eq!(status, 201, "{user}");
        Person::of(&user)
    }

    /// Asks for a meeting in UTC. `more` adds fields or replaces them.
    pub async fn try_book(
        &self,
        creator: &Person,
        start: &str,
        end: &str,
        invited: &[&Person],
        more: Value,
    ) -> (u16, Value) {
        let invited: Vec<_> = invited.iter().map(|person| person.email.as_str()).collect();
        let request = json!({ "start_time": start, "end_time": end, "participants": invited });
        let body = with(with(new_meeting(&creator.id), request), more);
        self.post("/api/create_meeting", body).await
    }

    /// Books a meeting in UTC and returns it. `more` adds fields or replaces them.
    pub async fn book(
        &self,
        creator: &Person,
        start: &str,
        end: &str,
        invited: &[&Person],
        more: Value,
    ) -> Value {
        let (status, meeting) = self.try_book(creator, start, end, invited, more).await;
        assert_eq!(status, 201, "{meeting}");
        meeting
    }

    /// Adds someone to a meeting or removes them; `change` is `add` or `remove`.
    pub async fn participant(&self, change: &str, meeting: &Value, person: &Person) -> (u16, Value) {
        let body = json!({ "user_id": person.id, "meeting_id": meeting["meeting_id"] });
        self.post(&format!("/api/meeting/participant/{change}"), body).await
    }

    /// The reminders of a meeting, as the API shows them.
    pub async fn reminders(&self, meeting: &Value) -> Vec<Value> {
        let id = meeting["meeting_id"].as_str().unwrap();
        let (status, body) = self.get(&format!("/api/meetings/{id}/reminders")).await;
        assert_eq!(status, 200, "{body}");
        body["reminders"].as_array().unwrap().clone()
    }

    /// Someone's meetings and free time, in UTC.
    pub async fn calendar(&self, person: &Person, start: &str, end: &str) -> Value {
        let body = json!({
            "user_id": person.id, "start_time": start, "end_time": end, "time_zone": "UTC",
        });
        let (status, body) = self.post("/api/get_free_slots", body).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}
