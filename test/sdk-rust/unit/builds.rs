use std::io::{Read, Write};
use std::time::Duration;

use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

fn code<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    outcome.unwrap_err().code().to_owned()
}

fn runner() -> Plugin {
    let mut shell = StepRunner::new("shell", true);
    shell.step_schema = Some(Map::from_json(json!({"type": "object"})).unwrap());
    let mut plugin = Plugin::new();
    plugin.step(shell, |call| {
        let mut out = call.stdout();
        write!(out, "{} {} {:?}", call.key, call.workdir, call.cache)?;
        call.write_stderr([0xff])?;
        let mut content = Vec::new();
        call.workspace().read_to_end(&mut content)?;
        assert_eq!(call.workspace().size()?, content.len() as u64);
        let sum = content.iter().map(|&byte| u64::from(byte)).sum();
        Ok(StepExit::code(3)
            .with_artifact("a.txt", "text/plain", sum)
            .with_snapshot("later"))
    });
    plugin.step("idle", |call| {
        while !call.host.cancelled()? {}
        Ok(StepExit::code(130))
    });
    plugin.step("broken", |_| panic!("on purpose"));
    plugin
}

#[test]
fn a_step_reads_its_archive_in_pieces_and_writes_as_it_goes() {
    let host = TestHost::start(runner(), json!({}));
    let content: Vec<u8> = (0..150_000_u32).map(|n| n as u8).collect();
    let sum: u64 = content.iter().map(|&byte| u64::from(byte)).sum();
    host.put_archive("workspace", content);
    let exit = host.step("shell", json!({})).unwrap();
    assert_eq!(exit.exit_code, 3);
    assert_eq!(exit.committed_snapshot.as_deref(), Some("later"));
    assert_eq!(exit.artifacts, [Artifact::new("a.txt", "text/plain", sum)]);
    assert!(host.stdout().starts_with("step . MissNoCommit"));
    assert_eq!(host.stderr(), "\u{fffd}");
    // What is formatted in several pieces is one write.
    assert_eq!(host.requests("host.step.log").len(), 2);
    let offsets: Vec<Value> = host
        .requests("host.archive.read")
        .iter()
        .map(|request| request["offset"].clone())
        .collect();
    assert_eq!(offsets, [0, 65_536, 131_072, 150_000]);
}

#[test]
fn large_output_goes_in_pieces_and_none_makes_no_call() {
    let mut plugin = Plugin::new();
    plugin.step("loud", |call| {
        call.write_stdout([])?;
        call.write_stdout(vec![b'x'; 100_000])?;
        Ok(StepExit::success())
    });
    let host = TestHost::start(plugin, json!({}));
    host.step("loud", json!({})).unwrap();
    assert_eq!(host.stdout().len(), 100_000);
    assert_eq!(host.requests("host.step.log").len(), 2);
}

#[test]
fn a_host_that_refuses_ends_the_reading() {
    let host = TestHost::start(runner(), json!({}));
    let error = host.step("shell", json!({})).unwrap_err();
    assert_eq!(error.code(), "plugin_error");
    assert!(error.text().contains("archive_not_found"), "{error}");
    let piece = json!({"data": "eHh4".repeat(30_000)});
    host.answer("host.archive.read", Ok(piece));
    let error = host.step("shell", json!({})).unwrap_err();
    assert!(error.text().contains("more of an archive"), "{error}");
}

#[test]
fn a_step_sees_that_it_was_cancelled_and_a_panic_stays_inside() {
    let host = TestHost::start(runner(), json!({}));
    host.answer("host.cancelled", Ok(json!({"cancelled": true})));
    assert_eq!(host.step("idle", json!({})).unwrap().exit_code, 130);
    assert_eq!(code(host.step("broken", json!({}))), "plugin_panic");
    assert_eq!(code(host.step("Shell", json!({}))), "unknown_runner");
}

#[test]
fn runners_and_events_are_told_at_registration() {
    let mut plugin = runner();
    plugin.step("idle", |_| Ok(StepExit::success()));
    plugin.on_event(|_: EventCall<BeforeBuildStart>| Ok(Outcome::go_on()));
    plugin.on_event(|_: EventCall<AfterStepEnd>| Ok(Outcome::go_on()));
    plugin.on_event(|_: EventCall<BeforeStepLog>| Ok(Outcome::go_on()));
    let limit = Duration::from_millis(20);
    plugin.on_event_within(limit, |_: EventCall<BeforeBuildEnd>| Ok(Outcome::go_on()));
    let host = TestHost::unregistered(plugin);
    let request = json!({
        "host": {"name": "h", "version": "1.0.0", "features": []},
        "schema_version": 1,
        "config": {},
        "limits": {"max_request_bytes": 1, "max_response_bytes": u64::MAX},
    });
    let result = host.call("plugin.register", request).unwrap();
    assert_eq!(
        result["capabilities"],
        json!({
            "step": [
                {"runner": "shell", "default": true, "step_schema": {"type": "object"}},
                {"runner": "broken", "default": false},
                {"runner": "idle", "default": false},
            ],
            "lifecycle": [
                {"events": ["build_start", "step_log"], "phase": "before", "timeout_ms": 5000},
                {"events": ["step_end"], "phase": "after", "timeout_ms": 5000},
                {"events": ["build_end"], "phase": "before", "timeout_ms": 20},
            ],
        })
    );
}

#[test]
fn events_find_the_handler_of_their_kind_and_phase() {
    let mut plugin = Plugin::new();
    plugin.on_event(|call: EventCall<BeforeStepStart>| {
        Ok(Outcome::abort(format!("no {}", call.event.key)))
    });
    plugin.on_event(|call: EventCall<AfterStepEnd>| {
        call.host.info(call.event.exit_code.to_string())?;
        Ok(Outcome::go_on())
    });
    let host = TestHost::start(plugin, json!({}));
    let result = host
        .event::<BeforeStepStart>(BeforeStepStart::sample())
        .unwrap();
    assert_eq!(result.outcome, LifecycleEventOutcome::Abort);
    assert_eq!(result.reason.as_deref(), Some("no key"));
    let result = host.event::<AfterStepEnd>(AfterStepEnd::sample()).unwrap();
    assert_eq!(result.outcome, LifecycleEventOutcome::Continue);
    assert_eq!(host.logs(), ["1"]);
    for (event, phase, expected) in [
        (BeforeStepStart::sample(), "after", "unknown_event"),
        (AfterStepStart::sample(), "sideways", "invalid_request"),
        (json!({"kind": "later", "x": 1}), "before", "unknown_event"),
        (json!({"kind": "step_start"}), "before", "invalid_request"),
        (json!({"kind": 7}), "before", "invalid_request"),
        (json!([]), "before", "invalid_request"),
    ] {
        let request = json!({"event": event, "phase": phase});
        assert_eq!(code(host.call("lifecycle.event", request)), expected);
    }
}
