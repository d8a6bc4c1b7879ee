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
// cpex:each step

#[test]
fn shell_has_nothing_to_do() {
    let host = TestHost::start(plugin(), json!({}));
    let exit = host.step("shell", json!({}));
    assert!(exit.is_ok_and(|exit| exit.exit_code == 0));
    assert!(host.stdout().ends_with("nothing to do\n"));
}
// cpex:end
// cpex:each lifecycle

#[test]
fn before_build_start_lets_the_build_go_on() {
    let host = TestHost::start(plugin(), json!({}));
    let result = host.event::<BeforeBuildStart>(BeforeBuildStart::sample());
    assert!(result.is_ok_and(|result| result.outcome == LifecycleEventOutcome::Continue));
    assert_eq!(host.logs().len(), 1);
}
// cpex:end
