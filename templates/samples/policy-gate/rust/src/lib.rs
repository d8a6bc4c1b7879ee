mod cpex;
mod policy;
#[cfg(test)]
mod tests;

use cpex::prelude::*;
use policy::{Asked, Denial, Policy};

/// What this plugin answers. The host asks once, when it loads the plugin.
fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    plugin.on_configure(|config, _| policy(config).map(drop));
    plugin.on(on_tool_pre_invoke);
    plugin.on(on_cmf_tool_pre_invoke);
    plugin.on(on_resource_pre_fetch);
    plugin
}

fn on_tool_pre_invoke(call: HookCall<ToolPreInvoke>) -> Result<Verdict> {
    let tool = Asked::Tool(&call.payload.name);
    let policy = policy(&call.config)?;
    Ok(verdict(policy.denial(tool, &call.extensions)))
}

/// A message is denied when any of the tool calls in it is.
fn on_cmf_tool_pre_invoke(call: HookCall<CmfToolPreInvoke>) -> Result<Verdict> {
    let policy = policy(&call.config)?;
    let mut parts = call.payload.message.content.iter();
    let denial = parts.find_map(|part| match part {
        ContentPart::ToolCall(part) => {
            policy.denial(Asked::Tool(&part.content.name), &call.extensions)
        }
        _ => None,
    });
    Ok(verdict(denial))
}

fn on_resource_pre_fetch(call: HookCall<ResourcePreFetch>) -> Result<Verdict> {
    let resource = Asked::Resource(&call.payload.uri);
    let policy = policy(&call.config)?;
    Ok(verdict(policy.denial(resource, &call.extensions)))
}

/// The configuration in force. An error names what was expected, never what was found.
fn policy(config: &Document) -> Result<Policy> {
    let invalid = |error: Error| Error::new("invalid_config", error.text());
    config.parse().map_err(invalid)
}

fn verdict(denial: Option<Denial<'_>>) -> Verdict {
    let Some(denial) = denial else {
        return Verdict::allow();
    };
    let mut details = Map::new();
    if let Some(number) = denial.rule {
        details.insert("rule".to_owned(), json!(number));
    }
    match denial.asked {
        Asked::Tool(name) => details.insert("tool".to_owned(), json!(name)),
        Asked::Resource(uri) => details.insert("resource".to_owned(), json!(uri)),
    };
    let mut violation = Violation::new("policy_denied", &*denial.reason);
    violation.details = Some(details);
    Verdict::violation(violation)
}
