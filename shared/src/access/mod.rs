//! Who may do what.
//!
//! API Gateway checks who is calling before it invokes a function. The function reads the
//! outcome ([`SignIn::caller`]), reads who has the caller's address beside whatever else it
//! reads ([`Caller::with_own_keys`], [`Caller::actor`]), and asks the table in [`rules`] before
//! it answers or changes anything.
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
mod key_owner;
pub mod rules;

pub use actor::{Actor, Visibility};
pub use caller::{Administrators, Caller, SignIn};
