use super::Question;
use crate::time::{Minute, Zone};

/// The minutes at which the meeting may begin, in order.
pub(super) fn starts(question: &Question<'_>) -> Vec<Minute> {
    let Question { window, zone, duration, step, .. } = *question;
    let first = Minute::of(window.start());
    let first = if first.start() < window.start() { first + 1 } else { first };
    let end = Minute::of(window.end()) - i64::from(duration) + 1;
    let mut starts = Vec::new();
    for (from, until, offset) in spans(zone, first, end) {
        let mut here = from;
        while here < until {
            let of_hour = (here.epoch() + offset).rem_euclid(60);
            let wait = (-of_hour).rem_euclid(60).min((-of_hour).rem_euclid(i64::from(step)));
            if wait == 0 {
                starts.push(here);
            }
            here = here + wait.max(1);
        }
    }
    starts
}

/// The spans of the minutes from `first` up to `end` in which the zone's clocks don't change, with the
/// minutes that these add to UTC.
fn spans(zone: Zone, first: Minute, end: Minute) -> Vec<(Minute, Minute, i64)> {
    if end <= first {
        return Vec::new();
    }
    let changes = zone.changes(first.start(), end.start());
    let begins = std::iter::once(first).chain(changes.iter().map(|change| Minute::of(change.at)));
    let ends = changes.iter().map(|change| Minute::of(change.at)).chain(std::iter::once(end));
    let offset = |minute: Minute| i64::from(zone.offset_at(minute.start()).local_minus_utc()).div_euclid(60);
    begins
        .zip(ends)
        .filter(|(from, until)| from < until)
        .map(|(from, until)| (from, until, offset(from)))
        .collect()
}
