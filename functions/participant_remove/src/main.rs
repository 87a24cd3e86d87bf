//! participant_remove
fn main() {}
