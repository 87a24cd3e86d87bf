use chrono::Datelike;
use proptest::prelude::*;

use super::super::oracle::{Current, Person, cases, people, wall};
use super::super::{Exception, Interval, Schedule, WeeklyWindow, Window, Zone};
use super::*;

/// The rule of docs/time.md by definition: a search minute by minute, on wall clocks that jiff reads.
fn search(start: Minute, minutes_before: u32, earliest: Minute, quiet: impl Fn(&Minute) -> bool) -> Decision {
    let minutes = |from: Minute, to: Minute| (from.epoch()..=to.epoch()).map(Minute::from_epoch);
    let answer = |remind_at, reason| Decision { remind_at, reason };

    let last = if minutes_before == 0 { start } else { start - 1 };
    if earliest > last {
        return answer(None, Reason::MeetingStarted);
    }
    let on_time = start - i64::from(minutes_before);
    let p = on_time.max(earliest);
    // From the last open minute at most four minutes back, within its open stretch and not before `earliest`.
    let before = |a: Minute| minutes(earliest.max(a - 4), a).rev().take_while(|m| !quiet(m)).last().unwrap();
    if !quiet(&p) {
        let a = minutes(p, p + 3).find(|minute| quiet(&(*minute + 1)));
        if let Some(earlier) = a.map(before).filter(|earlier| *earlier < p) {
            return answer(Some(earlier), Reason::BeforeDnd);
        }
        return answer(Some(p), if p == on_time { Reason::OnTime } else { Reason::Immediate });
    }
    let e = minutes(p + 1, last).find(|minute| !quiet(minute));
    if e.is_some_and(|e| e <= start - 5) {
        return answer(e, Reason::AfterDnd);
    }
    if let Some(a) = minutes(earliest, p - 1).rev().find(|minute| !quiet(minute)) {
        return answer(Some(before(a)), Reason::BeforeDnd);
    }
    match e {
        Some(e) => answer(Some(e), Reason::AfterDndShort),
        None => answer(None, Reason::DndUntilStart),
    }
}

/// The rule around meetings, by its definition in docs/time.md. Without meetings it decides `alone`.
fn search_around(
    alone: Decision,
    start: Minute,
    minutes_before: u32,
    earliest: Minute,
    person: &Person,
    zone: &Current,
) -> Decision {
    let quiet = |minute: &Minute| person.is_quiet(*minute, zone);
    let both =
        search(start, minutes_before, earliest, |minute| quiet(minute) || person.is_in_meeting(*minute));
    let by_steps_5_and_6 = matches!(both.reason, Reason::AfterDndShort | Reason::DndUntilStart);
    let preferred = (start - i64::from(minutes_before)).max(earliest);
    if by_steps_5_and_6 || both.remind_at == alone.remind_at {
        alone
    } else if quiet(&preferred) {
        both
    } else {
        let reason = match both.reason {
            Reason::AfterDnd => Reason::AfterMeeting,
            Reason::BeforeDnd => Reason::BeforeMeeting,
            unmoved => unmoved,
        };
        Decision { reason, ..both }
    }
}

fn compare(start: Minute, minutes_before: u32, earliest: Minute, person: &Person, zone: &Current) {
    let quiet = person.quiet(zone);
    let by_definition = search(start, minutes_before, earliest, |minute| person.is_quiet(*minute, zone));
    assert_eq!(remind(start, minutes_before, earliest, quiet), by_definition, "in {}", zone.name);
    let around = remind_around(start, minutes_before, earliest, quiet, &person.busy());
    let expected = match *person.meetings {
        [] => by_definition,
        _ => search_around(by_definition, start, minutes_before, earliest, person, zone),
    };
    assert_eq!(around, expected, "in {}", zone.name);
    assert!(around.remind_at.is_none_or(|at| !person.is_quiet(at, zone)), "in {}", zone.name);
}

proptest! {
    #![proptest_config(cases(12_000))]

    #[test]
    fn the_rule_agrees_with_a_minute_by_minute_search(
        (zone, start, person) in people(),
        minutes_before in lead_times(),
        slack in prop_oneof![3 => -3_i64..200, 2 => 0_i64..5000, 1 => Just(50_000)],
        from_start in any::<bool>(),
    ) {
        // Timers can be set from shortly before the meeting, or from around the minute that was asked for.
        let earliest = if from_start { start } else { start - i64::from(minutes_before) } - slack;
        compare(start, minutes_before, earliest, &person, zone);
    }
}

fn lead_times() -> impl Strategy<Value = u32> {
    prop_oneof![1 => 0_u32..3, 3 => 0_u32..120, 3 => 0_u32..3000, 1 => 0_u32..=40_320]
}

/// One night around each change of every zone, by a window over the hours at which clocks change: on all
/// days, on the day of the change alone, and as an exception on that day.
#[test]
fn the_rule_agrees_with_a_minute_by_minute_search_at_every_clock_change() {
    for zone in Current::all() {
        for (nth, change) in zone.changes().enumerate() {
            let change = Minute::from_epoch(change / 60);
            let shown = zone.minute_of_day(change);
            // The window ends where the clocks arrive, begins there, or holds it, by turns.
            let (begins, ends) = [(1320, 0), (0, 90), (1410, 30)][nth % 3];
            let window = Window::new(wall((shown + begins) % 1440), wall((shown + ends) % 1440)).unwrap();
            let today = zone.date(change);
            let hours = match nth % 5 {
                0 => {
                    let days = [today.weekday()].into_iter().collect();
                    Schedule::new(vec![WeeklyWindow { days, window }], Vec::new()).unwrap()
                }
                1 => Schedule::new(Vec::new(), vec![Exception::new(today, today, vec![window]).unwrap()])
                    .unwrap(),
                _ => Schedule::daily(window),
            };
            let person = Person::with_hours(hours);
            for (after, minutes_before) in [(1, 60), (31, 30), (61, 61), (130, 120), (700, 1440)] {
                compare(change + after, minutes_before, change - 100 + after, &person, zone);
            }
        }
    }
}

fn minute(text: &str) -> Minute {
    Minute::of(text.parse().unwrap())
}

/// The rule for somebody with that window on all days.
fn decide(
    start: Minute,
    minutes_before: u32,
    earliest: Minute,
    daily: Option<Window>,
    zone: Zone,
) -> Decision {
    let hours = daily.map_or_else(Schedule::default, Schedule::daily);
    remind(start, minutes_before, earliest, Quiet::new(&hours, zone, None))
}

#[test]
fn each_reason_has_its_case() {
    let madrid = "Europe/Madrid".parse::<Zone>().unwrap();
    let night = Window::new(wall(22 * 60), wall(7 * 60)).unwrap();
    let always = Window::new(wall(0), wall(1440)).unwrap();
    let nearly_always = Window::new(wall(9 * 60 + 3), wall(9 * 60)).unwrap();
    // Meeting, minutes before and the earliest timer, all on 2026-12-01 in Madrid; then the minute sent, and
    // why.
    for (start, minutes_before, earliest, dnd, sent, reason) in [
        ("10:00", 60, "08:00", Some(night), Some("09:00"), Reason::OnTime),
        ("10:00", 60, "09:30", Some(night), Some("09:30"), Reason::Immediate),
        ("10:00", 0, "09:30", Some(night), Some("10:00"), Reason::OnTime),
        ("07:30", 60, "03:00", Some(night), Some("07:00"), Reason::AfterDnd),
        ("07:05", 60, "03:00", Some(night), Some("07:00"), Reason::AfterDnd),
        ("07:04", 60, "03:00", Some(night), Some("07:00"), Reason::AfterDndShort),
        ("23:30", 60, "12:00", Some(night), Some("21:55"), Reason::BeforeDnd),
        ("23:30", 60, "21:57", Some(night), Some("21:57"), Reason::BeforeDnd),
        ("23:30", 60, "21:59", Some(night), Some("21:59"), Reason::BeforeDnd),
        ("23:00", 60, "21:59", Some(night), Some("21:59"), Reason::BeforeDnd),
        // Outside the window, but less than five minutes before it.
        ("22:59", 60, "12:00", Some(night), Some("21:55"), Reason::BeforeDnd),
        ("22:59", 60, "21:57", Some(night), Some("21:57"), Reason::BeforeDnd),
        ("22:59", 60, "21:59", Some(night), Some("21:59"), Reason::OnTime),
        ("22:56", 60, "12:00", Some(night), Some("21:55"), Reason::BeforeDnd),
        ("22:55", 60, "12:00", Some(night), Some("21:55"), Reason::OnTime),
        ("22:54", 60, "12:00", Some(night), Some("21:54"), Reason::OnTime),
        ("22:54", 60, "21:57", Some(night), Some("21:57"), Reason::Immediate),
        ("21:58", 0, "12:00", Some(night), Some("21:55"), Reason::BeforeDnd),
        // A stretch of three minutes outside the window.
        ("10:00", 59, "08:00", Some(nearly_always), Some("09:00"), Reason::BeforeDnd),
        ("10:00", 57, "09:01", Some(nearly_always), Some("09:01"), Reason::BeforeDnd),
        ("23:30", 60, "22:00", Some(night), None, Reason::DndUntilStart),
        ("07:00", 60, "03:00", Some(night), None, Reason::DndUntilStart),
        ("10:00", 60, "03:00", Some(always), None, Reason::DndUntilStart),
        ("10:00", 60, "10:00", None, None, Reason::MeetingStarted),
        ("10:00", 0, "10:00", None, Some("10:00"), Reason::OnTime),
        ("10:00", 0, "10:01", None, None, Reason::MeetingStarted),
    ] {
        let on_the_day = |time: &str| minute(&format!("2026-12-01T{time}:00+01:00"));
        let decision = decide(on_the_day(start), minutes_before, on_the_day(earliest), dnd, madrid);
        assert_eq!(
            decision,
            Decision { remind_at: sent.map(on_the_day), reason },
            "{start} {minutes_before}"
        );
    }
}

#[test]
fn a_reminder_that_would_come_in_the_night_is_sent_five_minutes_before_it() {
    let night = Window::new(wall(22 * 60), wall(7 * 60)).unwrap();
    let start = minute("2026-12-02T07:03:00Z");
    let decision = decide(start, 60, start - 1000, Some(night), Zone::UTC);
    let expected = Decision { remind_at: Some(minute("2026-12-01T21:55:00Z")), reason: Reason::BeforeDnd };
    assert_eq!(decision, expected);
}

#[test]
fn a_skipped_hour_may_leave_no_minute_outside_the_window() {
    // In Madrid 02:00 to 03:00 doesn't happen on 2026-03-29; whoever is free only then is never free that
    // night.
    let madrid = "Europe/Madrid".parse::<Zone>().unwrap();
    let dnd = Window::new(wall(180), wall(120)).unwrap();
    let (start, earliest) = (minute("2026-03-29T08:00:00Z"), minute("2026-03-28T12:00:00Z"));
    let decision = decide(start, 600, earliest, Some(dnd), madrid);
    assert_eq!(decision, Decision { remind_at: None, reason: Reason::DndUntilStart });
    let day_later = decide(start + 1440, 600, earliest, Some(dnd), madrid);
    assert_eq!(day_later.remind_at, Some(minute("2026-03-30T00:00:00Z")));
}

#[test]
fn a_skipped_day_adds_no_dnd_time() {
    // Apia went from 2011-12-29 straight to 2011-12-31; at midnight its night was two hours old and went on.
    let apia = "Pacific/Apia".parse::<Zone>().unwrap();
    let night = Window::new(wall(22 * 60), wall(7 * 60)).unwrap();
    let start = minute("2011-12-31T08:00:00+14:00");
    let decision = decide(start, 120, start - 3000, Some(night), apia);
    assert_eq!(decision.remind_at, Some(minute("2011-12-31T07:00:00+14:00")));
    assert_eq!(decision.reason, Reason::AfterDnd);
}

#[test]
fn reasons_have_the_names_of_the_api() {
    for (reason, name) in [
        (Reason::OnTime, "on_time"),
        (Reason::Immediate, "immediate"),
        (Reason::AfterDnd, "after_dnd"),
        (Reason::BeforeDnd, "before_dnd"),
        (Reason::AfterMeeting, "after_meeting"),
        (Reason::BeforeMeeting, "before_meeting"),
        (Reason::AfterDndShort, "after_dnd_short"),
        (Reason::DndUntilStart, "dnd_until_start"),
        (Reason::MeetingStarted, "meeting_started"),
        (Reason::RecipientLimit, "recipient_limit"),
    ] {
        assert_eq!(reason.as_str(), name);
        assert_eq!(name.parse(), Ok(reason));
    }
    assert!("On time".parse::<Reason>().is_err());
}

/// With a night from 22:00 to 07:00. Each case: the meeting and the minutes before, the other meetings, the
/// minute sent, and why.
#[test]
fn a_reminder_moves_around_other_meetings() {
    let on_the_day = |time: &str| minute(&format!("2026-12-01T{time}:00Z"));
    let hours = Schedule::daily(Window::new(wall(22 * 60), wall(7 * 60)).unwrap());
    let quiet = Quiet::new(&hours, Zone::UTC, None);
    for (start, minutes_before, others, sent, reason) in [
        ("12:00", 60, &[][..], "11:00", Reason::OnTime),
        ("12:00", 60, &[("11:00", "11:30")], "11:30", Reason::AfterMeeting),
        ("12:00", 60, &[("11:01", "11:30")], "10:56", Reason::BeforeMeeting),
        ("12:00", 60, &[("10:00", "11:00"), ("11:30", "12:00")], "11:00", Reason::OnTime),
        // Until less than five minutes before: earlier, five minutes before the other meeting.
        ("12:00", 60, &[("10:30", "11:56")], "10:25", Reason::BeforeMeeting),
        ("12:00", 60, &[("10:30", "11:00"), ("11:00", "12:00")], "10:25", Reason::BeforeMeeting),
        // Between two meetings there are only three minutes.
        ("12:00", 60, &[("09:00", "10:27"), ("10:30", "12:00")], "10:27", Reason::BeforeMeeting),
        // Meetings since the night ended leave the minutes before the night.
        ("08:00", 30, &[("07:00", "08:00")], "21:55", Reason::BeforeMeeting),
        // The night holds the preferred minute, and a meeting follows it.
        ("08:00", 90, &[("07:00", "07:20")], "07:20", Reason::AfterDnd),
    ] {
        let range =
            |(start, end): &(&str, &str)| Interval::new(on_the_day(start).start(), on_the_day(end).start());
        let meetings = BusyMinutes::of(others.iter().filter_map(range));
        let start = on_the_day(start);
        let decision = remind_around(start, minutes_before, start - 1440, quiet, &meetings);
        let sent = if sent == "21:55" { on_the_day(sent) - 1440 } else { on_the_day(sent) };
        assert_eq!(decision, Decision { remind_at: Some(sent), reason }, "{start:?} {others:?}");
    }
    // Nothing before the other meeting is left: better an interruption than a warning of four minutes.
    let meetings = BusyMinutes::of(Interval::new(on_the_day("10:30").start(), on_the_day("11:56").start()));
    let decision = remind_around(on_the_day("12:00"), 60, on_the_day("10:30"), quiet, &meetings);
    assert_eq!(decision, Decision { remind_at: Some(on_the_day("11:00")), reason: Reason::OnTime });
}
