//! A function that does nothing: what a cold start is measured against.

use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, std::convert::Infallible>(Response::new(Body::Empty)))).await
}
