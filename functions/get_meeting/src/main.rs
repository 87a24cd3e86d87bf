//! get_meeting
fn main() {}
