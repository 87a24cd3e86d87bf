//! People, meetings and reminders as types that can't hold a wrong value. No I/O, no clock, no wire format.

pub mod booking;
mod id;
pub mod invitation;
pub mod meeting;
pub mod notice;
pub mod notification;
pub mod origin;
pub mod quota;
pub mod text;
pub mod user;

pub use booking::Booking;
pub(crate) use id::digest;
pub use id::{MeetingId, UserId};
pub use invitation::{Event, News};
pub use meeting::{Meeting, Participant, Role, Status};
pub use notice::{Kind, Notice, NoticeKey, State, Step};
pub use notification::{Channel, Channels, Notification, Notifications};
pub use origin::Origin;
pub use quota::Quotas;
pub use text::{Description, Link, Location, Name, Title};
pub use user::{Email, User};
