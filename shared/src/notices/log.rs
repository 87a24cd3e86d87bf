//! Logs and counts what becomes of notices.

use crate::domain::Notice;
use crate::metrics;
use crate::time::{Zone, format};

/// Logs a notice's new state, and counts it as a metric.
pub(super) fn log_transition(notice: &Notice, event: &'static str) {
    metrics::transition(notice.key.kind, notice.state());
    tracing::info!(
        meeting_id = %notice.key.meeting_id,
        user_id = %notice.key.user_id,
        r#type = notice.key.kind.name(),
        minutes_before = notice.key.kind.minutes_before(),
        remind_at = notice.remind_at().map(|at| format(at.start(), Zone::UTC)),
        reason = notice.reason().as_str(),
        "{event}"
    );
}
