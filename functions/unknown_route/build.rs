//! Writes the routes that `openapi.yaml` describes as a table that the function embeds.

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value;

const DOCUMENT: &str = "../../openapi.yaml";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let document = yaml::to_json(&std::fs::read_to_string(DOCUMENT)?)?;
    let document: Value = serde_json::from_str(&document)?;
    let mut table = String::from("&[\n");
    for (path, item) in document["paths"].as_object().ok_or("no paths")? {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let name = operation["operationId"].as_str().ok_or("no operationId")?;
            let method = method.to_uppercase();
            writeln!(table, "    Route {{ method: {method:?}, path: {path:?}, name: {name:?} }},")?;
        }
    }
    table.push(']');
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("routes.rs"), table)?;
    Ok(())
}
