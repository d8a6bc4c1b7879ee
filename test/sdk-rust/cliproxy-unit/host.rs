use super::{probe, with_answer};
use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

#[test]
fn every_request_names_the_call_it_belongs_to() {
    let (_, requests) = with_answer("host.log", Ok(json!({})), |host| host.warn("careful"));
    assert_eq!(
        requests,
        [json!({"level": "warn", "message": "careful", "host_callback_id": "7"})]
    );

    let fields = Map::from_iter([("n".to_owned(), json!(1))]);
    let (_, requests) = with_answer("host.log", Ok(json!({})), move |host| {
        host.log_with("debug", "", fields.clone())
    });
    assert_eq!(
        requests,
        [json!({"level": "debug", "message": "", "fields": {"n": 1}, "host_callback_id": "7"})]
    );

    let answer = json!({"StatusCode": 404, "Headers": null, "Body": "AAH/"});
    let (result, requests) = with_answer("host.http.do", Ok(answer), |host| {
        host.http(HttpRequest {
            headers: [("A".to_owned(), vec!["b".to_owned()])].into(),
            body: b"hi".into(),
            ..HttpRequest::new("https://example.com/?a=1&b=<2>")
        })
    });
    let result = result.unwrap();
    assert_eq!((result.status_code, result.body), (404, vec![0, 1, 255]));
    assert_eq!(
        requests,
        [json!({
            "url": "https://example.com/?a=1&b=<2>",
            "headers": {"A": ["b"]},
            "body": "aGk=",
            "host_callback_id": "7",
        })]
    );

    let answer = json!({"status_code": 200, "headers": null, "body": null});
    let (result, requests) = with_answer("host.model.execute", Ok(answer), |host| {
        let mut request = HostModelRequest::new("m", "{}");
        request.entry_protocol = "openai".into();
        // Which of the two calls is made decides, not what was set.
        request.stream = true;
        host.model(request)
    });
    assert_eq!(result.unwrap().status_code, 200);
    assert_eq!(requests[0]["stream"], false);
    assert_eq!(requests[0]["host_callback_id"], "7");
    assert_eq!(requests[0]["entry_protocol"], "openai");
}

#[test]
fn credentials_are_listed_read_and_written() {
    let file = json!({"name": "a.json", "auth_index": "1", "modtime": "2026-02-03T04:05:06+01:00"});
    let (files, requests) =
        with_answer("host.auth.list", Ok(json!({"files": [file]})), Host::auths);
    let files = files.unwrap();
    assert_eq!(files[0].modtime.as_str(), "2026-02-03T04:05:06+01:00");
    assert!(files[0].updated_at.is_zero());
    assert_eq!(requests, [json!({})]);

    let answer = json!({"auth_index": "1", "json": {"z": 18_446_744_073_709_551_615_u64, "a": 1}});
    let (auth, requests) = with_answer("host.auth.get", Ok(answer), |host| host.auth("1"));
    assert_eq!(auth.unwrap().json["z"], u64::MAX);
    assert_eq!(requests, [json!({"auth_index": "1"})]);

    let (auth, _) = with_answer(
        "host.auth.get_runtime",
        Ok(json!({"auth": {"status": "active"}})),
        |host| host.auth_runtime("1"),
    );
    assert_eq!(auth.unwrap().status, "active");

    let (saved, requests) = with_answer(
        "host.auth.save",
        Ok(json!({"name": "a.json", "path": "/x/a.json"})),
        |host| host.save_auth("a.json", Map::from_iter([("k".to_owned(), json!("v"))])),
    );
    assert_eq!(saved.unwrap().path, "/x/a.json");
    assert_eq!(requests, [json!({"name": "a.json", "json": {"k": "v"}})]);
}

#[test]
fn a_refusal_of_the_host_arrives_as_it_is() {
    let refusal = Error::new("host_call_failed", "stream 9 is not open").with_status(502);
    let (result, _) = with_answer("host.log", Err(refusal.clone()), |host| host.info("x"));
    assert_eq!(result, Err(refusal));
}

#[test]
fn a_result_may_be_missing_but_not_of_another_type() {
    let (result, _) = with_answer("host.auth.list", Ok(Value::Null), Host::auths);
    assert_eq!(result, Ok(vec![]));
    let (result, _) = with_answer("host.auth.list", Ok(json!({"files": 1})), Host::auths);
    assert_eq!(
        result.unwrap_err().text(),
        "host.auth.list was answered with a broken result: files: expected an array, found a number"
    );
}

/// Ids that a thread's log lines name: before its handler has returned, after it, after the end of
/// the stream.
#[test]
fn a_thread_belongs_to_its_call_while_that_lives() {
    let (returned, wait) = std::sync::mpsc::channel();
    let wait = std::sync::Mutex::new(Some(wait));
    let plugin = probe(move |_, host| {
        let stream = host.stream().ok();
        let (begun, seen) = std::sync::mpsc::channel();
        let wait = wait.lock().unwrap().take().unwrap();
        host.spawn("worker", move |host| {
            let _ = host.info("during");
            let _ = begun.send(());
            let _ = wait.recv();
            let _ = host.info("after");
            drop(stream);
            let _ = host.info("end");
        })?;
        seen.recv()?;
        Ok(RequestInterceptResult::default())
    });
    let host = TestHost::start(plugin, "");
    let request = json!({"host_callback_id": "12", "stream_id": "3"});
    host.call("request.intercept_after", request).unwrap();
    returned.send(()).unwrap();
    while host.logs().len() < 3 {
        std::thread::yield_now();
    }
    let logs = host.requests("host.log");
    assert_eq!(logs[0]["host_callback_id"], "12");
    assert_eq!(logs[1]["host_callback_id"], "12");
    assert_eq!(logs[2].get("host_callback_id"), None);
}

#[test]
fn a_thread_that_outlives_a_call_without_stream_belongs_to_none() {
    let (returned, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(Some(wait));
    let plugin = probe(move |_, host| {
        let wait = wait.lock().unwrap().take().unwrap();
        host.spawn("worker", move |host| {
            let _ = wait.recv();
            let _ = host.info("after");
        })?;
        Ok(RequestInterceptResult::default())
    });
    let host = TestHost::start(plugin, "");
    let request = json!({"host_callback_id": "12"});
    host.call("request.intercept_after", request).unwrap();
    drop(returned);
    while host.logs().is_empty() {
        std::thread::yield_now();
    }
    let logs = host.requests("host.log");
    assert_eq!(logs[0].get("host_callback_id"), None);
}
