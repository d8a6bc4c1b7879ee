use super::plugin;
use crate::cpex::prelude::*;
use crate::cpex::testing::{Codec, TestHost};

fn search() -> Value {
    json!({"name": "search", "args": {"query": "secret words"}})
}

#[test]
fn calls_are_counted_and_reported_without_their_contents() {
    for codec in Codec::ALL {
        let host = TestHost::start_in(codec, plugin(), json!({}));
        for _ in 0..2 {
            let verdict = host.hook::<ToolPreInvoke>(search()).unwrap();
            assert_eq!(verdict, Verdict::allow().result().clone());
        }
        let seen =
            json!({"security": {"labels": ["pii"], "subject": {"id": "ada", "roles": ["x"]}}});
        let seen = Extensions::from_json(seen).unwrap();
        let message = json!({"schema_version": "2.0", "role": "user", "content": []});
        host.hook_with::<CmfLlmInput>(json!({"message": message}), seen)
            .unwrap();
        let events = host.requests("host.event.emit");
        assert_eq!(events[0]["name"], "audit");
        assert_eq!(
            events[1]["data"],
            json!({"hook": "tool_pre_invoke", "request_id": "req-1", "sequence": 2, "entity": "search"})
        );
        assert_eq!(
            events[2]["data"],
            json!({"hook": "cmf.llm_input", "request_id": "req-1", "sequence": 1, "subject": "ada", "labels": ["pii"]})
        );
        let exit = host.command("audit show", json!({})).unwrap();
        assert_eq!(exit.exit_code, 0);
        assert_eq!(host.stdout(), "cmf.llm_input\t1\ntool_pre_invoke\t2\n");
        host.command("audit show", json!({"hook": "tool_pre_invoke"}))
            .unwrap();
        assert!(host.stdout().ends_with("2\ntool_pre_invoke\t2\n"));
        assert_eq!(host.command("audit", json!({})).unwrap().exit_code, 2);
    }
}

#[test]
fn no_count_is_lost_or_given_twice_when_many_call_at_once() {
    let host = TestHost::start(plugin(), json!({}));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..100 {
                    host.hook::<ToolPreInvoke>(search()).unwrap();
                }
            });
        }
    });
    let events = host.requests("host.event.emit").into_iter();
    let mut given: Vec<u64> = events
        .filter_map(|event| event["data"]["sequence"].as_u64())
        .collect();
    given.sort_unstable();
    assert_eq!(given, (1..=800).collect::<Vec<u64>>());
    host.command("audit show", json!({})).unwrap();
    assert_eq!(host.stdout(), "tool_pre_invoke\t800\n");
}

#[test]
fn a_store_that_fails_fails_the_call_and_nothing_more() {
    let host = TestHost::start(plugin(), json!({}));
    host.hook::<ToolPreInvoke>(search()).unwrap();
    host.answer("host.kv.get", Ok(json!({"found": true, "value": "eA=="})));
    let error = host.hook::<ToolPreInvoke>(search()).unwrap_err();
    assert_eq!(
        error.text(),
        "what is stored as `count:tool_pre_invoke` is no number"
    );
    host.answer("host.kv.get", Ok(json!({"found": true, "value": "NQ=="})));
    host.answer("host.kv.set", Err(Error::new("kv_full", "no space")));
    let error = host.hook::<ToolPreInvoke>(search()).unwrap_err();
    assert_eq!(error.code(), "kv_full");
    host.answer("host.kv.set", Ok(json!({})));
    host.hook::<ToolPreInvoke>(search()).unwrap();
    let events = host.requests("host.event.emit");
    assert_eq!(events[1]["data"]["sequence"], 6);
}

#[test]
fn there_is_nothing_to_configure() {
    let host = TestHost::start(plugin(), json!({}));
    let request = json!({"config": {"level": "hunter2"}});
    let error = host.call("plugin.reconfigure", request).unwrap_err();
    assert_eq!(error, Error::new("invalid_config", "unknown field `level`"));
}
