//! Who may do what.
//!
//! API Gateway checks who is calling before a function is invoked; a function reads the outcome ([`SignIn::caller`]), finds
//! the user behind the caller's address beside whatever else it reads ([`Caller::wanted`], [`Caller::actor`]), and asks the
//! table in [`rules`] before it answers or changes anything.
//!
//! ```
//! use shared::access::rules::{OnMeeting, Part, Verdict};
//!
//! assert_eq!(OnMeeting::Change.verdict(Part::Organizer), Verdict::Allowed);
//! assert_eq!(OnMeeting::Change.verdict(Part::Participant), Verdict::Forbidden);
//! assert_eq!(OnMeeting::Change.verdict(Part::Stranger), Verdict::Hidden);
//! ```

mod actor;
mod caller;
pub mod rules;

pub use actor::{Actor, Extent};
pub use caller::{Administrators, Caller, SignIn};
