//! What a run has to do, as a function of what is noted. No I/O, no clock.

use std::cmp::Ordering;

use shared::store::{Walk, ZoneRules};
use shared::time::{Minute, TzdbRelease};

/// How many minutes a walk waits after the release that makes it due. Until then functions of the release
/// before may still write meetings by their own rules.
pub(crate) const SETTLING: i64 = 15;
/// After how many minutes a walk is repeated that could not bring every meeting to the new rules.
pub(crate) const RETRY_AFTER: i64 = 6 * 60;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// All meetings follow the rules of this program.
    Nothing,
    /// The walk is not to begin yet.
    Wait,
    /// Note that a walk is due.
    Note(ZoneRules),
    /// Walk on.
    Walk(ZoneRules),
}

/// Compares what is noted with the program's tzdb.
///
/// Meetings go from older to newer rules alone. So a program with older rules, such as after a rollback,
/// moves nothing. It puts off a new walk for as long as it runs, because meetings are written by older rules
/// again, and the newer program does that walk when it comes back.
pub(crate) fn next_step(noted: Option<&ZoneRules>, program: &TzdbRelease, now: Minute) -> Step {
    let walk = Some(Walk::begin(now + SETTLING));
    let Some(noted) = noted else {
        return Step::Note(ZoneRules { tzdb: program.clone(), walk, version: 1 });
    };
    let version = noted.version + 1;
    match (noted.tzdb.cmp(program), &noted.walk) {
        (Ordering::Less, _) => Step::Note(ZoneRules { tzdb: program.clone(), walk, version }),
        (Ordering::Greater, _) => Step::Note(ZoneRules { tzdb: noted.tzdb.clone(), walk, version }),
        (Ordering::Equal, None) => Step::Nothing,
        (Ordering::Equal, Some(walk)) if now < walk.from => Step::Wait,
        (Ordering::Equal, Some(_)) => Step::Walk(noted.clone()),
    }
}

/// What follows a walk that has reached the table's end: another one from that minute on if meetings failed.
pub(crate) fn next_walk(done: &Walk, again_from: Minute) -> Option<Walk> {
    (done.failed > 0).then(|| Walk::begin(again_from))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Minute = Minute::from_epoch(29_700_000);

    fn release(name: &str) -> TzdbRelease {
        name.parse().unwrap()
    }

    fn noted(tzdb: &str, walk: Option<Walk>) -> ZoneRules {
        ZoneRules { tzdb: release(tzdb), walk, version: 4 }
    }

    #[test]
    fn a_walk_begins_some_minutes_after_the_release() {
        let due = |version| ZoneRules { version, ..noted("2026g", Some(Walk::begin(NOW + SETTLING))) };
        assert_eq!(next_step(None, &release("2026g"), NOW), Step::Note(due(1)));
        let before = noted("2026f", None);
        assert_eq!(next_step(Some(&before), &release("2026g"), NOW), Step::Note(due(5)));
        // A walk to the rules between was under way.
        let half = noted("2026f", Some(Walk { moved: 3, ..Walk::begin(NOW - 20) }));
        assert_eq!(next_step(Some(&half), &release("2026g"), NOW), Step::Note(due(5)));
        assert_eq!(next_step(Some(&due(5)), &release("2026g"), NOW + SETTLING - 1), Step::Wait);
        assert_eq!(next_step(Some(&due(5)), &release("2026g"), NOW + SETTLING), Step::Walk(due(5)));
        assert_eq!(next_step(Some(&noted("2026g", None)), &release("2026g"), NOW), Step::Nothing);
    }

    #[test]
    fn an_older_program_only_puts_off_the_walk_of_the_newer_one() {
        let half = Walk { moved: 3, ..Walk::begin(NOW - 20) };
        for walk in [None, Some(half)] {
            let put_off = ZoneRules { version: 5, ..noted("2026g", Some(Walk::begin(NOW + SETTLING))) };
            let step = next_step(Some(&noted("2026g", walk)), &release("2026f"), NOW);
            assert_eq!(step, Step::Note(put_off));
        }
    }

    #[test]
    fn a_walk_with_failures_is_repeated() {
        let done = Walk { moved: 3, ..Walk::begin(NOW) };
        assert_eq!(next_walk(&done, NOW + RETRY_AFTER), None);
        let failed = Walk { failed: 1, ..done };
        assert_eq!(next_walk(&failed, NOW + RETRY_AFTER), Some(Walk::begin(NOW + RETRY_AFTER)));
    }
}
