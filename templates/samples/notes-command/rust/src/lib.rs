mod cpex;
mod notes;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use cpex::prelude::*;
use notes::Notes;

/// What this plugin answers. The host asks once, when it loads the plugin.
fn plugin() -> Plugin {
    let notes = Arc::new(Notes::default());
    let mut plugin = Plugin::new();
    plugin.on_configure(|config, _| refuse_settings(config));
    plugin.command(notes_spec(), move |call| run_notes(&notes, &call));
    plugin
}

/// There is nothing to set.
fn refuse_settings(config: &Document) -> Result<()> {
    match config.keys().next() {
        Some(key) => Err(Error::new(
            "invalid_config",
            format!("unknown field `{key}`"),
        )),
        None => Ok(()),
    }
}

/// How `notes` looks in the host's help.
fn notes_spec() -> CommandSpec {
    let mut tag = OptionArg::new("tag", false, ValueType::String);
    tag.help = Some("A word to find the note by.".to_owned());
    let text = PositionalArg::new("text", true, ValueType::String);
    let add = CommandSpec::new("add", "Adds a note.", vec![text.into(), tag.into()]);

    let mut tag = OptionArg::new("tag", false, ValueType::String);
    tag.help = Some("Only the notes with this tag.".to_owned());
    let mut limit = OptionArg::new("limit", false, ValueType::Int);
    limit.help = Some("At most so many notes.".to_owned());
    let mut json = FlagArg::new("json");
    json.help = Some("JSON on one line.".to_owned());
    let args = vec![tag.into(), limit.into(), json.into()];
    let list = CommandSpec::new("list", "Lists the notes by number.", args);

    let id = PositionalArg::new("id", true, ValueType::Int);
    let remove = CommandSpec::new("remove", "Removes a note.", vec![id.into()]);

    let mut notes = CommandSpec::new("notes", "Keeps short notes.", vec![]);
    notes.subcommands = Some(vec![add, list, remove]);
    notes
}

fn run_notes(notes: &Notes, call: &CommandCall) -> Result<Exit> {
    match call.verb_path.get(1).map(String::as_str) {
        Some("add") => add(notes, call),
        Some("list") => list(call),
        Some("remove") => remove(call),
        _ => Ok(Exit::code(2).with_message("notes: a subcommand is missing: add, list or remove")),
    }
}

fn add(notes: &Notes, call: &CommandCall) -> Result<Exit> {
    let text = call.args.get("text").and_then(Value::as_str).unwrap_or("");
    if text.is_empty() {
        return Ok(Exit::code(2).with_message("the text of a note is empty"));
    }
    let tag = tag(call).filter(|tag| !tag.is_empty());
    let id = notes.add(&call.host, text, tag)?;
    call.host.write_stdout(format!("added {id}\n"))?;
    Ok(Exit::success())
}

fn list(call: &CommandCall) -> Result<Exit> {
    let limit = call.args.get("limit").and_then(Value::as_i64);
    let limit = match limit.map(usize::try_from) {
        None => usize::MAX,
        Some(Ok(limit)) => limit,
        Some(Err(_)) => return Ok(Exit::code(2).with_message("--limit is below 0")),
    };
    let wanted = tag(call);
    let mut notes = notes::all(&call.host)?;
    notes.retain(|note| wanted.is_none_or(|tag| note.tag.as_deref().unwrap_or("") == tag));
    notes.truncate(limit);
    let as_json = call.args.get("json").and_then(Value::as_bool);
    let out = if as_json == Some(true) {
        serde_json::to_string(&notes)? + "\n"
    } else {
        let line = |note: &notes::Note| {
            let tag = note.tag.as_deref().unwrap_or("-");
            format!("{}\t{tag}\t{}\n", note.id, note.text)
        };
        notes.iter().map(line).collect()
    };
    if !out.is_empty() {
        call.host.write_stdout(out)?;
    }
    Ok(Exit::success())
}

fn remove(call: &CommandCall) -> Result<Exit> {
    let id = call.args.get("id").and_then(Value::as_i64).unwrap_or(0);
    if notes::remove(&call.host, id)? {
        return Ok(Exit::success());
    }
    Ok(Exit::code(1).with_message(format!("there is no note {id}")))
}

fn tag(call: &CommandCall) -> Option<&str> {
    call.args.get("tag").and_then(Value::as_str)
}
