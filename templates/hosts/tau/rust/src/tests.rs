use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;
use crate::plugin::plugin;

#[test]
fn registers() {
    let host = TestHost::start(plugin());
    assert_eq!(host.registration()["name"], PLUGIN_ID);
}
// cpex:each tool

#[test]
fn greet_answers() {
    let host = TestHost::start(plugin());
    let result = host.tool("greet", json!({"name": "you", "loud": true}));
    assert_eq!(result, ToolResult::text("Hello, you!!!"));
}

#[test]
fn greet_names_an_argument_that_does_not_fit() {
    let host = TestHost::start(plugin());
    let result = host.tool("greet", json!({"name": 7}));
    assert_eq!(result, ToolResult::error("arguments.name is not a string"));
}
// cpex:end
// cpex:each hook

#[test]
fn before_agent_start_adds_nothing() {
    let host = TestHost::start(plugin());
    let result = host.hook("before_agent_start", json!({}));
    assert_eq!(result, HookResult::default());
}
// cpex:end
// cpex:each command

#[test]
fn hello_is_a_command() {
    let host = TestHost::start(plugin());
    assert!(host.has_command("hello"));
}
// cpex:end
