//! create_user
fn main() {}
