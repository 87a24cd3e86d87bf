use chrono::{TimeDelta, Utc};
use serde_json::{Value, from_value, json, to_value};

use super::*;
use crate::domain::{Channel, Role};
use crate::time::{Interval, Zone};

fn meeting() -> Meeting {
    let start = chrono::DateTime::<Utc>::UNIX_EPOCH;
    let interval = Interval::new(start, start + TimeDelta::minutes(30)).unwrap();
    let entries = [(Channel::Email, 60, None), (Channel::Webhook, 30, Some(10))];
    let entries = entries.map(|(channel, before, every)| Notification::new(channel, before, every).unwrap());
    let ana = Participant {
        user_id: "ana-1".parse().unwrap(),
        email: "ana@example.com".parse().unwrap(),
        name: "Ana".parse().unwrap(),
        role: Role::Organizer,
    };
    Meeting {
        title: Some("Review".parse().unwrap()),
        notifications: Notifications::new(entries.to_vec()).unwrap(),
        version: 2,
        planned_version: 1,
        booking_changes: vec![
            BookingChange { user_id: None, interval },
            BookingChange { user_id: Some("bo-1".parse().unwrap()), interval },
        ],
        changed_at: Some(instant(1_500_000).unwrap()),
        ..Meeting::new("m-1".parse().unwrap(), ana.user_id.clone(), vec![ana], interval, Zone::UTC)
    }
}

fn item() -> Value {
    json!({
        "pk": "MEETING#m-1",
        "sk": "MEETING",
        "meeting_id": "m-1",
        "creator_id": "ana-1",
        "title": "Review",
        "status": "confirmed",
        "start": 0,
        "end": 1_800_000,
        "zone": "UTC",
        "local_start": "1970-01-01T00:00:00",
        "local_end": "1970-01-01T00:30:00",
        "tzdb": crate::time::TZDB,
        "participants": [
            { "user_id": "ana-1", "email": "ana@example.com", "name": "Ana", "role": "organizer" },
        ],
        "notifications": [
            { "type": "email", "minutes_before": 60 },
            { "type": "webhook", "minutes_before": 30, "repeat_every": 10 },
        ],
        "reminders": 4,
        "version": 2,
        "planned_version": 1,
        "booking_changes": [
            { "start": 0, "end": 1_800_000 },
            { "user_id": "bo-1", "start": 0, "end": 1_800_000 },
        ],
        "changed_at": 1_500_000,
    })
}

fn read(item: Value) -> Result<Meeting, StoreError> {
    from_value::<MeetingItem>(item).unwrap().try_into()
}

#[test]
fn a_meeting_is_stored_as_this_item() {
    assert_eq!(to_value(MeetingItem::new(&meeting(), None, None)).unwrap(), item());
    assert_eq!(read(item()).unwrap(), meeting());
    let mut earlier = item();
    earlier.as_object_mut().unwrap().remove("booking_changes");
    assert_eq!(read(earlier).unwrap(), Meeting { booking_changes: Vec::new(), ..meeting() });
    let mut without_time = item();
    without_time.as_object_mut().unwrap().remove("changed_at");
    assert_eq!(read(without_time).unwrap(), Meeting { changed_at: None, ..meeting() });
    let now = instant(2_100_000).unwrap();
    let written = to_value(MeetingItem::written_at(now, &meeting(), None)).unwrap();
    assert_eq!((&written["changed_at"], &written["owed_at"]), (&json!(2_100_000), &json!(36)));
}

#[test]
fn an_unreadable_field_is_named_and_not_quoted() {
    for (pointer, field) in [
        ("/meeting_id", "meeting_id"),
        ("/creator_id", "creator_id"),
        ("/title", "title"),
        ("/status", "status"),
        ("/zone", "zone"),
        ("/participants/0/user_id", "user_id"),
        ("/participants/0/email", "email"),
        ("/participants/0/name", "name"),
        ("/participants/0/role", "role"),
        ("/notifications/0/type", "type"),
        ("/booking_changes/1/user_id", "user_id"),
    ] {
        let mut unknown = item();
        *unknown.pointer_mut(pointer).unwrap() = json!("\u{7}#");
        let error = read(unknown).unwrap_err();
        assert_eq!(error.to_string(), format!("unreadable item: {field}"));
        assert!(!error.is_conflict() && !error.is_unavailable());
    }
    let mut close = item();
    close["notifications"][1]["repeat_every"] = json!(1);
    assert_eq!(read(close).unwrap_err().to_string(), "unreadable item: notifications");
}
