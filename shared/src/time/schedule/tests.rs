use proptest::prelude::*;

use super::super::oracle::{Current, people};
use super::*;

fn window(start: &str, end: &str) -> Window {
    Window::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
}

fn weekly(days: &[Weekday], start: &str, end: &str) -> WeeklyWindow {
    WeeklyWindow { days: days.iter().copied().collect(), window: window(start, end) }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn exception(from: &str, until: &str, windows: &[(&str, &str)]) -> Exception {
    let windows = windows.iter().map(|(start, end)| window(start, end)).collect();
    Exception::new(date(from), date(until), windows).unwrap()
}

/// Whether a wall clock is inside that shows this time.
fn contains(schedule: &Schedule, text: &str) -> bool {
    let (day, time) = text.split_once(' ').unwrap();
    let (hours, minutes) = time.split_once(':').unwrap();
    let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    schedule.contains(LocalMinute::midnight(date(day)).plus(minutes))
}

const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const WEEKEND: [Weekday; 2] = [Weekday::Sat, Weekday::Sun];

/// 2026-12-24 is a Thursday.
fn usual() -> Vec<WeeklyWindow> {
    vec![weekly(&WORKDAYS, "22:00", "07:00"), weekly(&WEEKEND, "23:30", "10:00")]
}

#[test]
fn a_window_belongs_to_the_day_on_which_it_opens() {
    let schedule = Schedule::new(usual(), Vec::new()).unwrap();
    for (time, is_inside) in [
        ("2026-12-04 21:59", false),
        ("2026-12-04 22:00", true),
        // Saturday: the night of Friday ends, and nothing opened that lasts until ten.
        ("2026-12-05 06:59", true),
        ("2026-12-05 07:00", false),
        ("2026-12-05 22:00", false),
        ("2026-12-05 23:30", true),
        // Sunday.
        ("2026-12-06 09:59", true),
        ("2026-12-06 10:00", false),
        // Monday: the night of Sunday.
        ("2026-12-07 09:59", true),
        ("2026-12-07 10:00", false),
        ("2026-12-08 07:00", false),
    ] {
        assert_eq!(contains(&schedule, time), is_inside, "{time}");
    }
}

#[test]
fn exceptions_take_the_place_of_what_opens_on_their_days() {
    let holiday = exception("2026-12-24", "2026-12-26", &[("00:00", "24:00")]);
    let on_call = exception("2027-01-15", "2027-01-15", &[]);
    let schedule = Schedule::new(usual(), vec![on_call, holiday]).unwrap();
    for (time, is_inside) in [
        ("2026-12-23 12:00", false),
        ("2026-12-23 23:00", true),
        ("2026-12-24 00:00", true),
        ("2026-12-24 12:00", true),
        ("2026-12-26 23:59", true),
        // Nothing of the 26th, a Saturday, lasts until the 27th.
        ("2026-12-27 00:00", false),
        ("2026-12-27 23:30", true),
        // The night before is not of the day of the exception.
        ("2027-01-15 06:59", true),
        ("2027-01-15 23:00", false),
        ("2027-01-16 06:00", false),
        ("2027-01-16 23:30", true),
    ] {
        assert_eq!(contains(&schedule, time), is_inside, "{time}");
    }
}

#[test]
fn where_exceptions_share_a_day_the_windows_of_all_open() {
    let exceptions = vec![
        exception("2026-12-01", "2026-12-10", &[("08:00", "09:00")]),
        exception("2026-12-10", "2026-12-12", &[("12:00", "13:00")]),
        exception("2026-12-10", "2026-12-10", &[]),
    ];
    let schedule = Schedule::new(usual(), exceptions).unwrap();
    for (day, [first, second, night]) in [
        ("2026-12-09", [true, false, false]),
        ("2026-12-10", [true, true, false]),
        ("2026-12-11", [false, true, false]),
        ("2026-12-15", [false, false, true]),
    ] {
        let inside = ["08:30", "12:30", "23:45"].map(|time| contains(&schedule, &format!("{day} {time}")));
        assert_eq!(inside, [first, second, night], "{day}");
    }
}

#[test]
fn one_window_on_all_days_is_a_daily_one() {
    let night = window("22:00", "07:00");
    let daily = Schedule::daily(night);
    assert_eq!(daily.as_daily(), Some(night));
    let exceptions = vec![exception("2026-12-24", "2026-12-24", &[])];
    assert_eq!(Schedule::new(daily.weekly().to_vec(), exceptions).unwrap().as_daily(), Some(night));
    for other in [usual(), Vec::new(), vec![weekly(&WORKDAYS, "22:00", "07:00")]] {
        assert_eq!(Schedule::new(other, Vec::new()).unwrap().as_daily(), None);
    }
}

#[test]
fn a_week_is_filled_if_no_minute_of_it_is_outside() {
    let fills =
        |weekly: &[WeeklyWindow]| Schedule::new(weekly.to_vec(), Vec::new()).unwrap().fills_the_week();
    assert!(Schedule::daily(window("00:00", "24:00")).fills_the_week());
    assert!(fills(&[
        weekly(&WORKDAYS, "00:00", "24:00"),
        weekly(&WEEKEND, "12:00", "24:00"),
        weekly(&WEEKEND, "00:00", "12:00")
    ]));
    // The windows of Sunday go on into Monday.
    let nights = [weekly(&WORKDAYS, "12:00", "11:00"), weekly(&WEEKEND, "11:30", "11:00")];
    assert!(!fills(&nights));
    assert!(fills(&[
        nights[0],
        nights[1],
        weekly(&[Weekday::Sun, Weekday::Fri], "09:00", "12:00"),
        weekly(&WORKDAYS, "10:59", "12:01"),
        weekly(&WEEKEND, "11:00", "11:30")
    ]));
    assert!(!fills(&[weekly(&WORKDAYS, "00:00", "24:00"), weekly(&WEEKEND, "00:00", "23:59")]));
    assert!(!fills(&usual()));
    assert!(!fills(&[]));
    // Exceptions don't count: they end.
    let holiday = vec![exception("2026-12-01", "2027-11-30", &[("00:00", "24:00")])];
    assert!(!Schedule::new(usual(), holiday).unwrap().fills_the_week());
}

#[test]
fn a_schedule_without_windows_is_empty() {
    let lifted = exception("2026-12-24", "2026-12-24", &[]);
    assert!(Schedule::default().is_empty());
    assert!(Schedule::new(Vec::new(), vec![lifted.clone()]).unwrap().is_empty());
    assert!(!Schedule::new(usual(), vec![lifted]).unwrap().is_empty());
    let holiday = exception("2026-12-24", "2026-12-24", &[("00:00", "24:00")]);
    assert!(!Schedule::new(Vec::new(), vec![holiday]).unwrap().is_empty());
}

#[test]
fn sizes_are_bounded() {
    let new = |from: &str, until: &str, windows: usize| {
        Exception::new(date(from), date(until), vec![window("12:00", "13:00"); windows])
    };
    assert!(new("2027-01-01", "2028-01-01", MAX_EXCEPTION_WINDOWS).is_ok());
    assert_eq!(new("2027-01-01", "2028-01-02", 1), Err(ExceptionError::TooLong(367)));
    assert_eq!(new("2027-01-02", "2027-01-01", 1), Err(ExceptionError::Reversed(date("2027-01-02"))));
    assert_eq!(new("2027-01-01", "2027-01-01", 11), Err(ExceptionError::TooManyWindows(11)));
    let (week, day) = (weekly(&WORKDAYS, "12:00", "13:00"), exception("2027-01-01", "2027-01-01", &[]));
    assert!(Schedule::new(vec![week; MAX_WEEKLY], vec![day.clone(); MAX_EXCEPTIONS]).is_ok());
    assert_eq!(Schedule::new(vec![week; 29], Vec::new()), Err(ScheduleError::TooManyWeekly(29)));
    assert_eq!(Schedule::new(Vec::new(), vec![day; 101]), Err(ScheduleError::TooManyExceptions(101)));
}

#[test]
fn exceptions_are_kept_for_a_week() {
    let exceptions =
        vec![exception("2026-12-01", "2026-12-02", &[]), exception("2026-12-10", "2026-12-10", &[])];
    let schedule = Schedule::new(usual(), exceptions.clone()).unwrap();
    assert_eq!(schedule.clone().kept_on(date("2026-12-09")), schedule);
    let kept = schedule.clone().kept_on(date("2026-12-10"));
    assert_eq!(kept.exceptions(), &exceptions[1..]);
    assert_eq!(kept.weekly(), schedule.weekly());
    assert!(schedule.kept_on(date("2026-12-18")).exceptions().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Each search finds what a walk minute by minute finds.
    #[test]
    fn searches_agree_with_a_walk((zone, minute, person) in people(), reach in 0_i64..6_000) {
        let zone: &Current = zone;
        let day = LocalMinute::midnight(zone.date(minute));
        let from = day.plus(i64::from(zone.minute_of_day(minute)));
        let (first, last) = (from.plus(-reach), from.plus(reach));
        let hours = &person.hours;
        let forward = |inside| (0..=reach).map(|n| from.plus(n)).find(|minute| hours.contains(*minute) == inside);
        let back = |inside| (0..=reach).map(|n| from.plus(-n)).find(|minute| hours.contains(*minute) == inside);
        prop_assert_eq!(hours.first_inside(from, last), forward(true));
        prop_assert_eq!(hours.first_outside(from, last), forward(false));
        prop_assert_eq!(hours.last_inside(from, first), back(true));
        prop_assert_eq!(hours.last_outside(from, first), back(false));
    }
}
