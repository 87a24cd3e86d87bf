//! Lists the files of `assets` as a table that the function embeds, each as it is and as gzip.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=assets");
    let assets = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("assets");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&assets)? {
        let name =
            entry?.file_name().into_string().map_err(|name| format!("{} is no name", name.display()))?;
        if name != "index.html" {
            names.push(name);
        }
    }
    names.sort();
    let mut table = "&[\n".to_owned();
    for name in names {
        let plain = assets.join(&name);
        let packed = out.join(format!("{name}.gz"));
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&std::fs::read(&plain)?)?;
        std::fs::write(&packed, gzip.finish()?)?;
        writeln!(
            table,
            "    Asset {{ name: {name:?}, plain: include_bytes!({plain:?}), gzip: include_bytes!({packed:?}) }},"
        )?;
    }
    table.push(']');
    std::fs::write(out.join("assets.rs"), table)?;
    Ok(())
}
