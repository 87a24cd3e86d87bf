//! participant_add
fn main() {}
