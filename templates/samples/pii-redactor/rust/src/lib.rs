mod cpex;
mod find;
mod redact;
#[cfg(test)]
mod tests;

use cpex::prelude::*;
use redact::{Redactor, Settings};

/// What this plugin answers. The host asks once, when it loads the plugin.
fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    plugin.on_configure(|config, _| settings(config).map(drop));
    plugin.on(on_tool_pre_invoke);
    plugin.on(on_tool_post_invoke);
    plugin.on(on_cmf_llm_input);
    plugin.on(on_cmf_llm_output);
    plugin
}

fn on_tool_pre_invoke(mut call: HookCall<ToolPreInvoke>) -> Result<Verdict> {
    let settings = settings(&call.config)?;
    let mut redactor = Redactor::new(&settings);
    redactor.members(&mut call.payload.args);
    verdict(&call.host, call.extensions, &redactor, call.payload)
}

fn on_tool_post_invoke(mut call: HookCall<ToolPostInvoke>) -> Result<Verdict> {
    let settings = settings(&call.config)?;
    let mut redactor = Redactor::new(&settings);
    redactor.value(&mut call.payload.result);
    verdict(&call.host, call.extensions, &redactor, call.payload)
}

fn on_cmf_llm_input(mut call: HookCall<CmfLlmInput>) -> Result<Verdict> {
    let settings = settings(&call.config)?;
    let mut redactor = Redactor::new(&settings);
    redactor.message(&mut call.payload.message);
    verdict(&call.host, call.extensions, &redactor, call.payload)
}

fn on_cmf_llm_output(mut call: HookCall<CmfLlmOutput>) -> Result<Verdict> {
    let settings = settings(&call.config)?;
    let mut redactor = Redactor::new(&settings);
    redactor.message(&mut call.payload.message);
    verdict(&call.host, call.extensions, &redactor, call.payload)
}

/// The configuration in force. An error names what was expected, never what was found.
fn settings(config: &Document) -> Result<Settings> {
    let invalid = |message: &str| Error::new("invalid_config", message);
    let settings: Settings = config.parse().map_err(|error| invalid(error.text()))?;
    if settings.label.as_deref() == Some("") {
        return Err(invalid("label: expected a text that is not empty"));
    }
    Ok(settings)
}

/// Passes the payload on: as it was, or with what the redactor has made of it.
fn verdict(
    host: &Host,
    mut extensions: Extensions,
    redactor: &Redactor<'_>,
    payload: impl Wire,
) -> Result<Verdict> {
    let found = redactor.found();
    if found.is_empty() {
        return Ok(Verdict::allow());
    }
    host.log_with(LogLevel::Info, "redacted", found.clone())?;
    let mut metadata = Map::new();
    metadata.insert("redacted".to_owned(), Value::Object(found));
    let verdict = Verdict::modify(payload).with_metadata(metadata);
    Ok(match redactor.label() {
        Some(label) if add_label(&mut extensions, label) => verdict.with_extensions(extensions),
        _ => verdict,
    })
}

/// Adds a security label to those that are there; false when it is one of them.
fn add_label(extensions: &mut Extensions, label: &str) -> bool {
    let security = extensions.security.get_or_insert_default();
    let labels = security.labels.get_or_insert_default();
    let new = labels.iter().all(|other| other != label);
    if new {
        labels.push(label.to_owned());
    }
    new
}
