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
    let info = ToolInfo::new("greet", "Says hello to somebody.");
    info.prompt("Say hello, with emphasis if need be.")
}

arguments! {
    /// What the tool "greet" takes. The host gets a JSON Schema that is made from it, and the
    /// handler never sees arguments that do not fit.
    pub struct GreetArgs {
        /// Who is meant.
        name: String,
        /// With three exclamation marks.
        loud: Option<bool>,
    }
}

/// Answers the tool "greet". Long work ends when `call.is_cancelled()`, and tells how it gets on
/// with `call.delta(text)`.
fn on_greet(_call: &ToolCall, args: GreetArgs) -> Result<ToolResult> {
    let end = if args.loud == Some(true) { "!!!" } else { "!" };
    Ok(ToolResult::text(format!("Hello, {}{end}", args.name)))
}
// cpex:end
// cpex:each hook

/// Answers the hook "before_agent_start": read what it is about with `call.read::<T>()`, then return
/// what is to be added, or the default for nothing.
fn on_before_agent_start(_call: &HookCall) -> Result<HookResult> {
    Ok(HookResult::default())
}
// cpex:end
