#[cfg(test)]
mod tests;

use strum::{EnumString, IntoStaticStr};

use super::edge::Place;
use super::minute::Minute;
use super::quiet::{BusyMinutes, Quiet};

/// In minutes: a reminder that is moved to the end of the do-not-disturb window must come at least so long
/// before the meeting; otherwise it is sent before the window.
pub const SHORTEST_NOTICE: i64 = 5;

/// In minutes: what is sent before a do-not-disturb window is sent so long before the window begins. The
/// minutes after that are for a timer that fires late, and for repeated attempts.
pub const MARGIN: i64 = 5;

/// When a reminder is sent, and why then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The minute to send it, or `None` when it isn't sent at all.
    pub remind_at: Option<Minute>,
    /// Why at that minute, or why not at all.
    pub reason: Reason,
}

/// Why a reminder is sent when it is, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// Sent as long before the meeting as the request says.
    OnTime,
    /// That minute has passed already; sent as soon as a timer can be set.
    Immediate,
    /// Moved to the end of the do-not-disturb window.
    AfterDnd,
    /// Moved before the do-not-disturb window, because the window ends too late, or begins less than
    /// [`MARGIN`] after the minute that the request asks for.
    BeforeDnd,
    /// Moved to the end of another meeting of the same person.
    AfterMeeting,
    /// Moved before another meeting of the same person, because that ends too late, or begins less than
    /// [`MARGIN`] after the minute that the request asks for.
    BeforeMeeting,
    /// Moved to the end of the window with less than [`SHORTEST_NOTICE`], because nothing earlier is left.
    AfterDndShort,
    /// Not sent: the window lasts until the meeting and nothing earlier is left.
    DndUntilStart,
    /// Not sent: the meeting begins before a timer can be set.
    MeetingStarted,
    /// Not sent: its recipient was sent as many messages on that UTC day as they may be.
    RecipientLimit,
}

impl Reason {
    /// Whether quiet time or a meeting moved it.
    pub(crate) fn is_moved(self) -> bool {
        match self {
            Self::AfterDnd
            | Self::BeforeDnd
            | Self::AfterMeeting
            | Self::BeforeMeeting
            | Self::AfterDndShort => true,
            Self::OnTime | Self::Immediate => false,
            Self::DndUntilStart | Self::MeetingStarted | Self::RecipientLimit => false,
        }
    }

    /// Its name in the API and in the store, such as `after_dnd`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Decides when to remind of a meeting that starts at `start`: the rule of docs/time.md, step by step.
///
/// `earliest` is the first minute a timer can still be set for ([`Minute::earliest_timer`]); `quiet` are the
/// minutes at which the person is not to be disturbed. A reminder in quiet time moves to the end of it where
/// that is early enough, otherwise to [`MARGIN`] before it, or as soon after that as possible. It is
/// never sent in quiet time, nor before `earliest`, nor later than the last minute before the start, or
/// than the start itself where `minutes_before` is 0.
pub fn remind(start: Minute, minutes_before: u32, earliest: Minute, quiet: Quiet<'_>) -> Decision {
    let last = if minutes_before == 0 { start } else { start - 1 };
    if earliest > last {
        return Decision { remind_at: None, reason: Reason::MeetingStarted };
    }
    let intended = start - i64::from(minutes_before);
    let preferred = intended.max(earliest);
    let send = |minute, reason| Decision { remind_at: Some(minute), reason };
    let unmoved = || send(preferred, if preferred == intended { Reason::OnTime } else { Reason::Immediate });
    if quiet.is_never() {
        return unmoved();
    }
    let place = Place::new(quiet, preferred);
    if !place.is_inside() {
        let begins = place.next_change(preferred + MARGIN - 1);
        let before = begins.map(|begins| before(quiet, begins, earliest));
        return match before {
            Some(before) if before < preferred => send(before, Reason::BeforeDnd),
            _ => unmoved(),
        };
    }
    let after = place.next_change(last);
    if let Some(after) = after
        && start - after >= SHORTEST_NOTICE
    {
        return send(after, Reason::AfterDnd);
    }
    if let Some(open) = place.previous_change(earliest) {
        return send(before(quiet, open + 1, earliest), Reason::BeforeDnd);
    }
    match after {
        Some(after) => send(after, Reason::AfterDndShort),
        None => Decision { remind_at: None, reason: Reason::DndUntilStart },
    }
}

/// As [`remind`], but rather not while the person is in one of these other meetings: with `D ∪ M` in place of
/// `D`, as long as steps 1 to 4 of the rule find a minute. Otherwise an interruption is better than a
/// reminder that comes too late or not at all: then meetings make no difference. Nothing is ever sent inside
/// `D`.
pub fn remind_around(
    start: Minute,
    minutes_before: u32,
    earliest: Minute,
    quiet: Quiet<'_>,
    meetings: &BusyMinutes,
) -> Decision {
    let interrupting = remind(start, minutes_before, earliest, quiet);
    if meetings.is_empty() {
        return interrupting;
    }
    let around = remind(start, minutes_before, earliest, quiet.or_in(meetings));
    let is_found =
        matches!(around.reason, Reason::OnTime | Reason::Immediate | Reason::AfterDnd | Reason::BeforeDnd);
    if !is_found || around.remind_at == interrupting.remind_at {
        return interrupting;
    }
    let preferred = (start - i64::from(minutes_before)).max(earliest);
    let reason = match around.reason {
        reason if quiet.contains(preferred) => reason,
        Reason::AfterDnd => Reason::AfterMeeting,
        Reason::BeforeDnd => Reason::BeforeMeeting,
        reason => reason,
    };
    Decision { reason, ..around }
}

/// The minute for a message before quiet time that begins in the minute `begins`: [`MARGIN`] before that, or
/// as soon after as `earliest` and earlier quiet time permit. The minute before `begins` must not be quiet,
/// and not before `earliest`.
pub(super) fn before(quiet: Quiet<'_>, begins: Minute, earliest: Minute) -> Minute {
    let wanted = earliest.max(begins - MARGIN);
    let earlier_quiet = Place::new(quiet, begins - 1).previous_change(wanted);
    earlier_quiet.map_or(wanted, |inside| inside + 1)
}
