//! A calendar of many meetings, read by a reader that isn't ours.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::reading::read_all;
use super::{ZONES, any_time, instant, now, review, well_formed, written};
use crate::calendar::{Audience, Feed, FeedDetail};
use crate::domain::{FeedSecret, Meeting};
use crate::time::{Interval, Zone};

fn feed(meetings: &[Meeting]) -> String {
    Feed { name: "Ana's meetings", meetings, detail: FeedDetail::All }.text()
}

/// Of each zone, a meeting before and one after each change of its clocks, and one in between.
fn around_changes(from: DateTime<Utc>, zones: impl Iterator<Item = &'static str>) -> Vec<Meeting> {
    let hour = TimeDelta::hours(1);
    let mut meetings = Vec::new();
    for name in zones {
        let zone: Zone = name.parse().unwrap();
        let changes = zone.changes(from, from + TimeDelta::days(396));
        let around = changes.iter().flat_map(|change| [change.at - hour, change.at]);
        for start in around.chain([from + TimeDelta::days(100)]) {
            let interval = Interval::new(start, start + hour).unwrap();
            let id = format!("m-{}", meetings.len()).parse().unwrap();
            meetings.push(Meeting { id, interval, zone, ..review() });
        }
    }
    meetings
}

#[test]
fn every_time_around_every_change_of_clocks_is_read_as_it_is() {
    for from in ["2026-10-03T09:00:00Z", "2025-12-03T09:00:00Z", "2027-06-03T09:00:00Z"] {
        let meetings = around_changes(instant(from), ZONES.into_iter());
        let events = read_all(&feed(&meetings));
        assert_eq!(events.len(), meetings.len());
        for (event, meeting) in events.iter().zip(&meetings) {
            let interval = meeting.interval;
            assert_eq!(event.instants(), (interval.start(), interval.end()), "{:?}", meeting.zone.name());
        }
    }
}

#[test]
fn each_time_is_written_as_in_the_invitation_and_each_definition_once() {
    let meetings = around_changes(instant("2025-12-03T09:00:00Z"), ZONES.into_iter());
    let text = feed(&meetings);
    well_formed(&text);
    let lines: Vec<&str> = text.split("\r\n").collect();
    let ids: Vec<_> = lines.iter().filter(|line| line.starts_with("TZID:")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let told = |event: &str| {
        let names =
            ["UID:", "SEQUENCE:", "DTSTART", "DTEND", "SUMMARY:", "DESCRIPTION:", "LOCATION:", "STATUS:"];
        let lines = event.split("\r\n").filter(|line| names.iter().any(|name| line.starts_with(name)));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    for (event, meeting) in text.split("BEGIN:VEVENT").skip(1).zip(&meetings) {
        let invitation = written(meeting, Audience::Everyone).text;
        let (_, invitation) = invitation.split_once("BEGIN:VEVENT").unwrap();
        assert_eq!((told(event), told(event).len()), (told(invitation), 8));
    }
}

#[test]
fn a_feed_depends_on_nothing_but_its_meetings() {
    let changed = Meeting { changed_at: Some(now()), ..review() };
    let text = feed(std::slice::from_ref(&changed));
    assert!(text.contains("\r\nDTSTAMP:20261124T080007Z\r\n"), "{text}");
    assert!(feed(&[Meeting { changed_at: None, ..changed }]).contains("\r\nDTSTAMP:19700101T000000Z\r\n"));
    assert!(text.contains("ORGANIZER;CN=\"Ana María\":mailto:ana@example.com\r\n"), "{text}");
    assert!(!text.contains("ATTENDEE") && !text.contains("SENT-BY") && !text.contains("bo+x"));
    assert_eq!(feed(&[]).matches("BEGIN:").count(), 1);
    insta::assert_snapshot!(text.replace("\r\n", "\n"));
}

#[test]
fn a_busy_feed_has_times_alone() {
    let digest = FeedSecret::of([1; 32]).digest();
    let other = FeedSecret::of([2; 32]).digest();
    let meetings = [review(), Meeting { id: "other".parse().unwrap(), ..review() }];
    let busy = |digest| Feed { name: "Busy", meetings: &meetings, detail: FeedDetail::Busy(digest) }.text();
    let text = busy(&digest);
    well_formed(&text);
    assert!(text.contains("\r\nDTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nSUMMARY:Busy\r\n"));
    let names: BTreeSet<_> = text.lines().map(|line| line.split([':', ';']).next().unwrap()).collect();
    let known = [
        "BEGIN",
        "DTEND",
        "DTSTAMP",
        "DTSTART",
        "END",
        "METHOD",
        "NAME",
        "PRODID",
        "REFRESH-INTERVAL",
        "SEQUENCE",
        "SUMMARY",
        "TRANSP",
        "UID",
        "VERSION",
        "X-PUBLISHED-TTL",
        "X-WR-CALNAME",
    ];
    assert_eq!(names, BTreeSet::from(known));
    let uids = |text: &str| text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect();
    let (here, there): (BTreeSet<String>, BTreeSet<String>) = (uids(&text), uids(&busy(&other)));
    assert_eq!((here.len(), here.intersection(&there).count()), (2, 0));
    assert!(!text.contains("6f9619ff8b86d011b42d00c04fc964ff"));
    assert_eq!(text, busy(&digest));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_times_are_read_as_they_are(times in prop::collection::vec(any_time(), 0..20)) {
        let meetings: Vec<_> = times
            .into_iter()
            .enumerate()
            .map(|(index, (zone, interval))| {
                Meeting { id: format!("m-{index}").parse().unwrap(), zone, interval, ..review() }
            })
            .collect();
        let read: Vec<_> = read_all(&feed(&meetings)).iter().map(|event| event.instants()).collect();
        let written = meetings.iter().map(|meeting| (meeting.interval.start(), meeting.interval.end()));
        prop_assert_eq!(read, written.collect::<Vec<_>>());
    }
}
