//! get_reminders
fn main() {}
