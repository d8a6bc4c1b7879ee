mod cpex;

use cpex::prelude::*;

/// Reads each payload as its type and hands it back as it writes it anew.
fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    plugin.on(|call: HookCall<CmfLlmInput>| Ok(Verdict::modify(call.payload)));
    plugin.on(|call: HookCall<ToolPreInvoke>| Ok(Verdict::modify(call.payload)));
    plugin.on(|call: HookCall<HttpPostRequest>| Ok(Verdict::modify(call.payload)));
    plugin
}
