//! get_free_slots
fn main() {}
