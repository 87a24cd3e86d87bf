//! Wires the function to Lambda.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    shared::lambda::serve_without_store(unknown_route::handle).await
}
