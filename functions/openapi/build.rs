//! Makes what the function embeds: the document as JSON, and of Swagger UI the two files that its page needs.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::GzEncoder;
use rawzip::{CompressionMethod, ZipArchive};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;

const DOCUMENT: &str = "../../openapi.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let document = yaml::to_json(&std::fs::read_to_string(DOCUMENT)?)?;
    std::fs::write(out.join("openapi.json"), document)?;
    for file in ["swagger-ui-bundle.js", "swagger-ui.css"] {
        std::fs::write(out.join(format!("{file}.gz")), gzipped(file)?)?;
    }
    Ok(())
}

/// A file of Swagger UI as gzip.
fn gzipped(file: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let archive = ZipArchive::from_slice(SWAGGER_UI_VENDORED)?;
    let suffix = format!("/dist/{file}");
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry()? {
        if !entry.file_path().as_ref().ends_with(suffix.as_bytes()) {
            continue;
        }
        if entry.compression_method() != CompressionMethod::DEFLATE {
            return Err(format!("{file} isn't deflated").into());
        }
        let packed = archive.get_entry(entry.wayfinder())?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        io::copy(&mut packed.verifying_reader(DeflateDecoder::new(packed.data())), &mut gzip)?;
        return Ok(gzip.finish()?);
    }
    Err(format!("Swagger UI has no {file}").into())
}
