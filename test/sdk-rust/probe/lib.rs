//! A plugin whose commands do what a test asks for.

mod cpex;

use std::time::Duration;

use cpex::prelude::*;

fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    plugin.on(echo);
    for (verb, run) in VERBS {
        plugin.command(CommandSpec::new(*verb, "For tests.", vec![]), run);
    }
    plugin.on_configure(|config, _| match config.get("refuse") {
        Some(_) => Err(Error::new("refused", "as asked")),
        None => Ok(()),
    });
    plugin.on_shutdown(|host| drop(host.info("bye")));
    plugin
}

/// Passes the payload on with one field changed.
fn echo(call: HookCall<ToolPreInvoke>) -> Result<Verdict> {
    let mut payload = call.payload;
    payload.name.push('!');
    Ok(Verdict::modify(payload))
}

type Run = fn(CommandCall) -> Result<Exit>;
const VERBS: &[(&str, Run)] = &[
    ("panic", |_| panic!("on purpose")),
    ("panic-any", |_| std::panic::panic_any(PanicsAgain)),
    ("index", |call| {
        Ok(Exit::code(i32::from(call.verb_path[7].is_empty())))
    }),
    ("log", |call| {
        call.host.info("hello").map(|()| Exit::success())
    }),
    ("thread-panic", |call| {
        call.host.spawn("worker", |_| panic!("in a thread"))?;
        Ok(Exit::success())
    }),
    ("thread-stubborn", |call| {
        // Calls the host until the host is gone, whatever shutdown asks for.
        call.host
            .spawn("stubborn", |host| while host.info("still here").is_ok() {})?;
        Ok(Exit::success())
    }),
    ("thread-polite", |call| {
        call.host.spawn("polite", |host| {
            while !host.wait(Duration::from_millis(1)) {
                let _ = host.info("tick");
            }
        })?;
        Ok(Exit::success())
    }),
    ("big", |call| {
        Err(Error::message("x".repeat(
            call.args["size"].as_u64().map_or(0, |size| size as usize),
        )))
    }),
];

struct PanicsAgain;

impl Drop for PanicsAgain {
    fn drop(&mut self) {
        panic!("while dropping a panic");
    }
}
