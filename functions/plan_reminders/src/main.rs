//! plan_reminders
fn main() {}
