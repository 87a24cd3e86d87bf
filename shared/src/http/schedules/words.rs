//! Hours in the words that people use for them.

use chrono::{Weekday, WeekdaySet};

use crate::time::{WeeklyWindow, Window};

/// More windows than these are only counted.
const MOST: usize = 3;

/// The windows of a week in a sentence, such as `22:00 to 07:00 on weekdays and 23:30 to 10:00 on weekends`.
pub fn week_in_words(weekly: &[WeeklyWindow]) -> String {
    let shown =
        weekly.iter().take(MOST).map(|weekly| format!("{} {}", times(weekly.window), days(weekly.days)));
    let mut parts: Vec<_> = shown.collect();
    if weekly.len() > MOST {
        parts.push(format!("{} more", weekly.len() - MOST));
    }
    listed(&parts)
}

fn times(window: Window) -> String {
    if window.is_whole_day() {
        "all day".to_owned()
    } else {
        format!("{} to {}", window.start(), window.end())
    }
}

fn days(days: WeekdaySet) -> String {
    let weekend = WeekdaySet::from_array([Weekday::Sat, Weekday::Sun]);
    if days == WeekdaySet::ALL {
        "every day".to_owned()
    } else if days == weekend {
        "on weekends".to_owned()
    } else if days == WeekdaySet::ALL.difference(weekend) {
        "on weekdays".to_owned()
    } else {
        let names: Vec<_> = days.iter(Weekday::Mon).map(name).map(str::to_owned).collect();
        format!("on {}", listed(&names))
    }
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Mondays",
        Weekday::Tue => "Tuesdays",
        Weekday::Wed => "Wednesdays",
        Weekday::Thu => "Thursdays",
        Weekday::Fri => "Fridays",
        Weekday::Sat => "Saturdays",
        Weekday::Sun => "Sundays",
    }
}

/// `a`, `a and b`, or `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_told_as_people_tell_it() {
        let week = |windows: &[(&[Weekday], &str, &str)]| {
            let window = |(days, start, end): &(&[Weekday], &str, &str)| WeeklyWindow {
                days: days.iter().copied().collect(),
                window: Window::new(start.parse().unwrap(), end.parse().unwrap()).unwrap(),
            };
            week_in_words(&windows.iter().map(window).collect::<Vec<_>>())
        };
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        let (weekdays, weekend) = ([Mon, Tue, Wed, Thu, Fri], [Sat, Sun]);
        let all = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];
        for (windows, words) in [
            (vec![(&all[..], "22:00", "07:00")], "22:00 to 07:00 every day"),
            (
                vec![(&weekdays[..], "22:00", "07:00"), (&weekend[..], "23:30", "10:00")],
                "22:00 to 07:00 on weekdays and 23:30 to 10:00 on weekends",
            ),
            (vec![(&[Sun], "00:00", "24:00")], "all day on Sundays"),
            (vec![(&[Mon, Tue, Fri], "12:00", "13:00")], "12:00 to 13:00 on Mondays, Tuesdays and Fridays"),
            (
                vec![(&[Sat], "00:00", "24:00"); 5],
                "all day on Saturdays, all day on Saturdays, all day on Saturdays and 2 more",
            ),
            (Vec::new(), ""),
        ] {
            assert_eq!(week(&windows), words);
        }
    }
}
