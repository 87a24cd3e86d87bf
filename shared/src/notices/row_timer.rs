//! The timer that belongs to a stored notice.

use super::Unfinished;
use crate::domain::{Notice, NoticeStatus, Transition};
use crate::store::Store;
use crate::timers::Timers;

/// Sets the timer of an open notice, or cancels that of a closed one, and then notes in its row that this
/// is done, or removes the row if nobody needs it any more. If it ends before that, the row stays pending and
/// the sweep does it again.
///
/// # Errors
/// When AWS fails; a conflict when the row was written meanwhile, so that the timer may now be wrong.
pub(super) async fn settle_timer(store: &Store, timers: &Timers, notice: Notice) -> Result<(), Unfinished> {
    match &notice.status {
        NoticeStatus::Planned(send) | NoticeStatus::Scheduled(send) => {
            timers.set(&notice.key, send.at).await?;
        }
        NoticeStatus::Closed(_) => timers.cancel(&notice.key).await?,
    }
    let to = notice.timer_settled();
    Ok(store.apply(&[Transition { from: Some(notice), to }]).await?)
}
