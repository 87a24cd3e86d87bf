//! What Lambda starts for every function.

use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // Lambda sets it to the function's `Handler` in template.yaml.
    let handler = std::env::var("_HANDLER").unwrap_or_default();
    bootstrap::run(&handler).await
}
