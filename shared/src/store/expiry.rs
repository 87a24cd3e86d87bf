//! When what is stored about a meeting expires, in seconds, as DynamoDB's expiry wants it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::domain::Retention;
use crate::domain::meeting::MAX_DAYS;
use crate::time::Minute;

/// How many days a row is kept after its meeting, unless meetings are kept for a shorter time.
const ROW_DAYS: u32 = 90;

/// When a meeting that ends at `end` expires, if it does.
pub(super) fn of_meeting(end: DateTime<Utc>, retention: Option<Retention>) -> Option<i64> {
    retention.map(|retention| retention.expiry(end).timestamp())
}

/// When the calendar page of a day expires, if it does: not before any meeting on it, so that whoever changes
/// a meeting finds its pages. The longest meeting that begins on the day ends so many days after the day
/// does.
pub(super) fn of_page(date: NaiveDate, retention: Option<Retention>) -> Option<i64> {
    let latest_end = date.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(MAX_DAYS + 1);
    of_meeting(latest_end, retention)
}

/// When the row of a notice expires. It knows the start alone, so it counts as if the meeting were the
/// longest: up to 14 days more for a shorter one.
pub(super) fn of_row(start: Minute, retention: Option<Retention>) -> i64 {
    let days = retention.map_or(ROW_DAYS, |retention| retention.days().min(ROW_DAYS));
    (start.start() + TimeDelta::days(MAX_DAYS + i64::from(days))).timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Neither a page nor a row expires before its meeting, as long as rows are kept for as long as meetings.
    #[test]
    fn a_page_and_a_row_outlast_every_meeting() {
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let start = 1_800_000_000;
        for days in [1, 30, ROW_DAYS] {
            let retention = Retention::of_days(days).unwrap();
            for begins in [start, start + 86_399] {
                for lasts in [60, 86_400, MAX_DAYS * 86_400] {
                    let end = instant(begins + lasts);
                    let meeting = of_meeting(end, retention).unwrap();
                    assert!(of_row(Minute::of(instant(begins)), retention) >= meeting - 60);
                    let mut day = instant(begins).date_naive();
                    while day <= end.date_naive() {
                        assert!(of_page(day, retention).unwrap() >= meeting, "{days} {begins} {lasts} {day}");
                        day = day.succ_opt().unwrap();
                    }
                }
            }
        }
        assert_eq!((of_meeting(instant(0), None), of_page(instant(0).date_naive(), None)), (None, None));
    }
}
