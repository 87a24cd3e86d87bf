//! What a mail says. The wording is in `templates/`: `base.txt` and `base.html` are what all mails have in common, the two
//! files named after a mail are what it says first.

use std::borrow::Cow;

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::phrases::{When, distance, listed, outlook, when};
use crate::domain::text::inline;
use crate::domain::{Description, Event, Link, Location, Meeting, Participant, Role, User};
use crate::time::{Interval, Zone};

/// Why a mail is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Occasion<'a> {
    /// The meeting starts soon.
    Reminder,
    /// It was put on the reader's calendar.
    Invitation,
    /// It was changed. The reader was told this before.
    Update(&'a Event),
    /// It no longer takes place. The reader was told this before.
    Cancellation(&'a Event),
    /// The reader no longer takes part in it, and is told of it as they know it.
    Removal,
}

impl Occasion<'_> {
    /// One word for it.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Occasion::Reminder => "reminder",
            Occasion::Invitation => "invitation",
            Occasion::Update(_) => "update",
            Occasion::Cancellation(_) => "cancellation",
            Occasion::Removal => "removal",
        }
    }
}

/// What the templates are filled with. All that people wrote stands beside words of ours, but for the description, whose lines
/// are theirs alone.
pub(super) struct MailContent<'a> {
    occasion: Occasion<'a>,
    subject: String,
    name: Cow<'a, str>,
    title: String,
    /// Whether the title is the meeting's own, and not made up for one that has none.
    titled: bool,
    /// What it went by before, where it goes by something else now.
    was_called: Option<String>,
    /// Which of time, title and place are new: `time and place`; empty if none is.
    renewed: String,
    /// Whose meeting it is, unless it is the reader's own.
    organizer: Option<Cow<'a, str>>,
    /// How long until it starts: `in 1 hour`.
    distance: String,
    /// The same as a sentence of its own.
    outlook: Option<String>,
    when: Option<Time>,
    /// When it was to be, where it is no longer then.
    was: Option<Time>,
    place: Option<Place<'a>>,
    /// Where it was to be, where it is no longer there.
    was_at: Option<Cow<'a, str>>,
    people: Vec<Person<'a>>,
    description: Vec<&'a str>,
}

impl<'a> MailContent<'a> {
    /// All that there is to say.
    pub(super) fn new(
        occasion: Occasion<'a>,
        meeting: &'a Meeting,
        reader: &'a User,
        now: DateTime<Utc>,
    ) -> Self {
        let shown = match occasion {
            Occasion::Cancellation(told) => told.interval,
            _ => meeting.interval,
        };
        let start = reader.zone.local(shown.start());
        let title = inline(&meeting.heading()).into_owned();
        let subject = format!("{}: {title}, {}", subject_word(occasion), start.format("%a %-d %b %H:%M"));
        let content = MailContent {
            occasion,
            subject,
            name: inline(reader.name.as_str()),
            title,
            titled: meeting.title.is_some(),
            was_called: None,
            renewed: String::new(),
            organizer: meeting
                .organizer()
                .filter(|who| who.user_id != reader.id)
                .map(|who| inline(who.name.as_str())),
            distance: distance(meeting.interval.start() - now),
            outlook: None,
            when: Some(Time::new(shown, reader.zone, meeting.zone)),
            was: None,
            place: meeting.location.as_ref().map(Place::new),
            was_at: None,
            people: meeting.participants.iter().map(Person::new).collect(),
            description: meeting.description.iter().flat_map(Description::lines).collect(),
        };
        let outlook = || Some(outlook(meeting.interval, now));
        match occasion {
            Occasion::Reminder => content,
            Occasion::Invitation => MailContent { outlook: outlook(), ..content },
            Occasion::Update(told) => {
                MailContent { outlook: outlook(), ..content }.marking_what_changed(told, meeting, reader)
            }
            Occasion::Cancellation(_) | Occasion::Removal => content.without_time_or_link(),
        }
    }

    /// With what it said before beside all that is new.
    fn marking_what_changed(self, told: &'a Event, meeting: &Meeting, reader: &User) -> Self {
        let moved = told.interval != meeting.interval;
        let renamed = told.title != meeting.title;
        let elsewhere = told.location != meeting.location;
        let renewed = [("time", moved), ("title", renamed), ("place", elsewhere && self.place.is_some())];
        let renewed: Vec<_> = renewed.into_iter().filter(|(_, new)| *new).map(|(word, _)| word).collect();
        MailContent {
            renewed: listed(&renewed),
            was: moved.then(|| Time::of_reader(told.interval, reader.zone)),
            was_called: renamed.then(|| inline(&meeting.heading_with(told.title.as_ref())).into_owned()),
            was_at: told.location.as_ref().filter(|_| elsewhere).map(|place| inline(place.as_str())),
            ..self
        }
    }

    fn without_time_or_link(self) -> Self {
        let place = self.place.map(|place| Place { link: None, ..place });
        MailContent { was: self.when, when: None, place, ..self }
    }

    /// The subject line.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    /// The mail as plain text.
    pub(super) fn text(&self) -> String {
        let content = self;
        match self.occasion {
            Occasion::Reminder => Text::Reminder { content },
            Occasion::Invitation => Text::Invitation { content },
            Occasion::Update(_) => Text::Update { content },
            Occasion::Cancellation(_) => Text::Cancellation { content },
            Occasion::Removal => Text::Removal { content },
        }
        .to_string()
    }

    /// The mail as an HTML page.
    pub(super) fn html(&self) -> String {
        let content = self;
        match self.occasion {
            Occasion::Reminder => Html::Reminder { content },
            Occasion::Invitation => Html::Invitation { content },
            Occasion::Update(_) => Html::Update { content },
            Occasion::Cancellation(_) => Html::Cancellation { content },
            Occasion::Removal => Html::Removal { content },
        }
        .to_string()
    }
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
}

/// A time by the reader's clock, and by the meeting's where that shows another.
struct Time {
    here: When,
    there: Option<When>,
}

impl Time {
    fn new(interval: Interval, reader: Zone, meeting: Zone) -> Self {
        let (here, there) = (when(interval, reader), when(interval, meeting));
        Time { there: (there.hours != here.hours).then_some(there), here }
    }

    fn of_reader(interval: Interval, reader: Zone) -> Self {
        Time { here: when(interval, reader), there: None }
    }
}

struct Person<'a> {
    name: Cow<'a, str>,
    organizes: bool,
}

impl<'a> Person<'a> {
    fn new(participant: &'a Participant) -> Self {
        Person { name: inline(participant.name.as_str()), organizes: participant.role == Role::Organizer }
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

fn subject_word(occasion: Occasion<'_>) -> &'static str {
    match occasion {
        Occasion::Reminder => "Reminder",
        Occasion::Invitation => "Invitation",
        Occasion::Update(_) => "Updated",
        Occasion::Cancellation(_) | Occasion::Removal => "Cancelled",
    }
}
