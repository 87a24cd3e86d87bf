//! Which limit a deployment meets first, how late reminders are, and what a month costs, at 1,000,
//! 100,000 and 10,000,000 people: `cargo run --release --example scaling -p shared`. The same tables
//! every time; docs/scaling.md explains them.

pub(crate) mod cost;
pub(crate) mod counted;
pub(crate) mod day;
pub(crate) mod limits;
pub(crate) mod load;
pub(crate) mod report;

#[expect(clippy::print_stdout, reason = "the tables are what it is for")]
fn main() {
    print!("{}", report::report(&report::SIZES));
}
