//! A calendar program behind one address, as RFC 5546 wants it: of two messages about a meeting it believes
//! the one with the higher `SEQUENCE`, and of two with the same the one that was written later.

use std::collections::BTreeMap;

use local::embedded::ses::SentMail;

/// What it shows, and the last message that it believed.
#[derive(Debug, Default)]
pub(crate) struct CalendarProgram {
    meetings: BTreeMap<String, Known>,
}

/// What it knows of a meeting.
#[derive(Debug, Default)]
struct Known {
    shows: Option<Entry>,
    newest: (u64, String),
    organizer: Option<String>,
}

/// A meeting as it shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// As in `DTSTART`.
    pub(crate) start: String,
    pub(crate) location: Option<String>,
    /// The address of the participant who organizes it. Their own copy names no participants.
    pub(crate) chair: Option<String>,
}

impl CalendarProgram {
    /// The program after all mails to `address`.
    pub(crate) fn after(mails: &[SentMail], address: &str) -> Self {
        let mut program = Self::default();
        let objects =
            mails.iter().filter(|mail| mail.to == address).filter_map(|mail| mail.calendar.as_ref());
        objects.for_each(|object| program.take(&object.replace("\r\n ", "")));
        program
    }

    /// All that it shows.
    pub(crate) fn shows(&self) -> Vec<&Entry> {
        self.meetings.values().filter_map(|known| known.shows.as_ref()).collect()
    }

    fn take(&mut self, object: &str) {
        let properties: Vec<_> = object.lines().filter_map(|line| line.split_once(':')).collect();
        let find = |name: &str| {
            let named = |(key, _): &&(&str, &str)| key.split(';').next() == Some(name);
            properties.iter().find(named).map(|(_, value)| (*value).to_owned())
        };
        let property = |name: &str| find(name).unwrap_or_else(|| panic!("no {name} in {object}"));
        let known = self.meetings.entry(property("UID")).or_default();
        let version = (property("SEQUENCE").parse().unwrap(), property("DTSTAMP"));
        if version < known.newest {
            return;
        }
        let (method, organizer) = (property("METHOD"), property("ORGANIZER"));
        let told = known.organizer.get_or_insert_with(|| organizer.clone());
        assert!(known.shows.is_none() || *told == organizer, "{told} organizes it, not {organizer}");
        known.newest = version;
        known.organizer = Some(organizer);
        known.shows = (method != "CANCEL").then(|| {
            let chair = properties.iter().find(|(key, _)| key.contains("ROLE=CHAIR"));
            let chair = chair.map(|(_, value)| value.strip_prefix("mailto:").unwrap().to_owned());
            assert_eq!(method, if chair.is_some() { "REQUEST" } else { "PUBLISH" });
            Entry { start: property("DTSTART"), location: find("LOCATION"), chair }
        });
    }
}
