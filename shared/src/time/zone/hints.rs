use chrono_tz::TZ_VARIANTS;

use super::windows;

/// A zone name that the tzdb doesn't know, and up to three that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct UnknownZone {
    given: String,
    near: Vec<&'static str>,
}

impl UnknownZone {
    pub(super) fn new(given: &str) -> UnknownZone {
        UnknownZone { near: near(given), given: given.chars().take(LONGEST).collect() }
    }

    /// Up to three names that may have been meant, the likeliest first.
    pub fn near(&self) -> &[&'static str] {
        &self.near
    }

    fn message(&self) -> String {
        let given = &self.given;
        let mut message = match self.near.as_slice() {
            [] => format!("{given:?} is no IANA time zone; use a name such as \"Europe/Madrid\" or \"UTC\""),
            names => format!("{given:?} is no IANA time zone; did you mean {}?", names.join(", ")),
        };
        if self.near.iter().any(|name| name.starts_with("Etc/GMT-") || name.starts_with("Etc/GMT+")) {
            message.push_str(" (the sign in Etc/ names is reversed: Etc/GMT-2 is two hours ahead of UTC)");
        }
        message
    }
}

/// Longer input isn't compared with the names: it can't be one.
const LONGEST: usize = 64;
const MOST: usize = 3;
/// Names that are less like the input (0 to 1) are no hints.
const LIKE: f64 = 0.84;

/// Abbreviations that people write instead of a zone, and zones that may be meant.
const ABBREVIATIONS: &[(&str, &[&str])] = &[
    ("ACST", &["Australia/Adelaide", "Australia/Darwin"]),
    ("AEDT", &["Australia/Sydney", "Australia/Melbourne"]),
    ("AEST", &["Australia/Sydney", "Australia/Brisbane"]),
    ("AKST", &["America/Anchorage"]),
    ("AST", &["America/Halifax", "America/Puerto_Rico"]),
    ("AWST", &["Australia/Perth"]),
    ("BRT", &["America/Sao_Paulo"]),
    ("BST", &["Europe/London"]),
    ("CDT", &["America/Chicago", "CST6CDT"]),
    ("CEST", &["Europe/Berlin", "Europe/Paris", "CET"]),
    ("CST", &["America/Chicago", "Asia/Shanghai", "CST6CDT"]),
    ("EDT", &["America/New_York", "EST5EDT"]),
    ("EEST", &["Europe/Helsinki", "Europe/Athens", "EET"]),
    ("HKT", &["Asia/Hong_Kong"]),
    ("IST", &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ("JST", &["Asia/Tokyo"]),
    ("KST", &["Asia/Seoul"]),
    ("MDT", &["America/Denver", "MST7MDT"]),
    ("MSK", &["Europe/Moscow"]),
    ("NST", &["America/St_Johns"]),
    ("NZDT", &["Pacific/Auckland"]),
    ("NZST", &["Pacific/Auckland"]),
    ("PDT", &["America/Los_Angeles", "PST8PDT"]),
    ("PKT", &["Asia/Karachi"]),
    ("PST", &["America/Los_Angeles", "PST8PDT"]),
    ("SAST", &["Africa/Johannesburg"]),
    ("SGT", &["Asia/Singapore"]),
    ("WEST", &["Europe/Lisbon", "WET"]),
    ("WIB", &["Asia/Jakarta"]),
    ("Z", &["UTC"]),
];

fn near(given: &str) -> Vec<&'static str> {
    if given.chars().count() > LONGEST {
        return Vec::new();
    }
    if let Some((_, names)) = ABBREVIATIONS.iter().find(|(short, _)| short.eq_ignore_ascii_case(given)) {
        return names.to_vec();
    }
    // In a query, an unescaped plus arrives as a space.
    if let Some(name) = known(&given.replace(' ', "+")) {
        return vec![name];
    }
    let known = windows::iana_name(given).or_else(|| fixed_offset(given));
    known.map_or_else(|| alike(given), |name| vec![name])
}

/// The tzdb's zone for a whole-hour offset such as `GMT+2`, `UTC-5` or `+02:00`. The sign in its name is
/// reversed.
fn fixed_offset(given: &str) -> Option<&'static str> {
    let upper = given.to_ascii_uppercase().replace(' ', "");
    let bare = upper.strip_prefix("GMT").or_else(|| upper.strip_prefix("UTC")).unwrap_or(&upper);
    let (reversed, hours) = match bare.split_at_checked(1)? {
        ("+", hours) => ('-', hours),
        ("-", hours) => ('+', hours),
        _ => return None,
    };
    let hours = match (hours.strip_suffix(":00"), hours.len()) {
        (Some(hours), _) => hours,
        (None, 4) => hours.strip_suffix("00")?,
        _ => hours,
    };
    let name = match hours.parse::<u8>().ok()? {
        0 => "UTC".to_owned(),
        hours => format!("Etc/GMT{reversed}{hours}"),
    };
    known(&name)
}

/// The name of the tzdb that `name` is but for its case.
fn known(name: &str) -> Option<&'static str> {
    TZ_VARIANTS.iter().map(|tz| tz.name()).find(|known| known.eq_ignore_ascii_case(name))
}

/// The names most like `given`, as a whole or in their last part: people know their city, not the continent's
/// spelling.
fn alike(given: &str) -> Vec<&'static str> {
    let plain = |name: &str| name.to_ascii_lowercase().replace([' ', '-'], "_");
    let given = plain(given);
    let mut scored: Vec<(f64, &'static str)> = TZ_VARIANTS
        .iter()
        .map(|tz| {
            let name = plain(tz.name());
            let city = name.rsplit('/').next().unwrap_or(&name);
            let likeness = strsim::jaro_winkler(&given, &name).max(strsim::jaro_winkler(&given, city));
            (likeness, tz.name())
        })
        .filter(|(likeness, _)| *likeness >= LIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    // An exact match leaves out the names that are only similar.
    let certain = scored.iter().any(|(likeness, _)| *likeness == 1.0);
    let shown = scored.into_iter().filter(|(likeness, _)| !certain || *likeness == 1.0);
    shown.take(MOST).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Zone;
    use super::*;

    fn hints(given: &str) -> Vec<&'static str> {
        given.parse::<Zone>().unwrap_err().near
    }

    #[test]
    fn common_spellings_suggest_the_right_zone() {
        for (given, first) in [
            ("Madrid", "Europe/Madrid"),
            ("Europe/Madird", "Europe/Madrid"),
            ("new york", "America/New_York"),
            ("America/New York", "America/New_York"),
            ("kiev", "Europe/Kiev"),
            ("PST", "America/Los_Angeles"),
            ("cest", "Europe/Berlin"),
            ("Pacific Standard Time", "America/Los_Angeles"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("Eastern Daylight Time", "America/New_York"),
            ("GMT+2", "Etc/GMT-2"),
            ("UTC-05:00", "Etc/GMT+5"),
            ("+0100", "Etc/GMT-1"),
            ("utc +00:00", "UTC"),
            ("Etc/GMT 5", "Etc/GMT+5"),
            ("etc/gmt 5", "Etc/GMT+5"),
            ("Z", "UTC"),
        ] {
            assert_eq!(hints(given).first(), Some(&first), "{given}");
        }
    }

    #[test]
    fn every_hint_is_a_zone_and_there_are_at_most_three() {
        for (short, names) in ABBREVIATIONS {
            assert!(names.len() <= MOST && names.iter().all(|name| name.parse::<Zone>().is_ok()), "{short}");
        }
        for given in ["", " ", "Europe", "/", "GMT+15", "+05:30", "ÀÉ", "+é", "America/Argentina"] {
            assert!(hints(given).len() <= MOST, "{given}");
        }
    }

    #[test]
    fn the_message_says_what_to_write_instead() {
        let message = |given: &str| given.parse::<Zone>().unwrap_err().to_string();
        assert_eq!(message("Madrid"), "\"Madrid\" is no IANA time zone; did you mean Europe/Madrid?");
        assert!(message("GMT+2").contains("Etc/GMT-2") && message("GMT+2").contains("ahead of UTC"));
        assert!(message("qqqq").contains("such as \"Europe/Madrid\""));
    }

    #[test]
    fn a_huge_or_dirty_name_is_cut_and_escaped() {
        let message = "\u{7}x".repeat(40_000).parse::<Zone>().unwrap_err().to_string();
        assert!(message.len() < 700 && !message.contains('\u{7}'), "{message}");
    }
}
