//! Notes in the host's store: one value for each, and the number that comes next.

use serde::{Deserialize, Serialize};

use crate::cpex::prelude::*;
use crate::tally::Tally;

/// Where the notes are stored, and where the number of the next one.
const NOTE: &str = "note:";
const NEXT: &str = "next";

/// One note, as it is listed.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub struct Note {
    /// The store has it in the key.
    #[serde(default)]
    pub id: u64,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// Adds notes, with a number that no other one has ever had.
#[derive(Default)]
pub struct Notes(Tally);

impl Notes {
    /// Adds a note and returns its number.
    pub fn add(&self, host: &Host, text: &str, tag: Option<&str>) -> Result<u64> {
        // What is stored is the number after this one.
        let id = self.0.next(host, NEXT, 1)? - 1;
        let mut note = json!({"text": text});
        if let Some(tag) = tag {
            note["tag"] = json!(tag);
        }
        host.kv_set(KvScope::Plugin, format!("{NOTE}{id}"), note.to_string())?;
        Ok(id)
    }
}

/// All notes, by number.
pub fn all(host: &Host) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    for key in host.kv_list(KvScope::Plugin, NOTE)? {
        let Some(id) = key.strip_prefix(NOTE).and_then(|id| id.parse().ok()) else {
            continue;
        };
        // One that was removed since the keys were listed is left out.
        if let Some(bytes) = host.kv_get(KvScope::Plugin, &*key)? {
            let mut note: Note = serde_json::from_slice(&bytes)
                .map_err(|_| Error::message(format!("what is stored as `{key}` is no note")))?;
            note.id = id;
            notes.push(note);
        }
    }
    notes.sort_by_key(|note| note.id);
    Ok(notes)
}

/// Removes a note; false when there is none of this number.
pub fn remove(host: &Host, id: i64) -> Result<bool> {
    host.kv_delete(KvScope::Plugin, format!("{NOTE}{id}"))
}
