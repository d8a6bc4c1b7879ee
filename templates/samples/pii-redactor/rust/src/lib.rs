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
    plugin.on(|call: HookCall<ToolPreInvoke>| {
        answer(call, |redactor, payload| {
            redactor.members(&mut payload.args)
        })
    });
    plugin.on(|call: HookCall<ToolPostInvoke>| {
        answer(call, |redactor, payload| {
            redactor.value(&mut payload.result)
        })
    });
    plugin.on(|call: HookCall<CmfLlmInput>| {
        answer(call, |redactor, payload| {
            redactor.message(&mut payload.message)
        })
    });
    plugin.on(|call: HookCall<CmfLlmOutput>| {
        answer(call, |redactor, payload| {
            redactor.message(&mut payload.message)
        })
    });
    plugin
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
fn answer<H: Hook>(
    mut call: HookCall<H>,
    redact: impl FnOnce(&mut Redactor<'_>, &mut H::Payload),
) -> Result<Verdict> {
    let settings = settings(&call.config)?;
    let mut redactor = Redactor::new(&settings);
    redact(&mut redactor, &mut call.payload);
    let found = redactor.found();
    if found.is_empty() {
        return Ok(Verdict::allow());
    }
    call.host
        .log_with(LogLevel::Info, "redacted", found.clone())?;
    let mut metadata = Map::new();
    metadata.insert("redacted".to_owned(), Value::Object(found));
    let verdict = Verdict::modify(call.payload).with_metadata(metadata);
    let mut extensions = call.extensions;
    Ok(match &settings.label {
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
