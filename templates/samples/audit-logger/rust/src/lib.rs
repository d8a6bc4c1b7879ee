mod cpex;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use cpex::prelude::*;
use tally::Tally;

/// Where the count of each hook is stored.
const COUNT: &str = "count:";

/// What this plugin answers. The host asks once, when it loads the plugin.
fn plugin() -> Plugin {
    let counts = Arc::new(Tally::default());
    let mut plugin = Plugin::new();
    plugin.on_configure(|config, _| refuse_settings(config));
    audit::<ToolPreInvoke>(&mut plugin, &counts, |payload| Some(payload.name.clone()));
    audit::<ToolPostInvoke>(&mut plugin, &counts, |payload| Some(payload.name.clone()));
    audit::<ResourcePreFetch>(&mut plugin, &counts, |payload| Some(payload.uri.clone()));
    audit::<CmfLlmInput>(&mut plugin, &counts, |_| None);
    audit::<CmfLlmOutput>(&mut plugin, &counts, |_| None);
    plugin.command(audit_spec(), run_audit);
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

/// Counts and reports the calls of one hook, and allows them all. `entity` names what is asked
/// for; nothing else of a payload leaves the plugin.
fn audit<H: Hook>(
    plugin: &mut Plugin,
    counts: &Arc<Tally>,
    entity: fn(&H::Payload) -> Option<String>,
) {
    let counts = Arc::clone(counts);
    plugin.on(move |call: HookCall<H>| {
        let key = format!("{COUNT}{}", H::NAME);
        let sequence = counts.next(&call.host, &key, 0)?;
        let mut data = Map::new();
        data.insert("hook".to_owned(), json!(H::NAME));
        data.insert("request_id".to_owned(), json!(call.context.request_id));
        data.insert("sequence".to_owned(), json!(sequence));
        if let Some(entity) = entity(&call.payload) {
            data.insert("entity".to_owned(), json!(entity));
        }
        let security = call.extensions.security.unwrap_or_default();
        if let Some(subject) = security.subject {
            data.insert("subject".to_owned(), json!(subject.id));
        }
        if let Some(labels) = security.labels {
            data.insert("labels".to_owned(), json!(labels));
        }
        call.host.emit("audit", data)?;
        Ok(Verdict::allow())
    });
}

/// How `audit` looks in the host's help.
fn audit_spec() -> CommandSpec {
    let mut hook = OptionArg::new("hook", false, ValueType::String);
    hook.help = Some("Shows the count of this hook alone.".to_owned());
    let show = CommandSpec::new(
        "show",
        "Shows how often each hook was called.",
        vec![hook.into()],
    );
    let mut audit = CommandSpec::new("audit", "Tells what was counted.", vec![]);
    audit.subcommands = Some(vec![show]);
    audit
}

fn run_audit(call: CommandCall) -> Result<Exit> {
    if call.verb_path.len() < 2 {
        return Ok(Exit::code(2).with_message("audit: a subcommand is missing: show"));
    }
    let wanted = call.args.get("hook").and_then(Value::as_str);
    let mut keys = call.host.kv_list(KvScope::Plugin, COUNT)?;
    keys.sort();
    for key in keys {
        let hook = key.strip_prefix(COUNT).unwrap_or(&key);
        if wanted.is_some_and(|wanted| wanted != hook) {
            continue;
        }
        // Nobody takes counts away; one that is gone was taken by hand.
        if let Some(count) = tally::read(&call.host, &key)? {
            call.host.write_stdout(format!("{hook}\t{count}\n"))?;
        }
    }
    Ok(Exit::success())
}
