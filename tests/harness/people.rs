//! Shorthands for what most tests begin with.

use serde_json::{Value, json};

use crate::World;

/// Someone who was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: String,
    /// The address.
    pub email: String,
}

impl World {
    /// Creates someone whom nothing disturbs; the address is `<name>@example.com`.
    pub async fn person(&self, name: &str, zone: &str) -> Person {
        self.sleeper(name, zone, Value::Null, Value::Null).await
    }

    /// Creates someone who isn't to be disturbed from `start` to `end`.
    pub async fn sleeper(
        &self,
        name: &str,
        zone: &str,
        start: impl Into<Value>,
        end: impl Into<Value>,
    ) -> Person {
        let email = format!("{name}@example.com");
        let body = json!({
            "email": email, "name": name, "timezone": zone,
            "dnd_start_time": start.into(), "dnd_end_time": end.into(),
        });
        let (status, user) = self.post("/api/create_user", body).await;
        assert_eq!(status, 201, "{user}");
        Person { id: user["user_id"].as_str().unwrap().to_owned(), email }
    }

    /// Asks for a meeting in UTC; `more` adds fields or replaces them.
    pub async fn try_book(
        &self,
        creator: &Person,
        start: &str,
        end: &str,
        invited: &[&Person],
        more: Value,
    ) -> (u16, Value) {
        let invited: Vec<_> = invited.iter().map(|person| person.email.as_str()).collect();
        let mut body = json!({
            "creator_id": creator.id, "start_time": start, "end_time": end, "time_zone": "UTC", "participants": invited,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.post("/api/create_meeting", body).await
    }

    /// Books a meeting in UTC and answers it; `more` adds fields or replaces them.
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

    /// The reminders of a meeting, as the API tells them.
    pub async fn reminders(&self, meeting: &Value) -> Vec<Value> {
        let id = meeting["meeting_id"].as_str().unwrap();
        let (status, body) = self.get(&format!("/api/meetings/{id}/reminders")).await;
        assert_eq!(status, 200, "{body}");
        body["reminders"].as_array().unwrap().clone()
    }

    /// What stands on someone's calendar and what is free, in UTC.
    pub async fn calendar(&self, person: &Person, start: &str, end: &str) -> Value {
        let body = json!({
            "user_id": person.id, "start_time": start, "end_time": end, "time_zone": "UTC",
        });
        let (status, body) = self.post("/api/get_free_slots", body).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}
