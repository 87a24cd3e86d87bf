//! Hours and lists of reminders as requests have them.

use serde_json::{Value, json};

use crate::actions::{Channel, LISTS};
use crate::clocks::DndHours;

/// Hours as requests have them.
pub(crate) fn written(hours: Option<DndHours>) -> Value {
    let (start, end) = (hours.map(|hours| time(hours.0)), hours.map(|hours| time(hours.1)));
    json!({ "dnd_start_time": start, "dnd_end_time": end })
}

/// A minute of the day as requests have it.
pub(crate) fn time(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

pub(crate) fn entries(list: usize) -> Value {
    let entry = |(channel, before, every): &(Channel, i64, Option<i64>)| match (channel, every) {
        // Mail is the default channel.
        (Channel::Mail, None) => json!(before),
        (Channel::Mail, Some(every)) => json!({ "minutes_before": before, "repeat_every": every }),
        (Channel::Webhook, every) => {
            json!({ "type": "webhook", "minutes_before": before, "repeat_every": every })
        }
    };
    LISTS[list].iter().map(entry).collect()
}
