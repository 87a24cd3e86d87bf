//! get_reminders
