#[cfg(unix)]
mod archive;
mod cpex;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod step;
#[cfg(all(test, unix))]
mod tests;

use cpex::prelude::*;

/// What this plugin answers. The host asks once, when it loads the plugin.
fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    let mut shell = StepRunner::new("shell", false);
    shell.step_schema = json!({
        "type": "object",
        "properties": {
            "commands": {
                "description": "Programs with their arguments, run one after another.",
                "type": "array",
                "items": {"type": "array", "minItems": 1, "items": {"type": "string"}},
            },
            "artifacts": {
                "description": "Files to report, relative to the workspace.",
                "type": "array",
                "items": {"type": "string"},
            },
        },
        "additionalProperties": false,
    })
    .as_object()
    .cloned();
    plugin.step(shell, execute_shell);
    plugin
}

#[cfg(unix)]
fn execute_shell(call: StepCall) -> Result<StepExit> {
    step::execute(&call)
}

#[cfg(not(unix))]
fn execute_shell(_: StepCall) -> Result<StepExit> {
    Err(Error::new("unsupported", "steps need a POSIX system"))
}
