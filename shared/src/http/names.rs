//! Which field a client meant by a name that no field has.

/// Other words for a field, as other calendars have them, without separators and in lower case.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("attendees", &["participants"]),
    ("begin", &["start_time", "start"]),
    ("body", &["description"]),
    ("businesshours", &["working_hours"]),
    ("createdby", &["creator_id"]),
    ("creator", &["creator_id"]),
    ("date", &["from"]),
    ("dnd", &["do_not_disturb"]),
    ("dndend", &["dnd_end_time"]),
    ("dndstart", &["dnd_start_time"]),
    ("duration", &["duration_minutes", "min_minutes", "end_time"]),
    ("emails", &["participants", "email"]),
    ("end", &["end_time", "until"]),
    ("finish", &["end_time", "end"]),
    ("from", &["start_time", "start"]),
    ("fullname", &["name"]),
    ("guests", &["participants"]),
    ("holidays", &["exceptions"]),
    ("hours", &["windows", "weekly"]),
    ("id", &["user_id", "meeting_id"]),
    ("invitees", &["participants"]),
    ("notes", &["description"]),
    ("officehours", &["working_hours"]),
    ("organiserid", &["creator_id"]),
    ("organizer", &["creator_id"]),
    ("organizerid", &["creator_id"]),
    ("place", &["location"]),
    ("preview", &["dry_run"]),
    ("quietend", &["dnd_end_time"]),
    ("quiethours", &["do_not_disturb"]),
    ("quietstart", &["dnd_start_time"]),
    ("reminder", &["notification_interval"]),
    ("reminders", &["notification_interval"]),
    ("simulate", &["dry_run"]),
    ("start", &["start_time", "from"]),
    ("subject", &["title"]),
    ("summary", &["title"]),
    ("times", &["windows", "weekly"]),
    ("to", &["end_time", "end", "until"]),
    ("tz", &["time_zone", "timezone"]),
    ("until", &["end_time", "end"]),
    ("userid", &["user_id", "creator_id"]),
    ("validateonly", &["dry_run"]),
    ("week", &["weekly"]),
    ("weekday", &["days"]),
    ("weekdays", &["days"]),
    ("where", &["location"]),
    ("zone", &["time_zone", "timezone"]),
];

/// Names that are less like a field's (0 to 1) mean another one.
const LIKE: f64 = 0.8;

/// The field among `known` that `name` may mean: the same words in another spelling, then another word for
/// it, then the name most like it.
pub(super) fn meant(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let plain = plain(name);
    if let Some(same) = known.iter().find(|field| self::plain(field) == plain) {
        return Some(same);
    }
    let words = SYNONYMS.iter().find(|(word, _)| *word == plain).map_or(&[][..], |(_, fields)| fields);
    if let Some(field) = words.iter().find(|field| known.contains(field)) {
        return Some(field);
    }
    let likeness = |field: &&&'static str| strsim::jaro_winkler(field, name);
    let near = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    if likeness(&near) > LIKE { Some(near) } else { None }
}

/// `startTime`, `start-time` and `Start_Time` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: [&str; 5] = ["email", "name", "timezone", "dnd_start_time", "dnd_end_time"];
    const MEETING: [&str; 6] =
        ["creator_id", "time_zone", "start_time", "end_time", "participants", "notification_interval"];

    #[test]
    fn another_spelling_or_word_means_the_documented_field() {
        for (name, field) in [
            ("timeZone", "time_zone"),
            ("timezon", "time_zone"),
            ("startTime", "start_time"),
            ("start", "start_time"),
            ("END-TIME", "end_time"),
            ("creatorId", "creator_id"),
            ("user_id", "creator_id"),
            ("attendees", "participants"),
            ("participant", "participants"),
            ("reminders", "notification_interval"),
        ] {
            assert_eq!(meant(name, &MEETING), Some(field), "{name}");
        }
        for (name, field) in [
            ("timeZone", "timezone"),
            ("tz", "timezone"),
            ("Email", "email"),
            ("e-mail", "email"),
            ("dndStart", "dnd_start_time"),
        ] {
            assert_eq!(meant(name, &USER), Some(field), "{name}");
        }
        for name in ["", "colour", "é"] {
            assert_eq!(meant(name, &MEETING), None, "{name}");
        }
    }

    #[test]
    fn words_are_in_the_form_in_which_they_are_looked_up() {
        assert!(SYNONYMS.is_sorted(), "in order");
        for (word, _) in SYNONYMS {
            assert_eq!(plain(word), *word);
        }
    }
}
