//! Who may do what.
//!
//! API Gateway checks who is calling before a function is invoked; a function reads the outcome ([`SignIn::caller`]), finds
//! the user behind the caller's address beside whatever else it reads ([`Caller::wanted`], [`Caller::actor`]), and asks the
//! table in [`rules`] before it answers or changes anything.
//!
//! ```
//! use shared::access::rules::{OnMeeting, Part, Permission};
//!
//! assert_eq!(OnMeeting::Change.permission(Part::Organizer), Permission::Allowed);
//! assert_eq!(OnMeeting::Change.permission(Part::Participant), Permission::Forbidden);
//! assert_eq!(OnMeeting::Change.permission(Part::Stranger), Permission::Hidden);
//! ```

mod actor;
mod caller;
pub mod rules;

pub use actor::{Actor, Visibility};
pub use caller::{Administrators, Caller, SignIn};
