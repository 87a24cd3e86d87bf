//! What a mail says. The wording is in `templates/`: `base.txt` and `base.html` hold what all mails have in
//! common, the two files named after a mail hold its first sentence, and `subject.txt` holds the subjects.

use std::borrow::Cow;

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::phrases::{Time, distance, listed, new_rules, outlook, overlap_by_rules};
use super::size;
use crate::domain::text::inline;
use crate::domain::{CalendarUpdate, Description, Event, Link, Location, Meeting, Participant, Role, User};

/// What the templates are filled with. What people wrote stands on one line with words of ours and is
/// therefore [`inline`]; only the lines of the description stand alone.
pub(super) struct MailContent<'a> {
    /// What it brings to the reader's calendar; `None` for a reminder.
    update: Option<&'a CalendarUpdate>,
    subject: String,
    name: Cow<'a, str>,
    title: String,
    /// Whether the title is the meeting's own; an untitled one goes by its organizer.
    titled: bool,
    /// Its old title, where that has changed.
    was_called: Option<String>,
    /// Which of time, title, place and address for replies are new, such as `time and place`; empty if none
    /// is.
    renewed: String,
    /// Whose meeting it is, unless it is the reader's own.
    organizer: Option<Person<'a>>,
    /// How long until it starts, such as `in 1 hour`.
    distance: String,
    /// The same as a sentence of its own.
    outlook: Option<String>,
    when: Option<Time>,
    /// Its old time, where that no longer holds.
    was: Option<Time>,
    place: Option<Place<'a>>,
    /// Why its time is new, where new rules of its zone are the reason.
    rules: Option<String>,
    /// That it overlaps other meetings of its organizer, where such rules are the reason.
    overlap: Option<String>,
    /// Its old place, where that has changed.
    was_at: Option<Cow<'a, str>>,
    pub(super) people: Vec<Person<'a>>,
    /// How many of the people are named.
    pub(super) people_shown: usize,
    pub(super) description: Vec<&'a str>,
    /// How many characters of the description are shown, a line's end counted as one.
    pub(super) description_shown: usize,
}

impl<'a> MailContent<'a> {
    /// The content for `reader`, who may see all of `meeting` as it is given.
    pub(super) fn new(
        meeting: &'a Meeting,
        reader: &'a User,
        update: Option<&'a CalendarUpdate>,
        now: DateTime<Utc>,
    ) -> Self {
        let start = reader.zone.local(meeting.interval.start());
        let title = inline(&meeting.heading()).into_owned();
        let start = start.format("%a %-d %b %H:%M").to_string();
        let subject = Subject { update, title: &title, start }.to_string();
        let description: Vec<_> = meeting.description.iter().flat_map(Description::lines).collect();
        let content = MailContent {
            update,
            subject,
            name: inline(reader.name.as_str()),
            title,
            titled: meeting.title.is_some(),
            was_called: None,
            renewed: String::new(),
            organizer: meeting.organizer().filter(|who| who.user_id != reader.id).map(Person::new),
            distance: distance(meeting.interval.start() - now),
            outlook: None,
            when: Some(Time::new(meeting.interval, reader.zone, meeting.zone)),
            was: None,
            rules: None,
            overlap: None,
            place: meeting.location.as_ref().map(Place::new),
            was_at: None,
            people: meeting.participants.iter().map(Person::new).collect(),
            people_shown: meeting.participants.len(),
            description_shown: size::characters(&description),
            description,
        };
        let outlook = || Some(outlook(meeting.interval, now));
        let content = match update {
            None => content,
            Some(CalendarUpdate::Invite(_)) => MailContent { outlook: outlook(), ..content },
            Some(CalendarUpdate::Change { before, .. }) => {
                MailContent { outlook: outlook(), ..content }.marking_what_changed(before, meeting, reader)
            }
            Some(
                CalendarUpdate::Cancel { .. }
                | CalendarUpdate::Remove { .. }
                | CalendarUpdate::Withdraw { .. },
            ) => content.without_time_or_link(),
        };
        content.within_limit()
    }

    /// With the old time, title and place beside those that are new.
    fn marking_what_changed(self, before: &'a Event, meeting: &Meeting, reader: &User) -> Self {
        let moved = before.interval != meeting.interval;
        let renamed = before.title != meeting.title;
        let elsewhere = before.location != meeting.location;
        let was_at = if elsewhere { before.location.as_ref() } else { None };
        let reachable_elsewhere = !before.has_same_organizer(&Event::of(meeting));
        let rules = if moved { new_rules(meeting, before.interval) } else { None };
        // Their own clock shows the same as before. What it would show at the old time by the new rules is
        // nothing that they were ever told.
        let same_hour = rules.is_some() && reader.zone == meeting.zone;
        let renewed = [
            ("time", moved && !same_hour),
            ("title", renamed),
            ("place", elsewhere && self.place.is_some()),
            ("address for replies", reachable_elsewhere),
        ];
        let renewed: Vec<_> = renewed.into_iter().filter(|(_, new)| *new).map(|(word, _)| word).collect();
        MailContent {
            renewed: listed(&renewed),
            was: (moved && !same_hour).then(|| Time::of_reader(before.interval, reader.zone)),
            rules,
            overlap: if moved { overlap_by_rules(meeting, reader) } else { None },
            was_called: renamed.then(|| inline(&meeting.heading_with(before.title.as_ref())).into_owned()),
            was_at: was_at.map(|place| inline(place.as_str())),
            ..self
        }
    }

    /// With the time as one that no longer holds, and no link to follow.
    fn without_time_or_link(self) -> Self {
        let place = self.place.map(|place| Place { link: None, ..place });
        MailContent { was: self.when, when: None, place, ..self }
    }

    /// What to do with the attached file, which the calendar of whoever organizes the meeting takes in only
    /// by hand. Some calendars add a changed event beside the old one.
    pub(super) fn advice(&self) -> Option<&'static str> {
        if self.organizer.is_some() {
            return None;
        }
        match self.update? {
            CalendarUpdate::Invite(_) => Some("Open the attached file to add it to your calendar."),
            CalendarUpdate::Change { .. } => Some(
                "Open the attached file to update your calendar. If it then shows the meeting twice, delete the old \
                 entry.",
            ),
            CalendarUpdate::Cancel { .. }
            | CalendarUpdate::Remove { .. }
            | CalendarUpdate::Withdraw { .. } => {
                Some("Open the attached file to remove it from your calendar, or delete it there yourself.")
            }
        }
    }

    /// The subject line.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    /// The mail as plain text.
    pub(super) fn text(&self) -> String {
        let content = self;
        match self.update {
            None => Text::Reminder { content },
            Some(CalendarUpdate::Invite(_)) => Text::Invitation { content },
            Some(CalendarUpdate::Change { .. }) => Text::Update { content },
            Some(CalendarUpdate::Cancel { .. }) => Text::Cancellation { content },
            Some(CalendarUpdate::Remove { .. }) => Text::Removal { content },
            Some(CalendarUpdate::Withdraw { .. }) => Text::Withdrawal { content },
        }
        .to_string()
    }

    /// The mail as an HTML page.
    pub(super) fn html(&self) -> String {
        let content = self;
        match self.update {
            None => Html::Reminder { content },
            Some(CalendarUpdate::Invite(_)) => Html::Invitation { content },
            Some(CalendarUpdate::Change { .. }) => Html::Update { content },
            Some(CalendarUpdate::Cancel { .. }) => Html::Cancellation { content },
            Some(CalendarUpdate::Remove { .. }) => Html::Removal { content },
            Some(CalendarUpdate::Withdraw { .. }) => Html::Withdrawal { content },
        }
        .to_string()
    }
}

#[derive(Template)]
#[template(path = "subject.txt")]
struct Subject<'a> {
    update: Option<&'a CalendarUpdate>,
    title: &'a str,
    /// The start by the reader's clock, such as `Tue 1 Dec 10:00`.
    start: String,
}

#[derive(Template)]
enum Text<'a> {
    #[template(path = "reminder.txt")]
    Reminder { content: &'a MailContent<'a> },
    #[template(path = "invitation.txt")]
    Invitation { content: &'a MailContent<'a> },
    #[template(path = "update.txt")]
    Update { content: &'a MailContent<'a> },
    #[template(path = "cancellation.txt")]
    Cancellation { content: &'a MailContent<'a> },
    #[template(path = "removal.txt")]
    Removal { content: &'a MailContent<'a> },
    #[template(path = "withdrawal.txt")]
    Withdrawal { content: &'a MailContent<'a> },
}

#[derive(Template)]
enum Html<'a> {
    #[template(path = "reminder.html")]
    Reminder { content: &'a MailContent<'a> },
    #[template(path = "invitation.html")]
    Invitation { content: &'a MailContent<'a> },
    #[template(path = "update.html")]
    Update { content: &'a MailContent<'a> },
    #[template(path = "cancellation.html")]
    Cancellation { content: &'a MailContent<'a> },
    #[template(path = "removal.html")]
    Removal { content: &'a MailContent<'a> },
    #[template(path = "withdrawal.html")]
    Withdrawal { content: &'a MailContent<'a> },
}

pub(super) struct Person<'a> {
    name: Cow<'a, str>,
    /// The address of who organizes the meeting: anybody may choose their name.
    address: Option<Cow<'a, str>>,
    organizes: bool,
}

impl<'a> Person<'a> {
    fn new(participant: &'a Participant) -> Self {
        let (name, organizes) = (participant.shown_name(), participant.role == Role::Organizer);
        let address = participant.shown_address();
        let address = if organizes && address != name { Some(address) } else { None };
        Person { name, address, organizes }
    }
}

struct Place<'a> {
    text: Cow<'a, str>,
    /// The link in it, if there is one that is safe to follow.
    link: Option<Anchor<'a>>,
}

impl<'a> Place<'a> {
    fn new(location: &'a Location) -> Self {
        Place { text: inline(location.as_str()), link: location.link().map(Anchor::new) }
    }
}

struct Anchor<'a> {
    before: Cow<'a, str>,
    text: Cow<'a, str>,
    after: Cow<'a, str>,
    url: Url,
}

impl<'a> Anchor<'a> {
    fn new(link: Link<'a>) -> Self {
        Anchor {
            before: inline(link.before),
            text: inline(link.text),
            after: inline(link.after),
            url: link.url,
        }
    }
}
