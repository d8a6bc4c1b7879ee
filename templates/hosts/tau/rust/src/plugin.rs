use crate::cpex::prelude::*;

/// What this process offers. The host hears of it once, when the process starts.
pub fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    // cpex:each tool
    plugin.tool(greet_info(), on_greet);
    // cpex:end
    // cpex:each hook
    plugin.on_hook("before_agent_start", on_before_agent_start);
    // cpex:end
    // cpex:each command
    plugin.command("hello", "Welcomes the user.");
    // cpex:end
    plugin
}
// cpex:each tool

/// How the host and the model see the tool "greet".
fn greet_info() -> ToolInfo {
    ToolInfo::new("greet", "Says hello to somebody.").prompt("Say hello, loudly if need be.")
}

arguments! {
    /// What the tool "greet" takes. The host gets a JSON Schema that is made from it, and the
    /// handler never sees arguments that do not fit.
    pub struct GreetArguments {
        /// Who is meant.
        name: String,
        /// In capitals.
        loud: Option<bool>,
    }
}

/// Answers the tool "greet". Long work ends when `call.is_cancelled()`, and tells how it gets on
/// with `call.delta(text)`.
fn on_greet(_call: &ToolCall, args: GreetArguments) -> Result<ToolResult> {
    let text = format!("Hello, {}!", args.name);
    if args.loud == Some(true) {
        return Ok(ToolResult::text(text.to_uppercase()));
    }
    Ok(ToolResult::text(text))
}
// cpex:end
// cpex:each hook

/// Answers the hook "before_agent_start": read what it is about with `call.read::<T>()`, then return
/// what is to be added, or the default for nothing.
fn on_before_agent_start(_call: &HookCall) -> Result<HookResult> {
    Ok(HookResult::default())
}
// cpex:end
