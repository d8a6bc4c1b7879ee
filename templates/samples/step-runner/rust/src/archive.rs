//! Unpacks tar files (ustar): files and folders, and nothing that could reach out of the workspace.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use crate::cpex::prelude::*;

const BLOCK: usize = 512;

/// Unpacks a tar file into an empty folder.
///
/// # Errors
/// `bad_archive` for what is no such file or holds more than files and folders.
pub fn unpack(mut archive: impl Read, folder: &Path) -> Result<()> {
    let mut header = [0; BLOCK];
    loop {
        match fill(&mut archive, &mut header)? {
            // Some programs leave out the blocks of zeros at the end.
            0 => return Ok(()),
            BLOCK if header == [0; BLOCK] => return Ok(()),
            BLOCK => {}
            _ => return Err(bad("it ends too early")),
        }
        let entry = Entry::read(&header)?;
        let path = folder.join(&entry.path);
        if entry.folder {
            fs::create_dir_all(path).map_err(unnamed)?;
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(unnamed)?;
        }
        let mode = if entry.executable { 0o755 } else { 0o644 };
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(path)
            .map_err(unnamed)?;
        let copied = io::copy(&mut (&mut archive).take(entry.size), &mut file)?;
        let padding = entry.size.next_multiple_of(BLOCK as u64) - entry.size;
        let skipped = io::copy(&mut (&mut archive).take(padding), &mut io::sink())?;
        if copied + skipped < entry.size + padding {
            return Err(bad("it ends too early"));
        }
    }
}

/// What a header says.
struct Entry {
    path: PathBuf,
    folder: bool,
    executable: bool,
    size: u64,
}

impl Entry {
    fn read(header: &[u8; BLOCK]) -> Result<Self> {
        if &header[257..263] != b"ustar\0" || octal(&header[148..156])? != checksum(header) {
            return Err(bad("a header is broken"));
        }
        let folder = match header[156] {
            b'0' | 0 => false,
            b'5' => true,
            _ => return Err(bad("it holds something else than files and folders")),
        };
        let size = octal(&header[124..136])?;
        if folder && size > 0 {
            return Err(bad("a folder has a content"));
        }
        Ok(Self {
            path: path(&header[345..500], &header[..100])?,
            folder,
            executable: octal(&header[100..108])? & 0o111 != 0,
            size,
        })
    }
}

/// The path of an entry, which must stay inside.
fn path(prefix: &[u8], name: &[u8]) -> Result<PathBuf> {
    let (Ok(prefix), Ok(name)) = (
        std::str::from_utf8(text(prefix)),
        std::str::from_utf8(text(name)),
    ) else {
        return Err(bad("a name is not UTF-8"));
    };
    if name.is_empty() {
        return Err(bad("a name is missing"));
    }
    // Not `join`: an absolute name would leave the prefix out.
    let whole = if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}/{name}")
    };
    let path = PathBuf::from(whole);
    let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !path.components().all(stays) {
        return Err(bad("a name leads out of the workspace"));
    }
    Ok(path)
}

/// Sum of all bytes of the header, with blanks for the sum itself.
fn checksum(header: &[u8; BLOCK]) -> u64 {
    let bytes = header.iter().enumerate().map(|(index, &byte)| match index {
        148..156 => b' ',
        _ => byte,
    });
    bytes.map(u64::from).sum()
}

/// A number in octal digits, with blanks before it and a blank or NUL behind it.
fn octal(field: &[u8]) -> Result<u64> {
    let digits = std::str::from_utf8(text(field)).unwrap_or_default().trim();
    if digits.is_empty() {
        return Ok(0);
    }
    u64::from_str_radix(digits, 8).map_err(|_| bad("a number is broken"))
}

/// What stands before the first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Reads a whole block; less only at the end.
fn fill(archive: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match archive.read(&mut block[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// For entries that are files and folders at the same time, or have names that no file may have.
/// Other troubles of the disk stay what they are.
fn unnamed(error: io::Error) -> Error {
    use io::ErrorKind::{AlreadyExists, InvalidInput, IsADirectory, NotADirectory};
    match error.kind() {
        AlreadyExists | InvalidInput | IsADirectory | NotADirectory => {
            bad("an entry cannot be written under its name")
        }
        _ => error.into(),
    }
}

fn bad(why: &str) -> Error {
    Error::new(
        "bad_archive",
        format!("the archive cannot be unpacked: {why}"),
    )
}
