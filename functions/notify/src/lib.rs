//! Woken by EventBridge Scheduler at a notice's minute.

use shared::notices::{DeliveryOutcome, Due, Notifier, Unfinished};

/// What a timer hands over.
pub type NotifyEvent = Due;

/// Delivers one notice, or does what else is right for it now.
///
/// # Errors
/// When AWS fails; Lambda then tries again, and so does the sweep.
pub async fn handle(notifier: &Notifier, event: NotifyEvent) -> Result<DeliveryOutcome, Unfinished> {
    notifier.deliver(&event.0).await
}
