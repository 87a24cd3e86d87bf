//! health
fn main() {}
