use crate::cpex::envelope::open;
use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

/// Runs `work` inside a handler of a plugin whose host answers `method` so.
fn with_answer<T: Send + Sync + 'static>(
    method: &str,
    outcome: Result<Value>,
    work: impl Fn(&Host) -> T + Send + Sync + 'static,
) -> (T, Vec<Value>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut plugin = Plugin::new();
    plugin.on(move |call: HookCall<Elicit>| {
        sender.send(work(&call.host))?;
        Ok(Verdict::allow())
    });
    let host = TestHost::start(plugin, json!({}));
    host.answer(method, outcome);
    host.hook::<Elicit>(json!({})).unwrap();
    (receiver.recv().unwrap(), host.requests(method))
}

#[test]
fn requests_are_as_the_contract_says() {
    let (value, requests) = with_answer(
        "host.kv.get",
        Ok(json!({"found": true, "value": "AAH/"})),
        |host| host.kv_get(KvScope::Build, "k"),
    );
    assert_eq!(value, Ok(Some(vec![0, 1, 255])));
    assert_eq!(requests, [json!({"scope": "build", "key": "k"})]);

    let (_, requests) = with_answer("host.kv.set", Ok(json!({})), |host| {
        host.kv_set(KvScope::Plugin, "k", *b"hi")
    });
    assert_eq!(
        requests,
        [json!({"scope": "plugin", "key": "k", "value": "aGk="})]
    );

    let (keys, requests) = with_answer("host.kv.list", Ok(json!({"keys": ["a"]})), |host| {
        host.kv_list(KvScope::Step, "a")
    });
    assert_eq!(keys, Ok(vec!["a".to_owned()]));
    assert_eq!(requests, [json!({"scope": "step", "prefix": "a"})]);

    let (deleted, _) = with_answer("host.kv.delete", Ok(json!({"deleted": true})), |host| {
        host.kv_delete(KvScope::Step, "a")
    });
    assert_eq!(deleted, Ok(true));

    let (file, _) = with_answer("host.config.read", Ok(json!({"found": false})), |host| {
        host.config_read("x")
    });
    assert_eq!(file, Ok(None));

    let (cancelled, requests) = with_answer(
        "host.cancelled",
        Ok(json!({"cancelled": true})),
        Host::cancelled,
    );
    assert_eq!((cancelled, requests), (Ok(true), vec![json!({})]));

    let (_, requests) = with_answer("host.event.emit", Ok(json!({})), |host| {
        host.emit("progress", Map::new())
    });
    assert_eq!(requests, [json!({"name": "progress", "data": {}})]);

    let response = json!({"status": 404, "headers": {"a": ["b", "c"]}, "body": ""});
    let (response, requests) = with_answer("host.http.do", Ok(response), |host| {
        let mut request = HttpRequest::new("GET", "https://example.invalid/");
        request.timeout_ms = Some(5);
        host.http(request)
    });
    assert_eq!(response.unwrap().headers["a"], ["b", "c"]);
    assert_eq!(
        requests,
        [json!({"method": "GET", "url": "https://example.invalid/", "timeout_ms": 5})]
    );
}

#[test]
fn a_refusal_keeps_its_code_and_a_wrong_answer_is_a_host_error() {
    let refused = Error::new("kv_too_large", "at most 1 MiB");
    let (outcome, _) = with_answer("host.kv.set", Err(refused.clone()), |host| {
        host.kv_set(KvScope::Plugin, "k", *b"")
    });
    assert_eq!(outcome, Err(refused));
    for answer in [
        json!({}),
        json!({"found": 1}),
        json!(null),
        json!({"found": true}),
    ] {
        let (outcome, _) = with_answer("host.kv.get", Ok(answer), |host| {
            host.kv_get(KvScope::Plugin, "k")
        });
        assert_eq!(outcome.unwrap_err().code(), "host_error");
    }
}

#[test]
fn anything_may_come_back_from_a_host() {
    assert_eq!(
        open("m", 0, br#"{"ok":true,"result":{"a":1},"later":2}"#),
        Ok(json!({"a": 1}))
    );
    let error = Error::new("c", "text").with_details(json!([1]));
    let body = br#"{"ok":false,"error":{"code":"c","message":"text","details":[1],"later":1}}"#;
    assert_eq!(open("m", 0, body), Err(error.clone()));
    assert_eq!(open("m", 7, body), Err(error));
    for (code, body) in [
        (0, &b""[..]),
        (1, b""),
        (1, br#"{"ok":true,"result":{}}"#),
        (-1, b"\xff"),
        (0, b"garbage"),
        (0, b"[]"),
        (0, b"{}"),
        (0, br#"{"ok":1,"result":{}}"#),
        (0, br#"{"ok":true}"#),
        (0, br#"{"ok":false}"#),
        (0, br#"{"ok":false,"error":7}"#),
        (0, br#"{"ok":false,"error":{"code":1,"message":"x"}}"#),
        (0, br#"{"ok":true,"ok":true,"result":{}}"#),
    ] {
        assert_eq!(
            open("m", code, body).unwrap_err().code(),
            "host_error",
            "{code} {body:?}"
        );
    }
}
