//! Wires the function to Lambda.

use get_invite::{Invites, handle};
use lambda_http::Error;
use shared::{aws, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::serve_with(|api| Ok(Invites { api, sender: aws::sender()? }), handle).await
}
