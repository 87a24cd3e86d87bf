//! The AWS services Tactful uses, in this process: reached by the AWS SDK over loopback, so that every
//! line of the deployed code runs.

pub mod dynamodb;
pub mod receiver;
pub mod scheduler;
pub mod secrets;
mod server;
pub mod ses;
mod signature;
