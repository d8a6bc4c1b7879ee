mod cpex;
#[cfg(test)]
mod tests;

use cpex::prelude::*;

/// What this plugin answers. The host asks once, when it loads the plugin.
fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    // cpex:each hook
    plugin.on(on_tool_pre_invoke);
    // cpex:end
    // cpex:each command
    plugin.command(greet_spec(), run_greet);
    // cpex:end
    // cpex:each step
    plugin.step("shell", execute_shell);
    // cpex:end
    // cpex:each lifecycle
    plugin.on_event(on_before_build_start);
    // cpex:end
    plugin
}
// cpex:each hook

/// Look at `call.payload`, then allow, deny or modify: `Verdict::deny("code", "reason")` stops
/// the call, `Verdict::modify(payload)` passes another payload on.
fn on_tool_pre_invoke(call: HookCall<ToolPreInvoke>) -> Result<Verdict> {
    call.host.info("tool_pre_invoke is allowed")?;
    Ok(Verdict::allow())
}
// cpex:end
// cpex:each command

/// How `greet` looks in the host's help. Arguments go into the list.
fn greet_spec() -> CommandSpec {
    CommandSpec::new("greet", "Says hello.", vec![])
}

/// Read `call.args`, do the work, write to stdout or stderr through the host.
fn run_greet(call: CommandCall) -> Result<Exit> {
    let greeting = "Hello from sample-plugin\n";
    call.host.write_stdout(greeting)?;
    Ok(Exit::success())
}
// cpex:end
// cpex:each step

/// Do what `call.args` asks for, in the sources that `call.workspace()` reads, and look at
/// `call.host.cancelled()` now and then.
fn execute_shell(call: StepCall) -> Result<StepExit> {
    call.write_stdout(format!("{} has nothing to do\n", call.key))?;
    Ok(StepExit::success())
}
// cpex:end
// cpex:each lifecycle

/// Look at `call.event`. `Outcome::abort("reason")` ends the build, unless the event is over.
fn on_before_build_start(call: EventCall<BeforeBuildStart>) -> Result<Outcome> {
    call.host.info("before_build_start was heard")?;
    Ok(Outcome::go_on())
}
// cpex:end
