#[cfg(test)]
mod tests;

use strum::{EnumString, IntoStaticStr};

use super::dnd::Dnd;
use super::edge::{next_change, previous_change};
use super::minute::Minute;
use super::zone::Zone;

/// In minutes: a reminder that is moved to the end of the do-not-disturb window must come at least so long
/// before the meeting; otherwise it is sent before the window.
pub const SHORTEST_NOTICE: i64 = 5;

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
    /// Moved before the do-not-disturb window, because the window ends too late.
    BeforeDnd,
    /// Moved to the end of the window with less than [`SHORTEST_NOTICE`], because nothing earlier is left.
    AfterDndShort,
    /// Not sent: the window lasts until the meeting and nothing earlier is left.
    DndUntilStart,
    /// Not sent: the meeting begins before a timer can be set.
    MeetingStarted,
}

impl Reason {
    /// Its name in the API and in the store, such as `after_dnd`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Decides when to remind of a meeting that starts at `start`: the rule of docs/time.md, step by step.
///
/// `earliest` is the first minute a timer can still be set for ([`Minute::earliest_timer`]); `dnd` is the
/// person's window by the clocks of `zone`. A reminder inside the window moves to the window's end where that
/// is early enough, otherwise before the window. It is never sent inside the window, nor before `earliest`,
/// nor later than the last minute before the start, or than the start itself where `minutes_before` is 0.
pub fn remind(
    start: Minute,
    minutes_before: u32,
    earliest: Minute,
    dnd: Option<Dnd>,
    zone: Zone,
) -> Decision {
    let last = if minutes_before == 0 { start } else { start - 1 };
    if earliest > last {
        return Decision { remind_at: None, reason: Reason::MeetingStarted };
    }
    let intended = start - i64::from(minutes_before);
    let preferred = intended.max(earliest);
    let send = |minute, reason| Decision { remind_at: Some(minute), reason };
    let Some(dnd) = dnd.filter(|dnd| dnd.contains(zone.minute_of_day(preferred))) else {
        return send(preferred, if preferred == intended { Reason::OnTime } else { Reason::Immediate });
    };
    let after = next_change(dnd, zone, preferred, last);
    if let Some(after) = after
        && start - after >= SHORTEST_NOTICE
    {
        return send(after, Reason::AfterDnd);
    }
    if let Some(before) = previous_change(dnd, zone, preferred, earliest) {
        return send(before, Reason::BeforeDnd);
    }
    match after {
        Some(after) => send(after, Reason::AfterDndShort),
        None => Decision { remind_at: None, reason: Reason::DndUntilStart },
    }
}
