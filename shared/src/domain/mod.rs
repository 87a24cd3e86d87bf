//! Users, meetings and notices as types that can't hold a wrong value. No I/O, no clock, and no wire or table
//! format.

pub mod account;
pub mod agenda;
pub mod booking;
pub mod calendar_state;
pub mod calendar_update;
mod feed;
#[cfg(test)]
pub(crate) mod fixtures;
mod id;
pub mod idempotency;
pub mod meeting;
pub mod message_limit;
pub mod names;
pub mod notice;
pub mod notification;
pub mod quota;
mod retention;
pub mod text;
mod time_warning;
pub mod user;
mod wall_clock;

pub use account::Account;
pub use agenda::{Agenda, AgendaPlace, Candidate};
pub use booking::{Booking, BookingChange};
pub use calendar_state::{CalendarMessage, CalendarState, Mailbox};
pub use calendar_update::{CalendarUpdate, Event};
pub use feed::{FeedDigest, FeedSecret};
pub use id::{IdError, IdKind, MeetingId, UserId, digest};
pub use idempotency::{IdempotencyRecord, RequestId};
pub use meeting::{Meeting, Participant, Role, Status};
pub use message_limit::MessageLimit;
pub use notice::{
    Closed, Notice, NoticeKey, NoticeKind, NoticeState, NoticeStatus, SendTime, Transition, UnknownKind,
    WantedNotice,
};
pub use notification::{Channel, Channels, Notification, NotificationError, Notifications};
pub use quota::Quotas;
pub use retention::{Retention, RetentionError};
pub use text::{Description, Link, Location, Name, TextError, Title};
pub use time_warning::TimeWarning;
pub use user::{DoNotDisturb, Email, EmailError, User};
pub use wall_clock::{MovedByRules, WallClock};
