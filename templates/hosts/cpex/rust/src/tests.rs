use super::plugin;
use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;
// cpex:each hook

#[test]
fn tool_pre_invoke_is_allowed() {
    let host = TestHost::start(plugin(), json!({}));
    let verdict = host.hook::<ToolPreInvoke>(ToolPreInvoke::sample());
    assert!(verdict.is_ok_and(|verdict| verdict.continue_processing));
    assert_eq!(host.logs().len(), 1);
}
// cpex:end
// cpex:each command

#[test]
fn greet_says_hello() {
    let host = TestHost::start(plugin(), json!({}));
    let exit = host.command("greet", json!({}));
    assert!(exit.is_ok_and(|exit| exit.exit_code == 0));
    assert!(host.stdout().starts_with("Hello"));
}
// cpex:end
