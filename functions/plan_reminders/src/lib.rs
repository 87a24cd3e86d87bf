//! plan_reminders
