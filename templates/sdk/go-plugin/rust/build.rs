//! Writes the Rust code of the .proto files, at every build and without protoc.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message;

/// Services that go-plugin itself asks of a plugin.
const OWN: &str = "src/cpex/go_plugin.proto";

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = proto_files(Path::new("proto"))?;
    files.push(OWN.into());
    let descriptors = protox::compile(&files, ["proto", "src/cpex"])?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_transport(false)
        .include_file("pb.rs")
        .compile_fds(descriptors)?;
    println!("cargo:rerun-if-changed=proto");
    println!("cargo:rerun-if-changed={OWN}");
    Ok(())
}

/// The .proto files below a folder, sorted.
fn proto_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(proto_files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
