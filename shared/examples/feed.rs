//! Writes feeds over all zones' clock changes as `.ics` files into the directory given, and when each event
//! in them is as `expected.json`: `cargo run -p shared --example feed -- DIR`. The same ones every time.
//!
//! A feed is written at each of some instants, for the time that it has then. Of every zone it has the
//! meetings of an hour that end and begin at each change of the clocks, half an hour before and after it, and
//! one in between.

use std::error::Error;
use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::calendar::{Feed, FeedDetail};
use shared::domain::{Meeting, MeetingId, Participant, Role, User, UserId};
use shared::time::{Interval, Resolved, Zone};

/// When the feeds are read. In each of their times there are other changes, and other last ones of a zone.
const READ_AT: [&str; 4] =
    ["2025-12-01T09:00:00Z", "2026-11-02T09:00:00Z", "2027-06-01T09:00:00Z", "2029-09-01T09:00:00Z"];

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: feed DIR")?;
    let directory = Path::new(&directory);
    fs::create_dir_all(directory)?;
    let mut expected = Vec::new();
    for (number, now) in READ_AT.into_iter().enumerate() {
        let meetings = meetings(now.parse()?)?;
        let file = format!("feed-{number}.ics");
        let text = Feed { name: "Ana's meetings", meetings: &meetings, detail: FeedDetail::All }.text();
        fs::write(directory.join(&file), text)?;
        let events: Vec<_> = meetings.iter().map(event).collect();
        expected.push(json!({ "file": file, "events": events }));
    }
    fs::write(directory.join("expected.json"), serde_json::to_string(&expected)?)?;
    Ok(())
}

/// What a reader has to find.
fn event(meeting: &Meeting) -> Value {
    let (start, end) = (meeting.interval.start(), meeting.interval.end());
    let local = |instant: DateTime<Utc>| meeting.zone.local(instant).naive_local();
    // A time that happens twice on the clock is written in UTC, and so is a meeting over a change that no
    // definition has.
    let is_told = [start, end].iter().all(|instant| {
        meeting.zone.resolve(local(*instant)) == Resolved::Unique(*instant)
            && meeting.zone.offset_at(*instant).local_minus_utc() != 0
    }) && meeting.zone.offset_at(start) == meeting.zone.offset_at(end);
    json!({
        "uid": format!("{}@tactful", meeting.id),
        "zone": meeting.zone.name(),
        "start": start.timestamp(),
        "end": end.timestamp(),
        "local_start": is_told.then(|| local(start).format("%Y-%m-%dT%H:%M:%S").to_string()),
    })
}

fn meetings(now: DateTime<Utc>) -> Result<Vec<Meeting>, Box<dyn Error>> {
    let (from, to) = (now - TimeDelta::days(30), now + TimeDelta::days(366));
    let (half, hour) = (TimeDelta::minutes(30), TimeDelta::hours(1));
    let mut meetings = Vec::new();
    for name in Zone::all() {
        let zone = name.parse::<Zone>()?;
        let changes = zone.changes(from, to);
        let around = changes.iter().flat_map(|change| {
            let at = change.at;
            [at - hour - half, at - hour, at, at + half, at + hour * 4]
        });
        for start in around.chain([from + TimeDelta::days(100)]) {
            let interval = Interval::new(start, start + hour).ok_or("an empty interval")?;
            let id = format!("meeting-{}", meetings.len()).parse::<MeetingId>()?;
            let ana = organizer()?;
            meetings.push(Meeting::new(id, ana.user_id.clone(), vec![ana], interval, zone));
        }
    }
    Ok(meetings)
}

fn organizer() -> Result<Participant, Box<dyn Error>> {
    let user = User {
        id: "ana".parse::<UserId>()?,
        email: "ana@example.com".parse()?,
        name: "Ana".parse()?,
        zone: Zone::UTC,
        do_not_disturb: Default::default(),
        working_hours: None,
        version: 1,
        idempotency: None,
    };
    Ok(Participant::new(&user, Role::Organizer))
}
