//! Makes what the function embeds: the document as JSON, and of Swagger UI the two files that its page needs.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::GzEncoder;
use rawzip::{CompressionMethod, ZipArchive};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;

const DOCUMENT: &str = "../../openapi.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    write_document(&std::fs::read_to_string(DOCUMENT)?, &out.join("openapi.json"))?;
    for file in ["swagger-ui-bundle.js", "swagger-ui.css"] {
        std::fs::write(out.join(format!("{file}.gz")), gzipped(file)?)?;
    }
    Ok(())
}

fn write_document(yaml: &str, to: &Path) -> Result<(), Box<dyn Error>> {
    let documents = Yaml::load_from_str(yaml)?;
    let [document] = documents.as_slice() else { return Err("openapi.yaml holds no single document".into()) };
    let mut json = String::new();
    write_json(document, &mut json)?;
    Ok(std::fs::write(to, json)?)
}

/// Writes a node as JSON. Members keep their order, which is the one that people read them in.
fn write_json(node: &Yaml<'_>, json: &mut String) -> Result<(), Box<dyn Error>> {
    match node {
        Yaml::Value(Scalar::Null) => json.push_str("null"),
        Yaml::Value(Scalar::Boolean(value)) => write!(json, "{value}")?,
        Yaml::Value(Scalar::Integer(value)) => write!(json, "{value}")?,
        Yaml::Value(Scalar::String(value)) => json.push_str(&serde_json::to_string(value)?),
        Yaml::Sequence(items) => {
            json.push('[');
            for (place, item) in items.iter().enumerate() {
                json.push_str(if place == 0 { "" } else { "," });
                write_json(item, json)?;
            }
            json.push(']');
        }
        Yaml::Mapping(members) => {
            json.push('{');
            for (place, (name, value)) in members.iter().enumerate() {
                let name = name.as_str().ok_or_else(|| format!("the name {name:?} wants quotes"))?;
                write!(json, "{}{}:", if place == 0 { "" } else { "," }, serde_json::to_string(name)?)?;
                write_json(value, json)?;
            }
            json.push('}');
        }
        other => return Err(format!("{other:?} has no place in the document").into()),
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
