//! A person's meetings as one calendar that programs subscribe to: they read it again and again, and show
//! what it has then.
//!
//! A meeting has the same `UID`, `SEQUENCE` and times as in its invitation. Each of its TZIDs has one
//! definition, and a definition is right wherever it is used (see [`timezone`](super::timezone)), so that a
//! calendar over years has as many as it needs. Nothing in it depends on when it is written: while no meeting
//! changes, it stays the same to the last byte.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::content::Content;
use super::timezone::Definitions;
use super::{Identity, Method, Times, write_event, write_organizer, write_times};
use crate::domain::{FeedDigest, Meeting};

/// How often a program is asked to read a feed again (RFC 5545, section 3.3.6).
const INTERVAL: &str = "PT1H";

/// A calendar to subscribe to.
#[derive(Clone, Copy, Debug)]
pub struct Feed<'a> {
    /// What programs call it.
    pub name: &'a str,
    /// All of them take place.
    pub meetings: &'a [Meeting],
    /// How much it tells of them.
    pub detail: FeedDetail<'a>,
}

/// How much a feed tells of each meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedDetail<'a> {
    /// What an invitation tells, but for the people who are invited.
    All,
    /// Times, of the feed with that digest: neither texts nor people nor zones. An event has another `UID`
    /// than its meeting, so that no program takes it for the invitation, and nobody learns the meeting's id.
    Busy(&'a FeedDigest),
}

impl Feed<'_> {
    /// The iCalendar object.
    pub fn text(&self) -> String {
        let mut content = Content::default();
        content.block("VCALENDAR", |content| {
            content.plain("VERSION", "2.0");
            content.plain("PRODID", "-//Tactful//Tactful//EN");
            content.plain("METHOD", Method::Publish.as_str());
            // RFC 7986, sections 5.1 and 5.7, and what programs knew before it.
            content.text("NAME", self.name);
            content.text("X-WR-CALNAME", self.name);
            content.line("REFRESH-INTERVAL", &[("VALUE", "DURATION")], INTERVAL);
            content.plain("X-PUBLISHED-TTL", INTERVAL);
            match self.detail {
                FeedDetail::All => self.write_meetings(content),
                FeedDetail::Busy(digest) => {
                    self.meetings.iter().for_each(|meeting| write_busy(content, meeting, digest));
                }
            }
        });
        content.into_text()
    }

    fn write_meetings(&self, content: &mut Content) {
        let mut known = Definitions::default();
        let times: Vec<_> = self.meetings.iter().map(|meeting| Times::by(&mut known, meeting)).collect();
        let definitions = times.iter().filter_map(|times| times.definition.as_ref());
        let definitions: BTreeMap<&str, _> = definitions.map(|one| (one.id(), one)).collect();
        definitions.values().for_each(|definition| definition.write(content));
        for (meeting, times) in self.meetings.iter().zip(&times) {
            content.block("VEVENT", |content| write_meeting(content, meeting, times));
        }
    }
}

fn write_meeting(content: &mut Content, meeting: &Meeting, times: &Times) {
    write_event(content, meeting, times, sequence(meeting), stamp(meeting));
    // RFC 5546, section 3.2.1, asks for it, and forbids to name those who are invited.
    if let Some(organizer) = meeting.organizer() {
        write_organizer(content, organizer, &organizer.email, None);
    }
    content.plain("STATUS", "CONFIRMED");
}

fn write_busy(content: &mut Content, meeting: &Meeting, digest: &FeedDigest) {
    let times = Times::in_utc(meeting);
    content.block("VEVENT", |content| {
        let id = Sha256::new().chain_update(digest.as_str()).chain_update(meeting.id.as_str()).finalize();
        content.text("UID", &format!("{}@tactful", hex::encode(&id[..16])));
        // Neither how often the meeting was changed nor when: by that, two such feeds would show that they
        // share it.
        write_times(content, &times, 0, DateTime::UNIX_EPOCH);
        content.plain("SUMMARY", "Busy");
        content.plain("TRANSP", "OPAQUE");
    });
}

/// That of an invitation to the version.
fn sequence(meeting: &Meeting) -> u64 {
    Identity::of(meeting).sequence
}

/// When the meeting changed last. Of one that an earlier release wrote nobody knows it: it is older than
/// every invitation.
fn stamp(meeting: &Meeting) -> DateTime<Utc> {
    meeting.changed_at.unwrap_or_default()
}
