//! create_meeting
fn main() {}
