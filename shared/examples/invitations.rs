//! Writes invitations, an update and a cancellation of each, for participants and for the organizer, as
//! `.ics` files into the directory given, and what a reader has to find in them as `expected.json`: `cargo
//! run -p shared --example invitations -- DIR`. The same ones every time.

use std::error::Error;
use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Value, json};
use shared::calendar::{Audience, Identity, document};
use shared::domain::text::inline;
use shared::domain::{
    Description, DoNotDisturb, Email, Location, Meeting, Participant, Role, Status, Title, User,
};
use shared::time::{Interval, Zone};

const ZONES: [&str; 24] = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Edmonton",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Vancouver",
    "America/Winnipeg",
    "Antarctica/Troll",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/Chisinau",
    "Europe/Dublin",
    "Europe/Madrid",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
];

/// Zones of many files each, which a program reads in any order: some have lasting rules, and some have their
/// last change within these years.
const READ_TOGETHER: [&str; 5] =
    ["Europe/Madrid", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "America/Vancouver"];

const WORDS: [&str; 15] = [
    "Review",
    "R&D",
    "a, b; c",
    "\"quoted\"",
    "back\\slash \\n \\;",
    "^'^n^^",
    "BEGIN:VEVENT",
    "שלום עולם",
    "老虎老虎老虎老虎",
    "🦀👩‍👩‍👧",
    "Zoë",
    "\u{202e}left",
    "a:b=c",
    "https://meet.example.com/a?b=1&c=%20,2",
    "supercalifragilisticexpialidocious",
];

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: invitations DIR")?;
    let directory = Path::new(&directory);
    fs::create_dir_all(directory)?;
    let mut rng = Rng::with_seed(5545);
    let mut expected = Vec::new();
    for number in 0..120 {
        let zone = ZONES[number % ZONES.len()].parse::<Zone>()?;
        let booked = meeting(&mut rng, number, zone)?;
        let moved = Meeting { interval: interval(&mut rng, zone)?, version: 2, ..booked.clone() };
        let cancelled = Meeting { status: Status::Cancelled, version: 3, ..moved.clone() };
        for (step, meeting) in [("1-booked", booked), ("2-moved", moved), ("3-cancelled", cancelled)] {
            for audience in [Audience::Everyone, Audience::Organizer] {
                let file = format!("{number:03}-{step}-{}.ics", name(audience));
                expected.push(write(directory, &file, &meeting, audience)?);
            }
        }
    }
    // At noon on some day from 2025 to 2028.
    for number in 120..170 {
        let zone = READ_TOGETHER[number % READ_TOGETHER.len()].parse::<Zone>()?;
        let noon = "2025-01-01T12:00:00Z".parse::<DateTime<Utc>>()? + TimeDelta::days(rng.i64(0..4 * 365));
        let interval = Interval::new(noon, noon + TimeDelta::hours(1)).ok_or("an empty interval")?;
        let meeting = Meeting { interval, ..meeting(&mut rng, number, zone)? };
        let file = format!("{number:03}-together.ics");
        expected.push(write(directory, &file, &meeting, Audience::Everyone)?);
    }
    fs::write(directory.join("expected.json"), serde_json::to_string_pretty(&expected)?)?;
    Ok(())
}

fn write(
    directory: &Path,
    file: &str,
    meeting: &Meeting,
    audience: Audience<'_>,
) -> Result<Value, Box<dyn Error>> {
    let now: DateTime<Utc> = "2026-11-24T08:00:00Z".parse()?;
    let (identity, sender) = (Identity::of(meeting), "tactful@example.org".parse::<Email>()?);
    let document = document(meeting, audience, identity, &sender, now);
    fs::write(directory.join(file), &document.text)?;
    let person = |person: &Participant| json!({ "name": inline(person.name.as_str()), "email": person.email.as_str() });
    Ok(json!({
        "file": file,
        "method": document.method.as_str(),
        "meeting_id": meeting.id.as_str(),
        "audience": name(audience),
        "sequence": meeting.version - 1,
        "start": meeting.interval.start().timestamp(),
        "end": meeting.interval.end().timestamp(),
        "summary": inline(&meeting.heading()),
        "description": meeting.description.as_ref().map(Description::as_str),
        "location": meeting.location.as_ref().map(|location| inline(location.as_str())),
        "status": if meeting.is_confirmed() { "CONFIRMED" } else { "CANCELLED" },
        "attendees": match audience {
            Audience::Organizer => Vec::new(),
            _ => meeting.participants.iter().map(person).collect::<Vec<_>>(),
        },
    }))
}

fn name(audience: Audience<'_>) -> &'static str {
    if matches!(audience, Audience::Organizer) { "organizer" } else { "everyone" }
}

fn meeting(rng: &mut Rng, number: usize, zone: Zone) -> Result<Meeting, Box<dyn Error>> {
    let mut participants = vec![participant(rng, "ana", Role::Organizer)?];
    for name in ["bo", "cy", "dee"].into_iter().take(rng.usize(0..=3)) {
        participants.push(participant(rng, name, Role::Participant)?);
    }
    let interval = interval(rng, zone)?;
    let (id, creator_id) = (format!("meeting-{number}").parse()?, participants[0].user_id.clone());
    Ok(Meeting {
        title: rng.bool().then(|| words(rng, 4, " ").parse::<Title>()).transpose()?,
        description: rng.bool().then(|| words(rng, 90, "\n").parse::<Description>()).transpose()?,
        location: rng.bool().then(|| words(rng, 6, " ").parse::<Location>()).transpose()?,
        ..Meeting::new(id, creator_id, participants, interval, zone)
    })
}

fn participant(rng: &mut Rng, name: &str, role: Role) -> Result<Participant, Box<dyn Error>> {
    let user = User {
        id: name.parse()?,
        email: format!("{name}@example.com").parse()?,
        // Parameters know no backslash, but one of the readers takes it for an escape there too.
        name: format!("{name} {}", words(rng, 2, " ").replace('\\', "/")).parse()?,
        zone: Zone::UTC,
        do_not_disturb: DoNotDisturb::default(),
        working_hours: None,
        version: 1,
        idempotency: None,
    };
    Ok(Participant::new(&user, role))
}

/// A time in 2025 to 2035, every other one within hours of the clocks being changed.
fn interval(rng: &mut Rng, zone: Zone) -> Result<Interval, Box<dyn Error>> {
    let first: DateTime<Utc> = "2025-01-01T00:00:00Z".parse()?;
    let mut start = first + TimeDelta::minutes(rng.i64(0..10 * 365 * 24 * 60));
    let changes = zone.changes(start, start + TimeDelta::days(400));
    if rng.bool()
        && let Some(change) = rng.choice(&changes)
    {
        start = change.at + TimeDelta::minutes(rng.i64(-180..180));
    }
    let end = start + TimeDelta::minutes(rng.i64(5..3000));
    Interval::new(start, end).ok_or_else(|| "an empty interval".into())
}

fn words(rng: &mut Rng, most: usize, between: &str) -> String {
    let chosen = (0..rng.usize(1..=most)).map(|_| WORDS[rng.usize(..WORDS.len())]);
    chosen.collect::<Vec<_>>().join(between)
}
