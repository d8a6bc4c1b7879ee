use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cpex::identity;
use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

fn code<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    outcome.unwrap_err().code().to_owned()
}

fn guard_plugin() -> Plugin {
    let mut plugin = Plugin::new();
    plugin.on(
        |call: HookCall<ToolPreInvoke>| match call.payload.name.as_str() {
            "denied" => Ok(Verdict::deny("no_such_tool", "not on the list")),
            "changed" => {
                let mut payload = call.payload;
                payload.args.insert("seen".into(), json!(true));
                Ok(Verdict::modify(payload).with_local_state(Map::new()))
            }
            "failed" => Err(Error::message("the list is not there")),
            "coded" => {
                Err(Error::new("list_missing", "the list is not there")
                    .with_details(json!({"n": 1})))
            }
            "std" => Ok("x".parse::<u8>().map(|_| Verdict::allow())?),
            "panic" => panic!("on purpose"),
            "config" => Ok(Verdict::deny("limit", call.config["limit"].to_string())),
            _ => Ok(Verdict::allow()),
        },
    );
    plugin.on(|_: HookCall<IdentityResolve>| Ok(Verdict::allow()));
    plugin
}

fn tool(name: &str) -> Value {
    json!({"name": name, "args": {}, "later": 18_446_744_073_709_551_615_u64})
}

#[test]
fn registration_says_what_cpex_yaml_and_the_handlers_say() {
    let host = TestHost::unregistered(guard_plugin());
    let request = json!({
        "host": {"name": "h", "version": "9.0.0", "features": ["later"], "x": 1},
        "schema_version": 7,
        "config": {},
        "limits": {"max_request_bytes": 1, "max_response_bytes": u64::MAX},
    });
    let first = host.call("plugin.register", request.clone()).unwrap();
    assert_eq!(first["schema_version"], 1);
    assert_eq!(first["metadata"]["id"], identity::PLUGIN_ID);
    assert_eq!(first["metadata"]["version"], identity::PLUGIN_VERSION);
    assert!(first["metadata"].get("repository").is_none());
    assert_eq!(
        first["capabilities"],
        json!({"hooks": ["tool_pre_invoke", "identity.resolve"]})
    );
    assert_eq!(host.call("plugin.register", request), Ok(first));
}

#[test]
fn methods_are_known_by_their_whole_name_and_only_when_declared() {
    let host = TestHost::unregistered(guard_plugin());
    for method in [
        "",
        "hook",
        "hook.invok",
        "hook.invoke ",
        "Hook.Invoke",
        "hook.invoke.x",
        "command.run",
    ] {
        assert_eq!(
            code(host.call_bytes(method, b"garbage")),
            "unknown_method",
            "{method}"
        );
    }
    let long = "m".repeat(65_536);
    assert!(host.call(&long, json!({})).unwrap_err().text().len() < 200);
}

#[test]
fn capabilities_wait_for_registration() {
    let host = TestHost::unregistered(guard_plugin());
    for method in ["hook.invoke", "plugin.reconfigure", "plugin.quiesce"] {
        assert_eq!(code(host.call(method, json!({}))), "not_registered");
    }
    assert_eq!(
        code(host.call("plugin.register", json!({}))),
        "invalid_request"
    );
    assert_eq!(
        code(host.hook::<ToolPreInvoke>(tool("x"))),
        "not_registered"
    );
}

#[test]
fn verdicts_travel_whole() {
    let host = TestHost::start(guard_plugin(), json!({}));
    assert!(
        host.hook::<ToolPreInvoke>(tool("x"))
            .unwrap()
            .continue_processing
    );

    let denied = host.hook::<ToolPreInvoke>(tool("denied")).unwrap();
    assert!(!denied.continue_processing);
    assert_eq!(
        denied.violation,
        Some(Violation::new("no_such_tool", "not on the list"))
    );

    let changed = host.hook::<ToolPreInvoke>(tool("changed")).unwrap();
    let expected = json!({"name": "changed", "args": {"seen": true}, "later": u64::MAX});
    assert_eq!(changed.modified_payload, Some(expected));
    assert_eq!(changed.context.unwrap().local_state, Some(Map::new()));
}

#[test]
fn failures_become_errors_and_spoil_nothing() {
    let host = TestHost::start(guard_plugin(), json!({}));
    let error = |name| host.hook::<ToolPreInvoke>(tool(name)).unwrap_err();
    assert_eq!(
        error("failed"),
        Error::new("plugin_error", "the list is not there")
    );
    assert_eq!(error("coded").details(), Some(&json!({"n": 1})));
    assert_eq!(error("std").text(), "invalid digit found in string");
    assert_eq!(
        error("panic"),
        Error::new("plugin_panic", "the plugin panicked: on purpose")
    );
    assert_eq!(
        code(host.hook::<ToolPreInvoke>(json!({"name": 1, "args": {}}))),
        "invalid_request"
    );
    assert_eq!(code(host.hook::<ToolPostInvoke>(json!({}))), "unknown_hook");
    assert!(host.hook::<ToolPreInvoke>(tool("x")).is_ok());
}

#[test]
fn a_hook_answers_to_its_other_name() {
    let host = TestHost::start(guard_plugin(), json!({}));
    let request = |hook: &str| {
        json!({
            "hook": hook,
            "payload": {},
            "extensions": {},
            "context": {"request_id": "r", "local_state": {}, "global_state": {}},
        })
    };
    assert!(
        host.call("hook.invoke", request("identity_resolve"))
            .is_ok()
    );
    assert_eq!(
        code(host.call("hook.invoke", request("identity.resolved"))),
        "unknown_hook"
    );
}

#[test]
fn a_configuration_counts_as_a_whole_or_not_at_all() {
    let mut plugin = guard_plugin();
    plugin.on_configure(|config, host| {
        host.info("configured")?;
        config
            .get("limit")
            .filter(|limit| limit.is_u64())
            .map(drop)
            .ok_or_else(|| Error::message("limit?"))
    });
    let host = TestHost::start(plugin, json!({"limit": 1}));
    let limit = || {
        host.hook::<ToolPreInvoke>(tool("config"))
            .unwrap()
            .violation
            .unwrap()
            .reason
    };
    assert_eq!(limit(), "1");
    assert!(
        host.call("plugin.reconfigure", json!({"config": {"limit": 2}}))
            .is_ok()
    );
    assert_eq!(limit(), "2");
    assert_eq!(
        code(host.call("plugin.reconfigure", json!({"config": {"limit": "x"}}))),
        "plugin_error"
    );
    assert_eq!(limit(), "2");
    assert_eq!(host.logs(), ["configured", "configured", "configured"]);
}

#[test]
fn commands_are_found_by_their_path() {
    let mut plugin = Plugin::new();
    let inner = CommandSpec::new(
        "add",
        "Adds.",
        vec![PositionalArg::new("name", true, ValueType::String).into()],
    );
    let mut outer = CommandSpec::new("remote", "Remotes.", vec![]);
    outer.subcommands = Some(vec![inner]);
    plugin.command(outer, |call| {
        let name = call
            .args
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or("nobody");
        call.host.write_stdout(format!(
            "{} {name} {}",
            call.verb_path.join("/"),
            call.env.len()
        ))?;
        call.host.write_stderr([0xff])?;
        Ok(Exit::code(3).with_message("done"))
    });
    let host = TestHost::start(plugin, json!({}));
    let exit = host.command("remote add", json!({"name": "ada"})).unwrap();
    assert_eq!((exit.exit_code, exit.message.as_deref()), (3, Some("done")));
    assert_eq!(host.stdout(), "remote/add ada 0");
    for path in ["", "add", "remote rm", "remote add x"] {
        assert_eq!(
            code(host.command(path, json!({}))),
            "unknown_command",
            "{path}"
        );
    }
    assert_eq!(
        code(host.hook::<ToolPreInvoke>(tool("x"))),
        "unknown_method"
    );
}

#[test]
fn answers_beyond_the_limit_are_errors() {
    let host = TestHost::unregistered(guard_plugin());
    let request = json!({
        "host": {"name": "h", "version": "1.0.0", "features": []},
        "schema_version": 1,
        "config": {},
        "limits": {"max_request_bytes": 400, "max_response_bytes": 400},
    });
    host.call("plugin.register", request).unwrap();
    let payload = json!({"name": "changed", "args": {"x": "y".repeat(500)}});
    assert_eq!(code(host.hook::<ToolPreInvoke>(payload)), "plugin_error");
    assert!(host.hook::<ToolPreInvoke>(tool("changed")).is_ok());
}

#[test]
fn an_error_is_never_blank_on_the_wire() {
    let mut plugin = Plugin::new();
    plugin.on(|_: HookCall<Elicit>| Err(Error::new("", "")));
    let host = TestHost::start(plugin, json!({}));
    assert_eq!(
        host.hook::<Elicit>(json!({})),
        Err(Error::new("plugin_error", "plugin_error"))
    );
}

#[test]
fn quiesce_and_shutdown_reach_the_author_once_registered() {
    let calls = Arc::new(AtomicUsize::new(0));
    let plugin = || {
        let (quiesced, ended) = (Arc::clone(&calls), Arc::clone(&calls));
        let mut plugin = guard_plugin();
        plugin.on_quiesce(move |_| _ = quiesced.fetch_add(1, Ordering::SeqCst));
        plugin.on_shutdown(move |_| _ = ended.fetch_add(10, Ordering::SeqCst));
        plugin
    };
    drop(TestHost::unregistered(plugin()));
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    let host = TestHost::start(plugin(), json!({}));
    host.call("plugin.quiesce", json!({})).unwrap();
    assert!(host.hook::<ToolPreInvoke>(tool("x")).is_ok());
    drop(host);
    assert_eq!(calls.load(Ordering::SeqCst), 11);
}
