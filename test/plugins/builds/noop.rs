mod cpex;
#[cfg(test)]
mod tests;

use cpex::prelude::*;

/// The runner "noop": stores what a step got under "seen:KEY", reads its workspace, prints its size, and ends well.
fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    plugin.step(StepRunner::new("noop", true), execute);
    plugin
}

fn execute(call: StepCall) -> Result<StepExit> {
    let seen = format!("{} {} {:?} {:?}", call.key, call.workdir, call.env, call.cache);
    call.host.kv_set(KvScope::Plugin, format!("seen:{}", call.key), seen.into_bytes())?;
    let size = std::io::copy(&mut call.workspace(), &mut std::io::sink())?;
    call.write_stdout(format!("{size} bytes\n"))?;
    Ok(StepExit::success())
}
