//! get_user
fn main() {}
