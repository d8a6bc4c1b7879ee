use std::io::Read;

use super::{probe, with_answer};
use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

/// A host whose stream gives this piece again and again, as the handler sees it.
fn reading<T: Send + 'static>(
    piece: Value,
    work: impl Fn(Body) -> T + Send + Sync + 'static,
) -> (T, TestHost) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let plugin = probe(move |_, host| {
        sender.send(work(
            host.http_stream(HttpRequest::new("https://example.com"))?,
        ))?;
        Ok(RequestInterceptResult::default())
    });
    let host = TestHost::start(plugin, "");
    let head = json!({"status_code": 206, "headers": {"A": ["b"]}, "stream_id": "5"});
    host.answer("host.http.do_stream", Ok(head));
    host.answer("host.http.stream_read", Ok(piece));
    let result = host.call("request.intercept_before", json!({}));
    assert_eq!(result.map(drop), Ok(()));
    (receiver.recv().unwrap(), host)
}

#[test]
fn a_body_is_read_piece_by_piece_and_given_back() {
    let (read, host) = reading(json!({"payload": "aGVsbG8="}), |mut body| {
        assert_eq!((body.status_code(), body.headers().len()), (206, 1));
        let mut seen = [0; 12];
        body.read_exact(&mut seen).unwrap();
        String::from_utf8(seen.into()).unwrap()
    });
    assert_eq!(read, "hellohellohe");
    let id = json!({"stream_id": "5"});
    assert_eq!(host.requests("host.http.stream_read"), vec![id.clone(); 3]);
    assert_eq!(host.requests("host.http.stream_close"), [id]);
}

#[test]
fn the_end_of_a_body_is_its_end() {
    let last = json!({"payload": "aGk=", "done": true});
    let (text, host) = reading(last, |mut body| {
        let mut text = String::new();
        body.read_to_string(&mut text).unwrap();
        assert_eq!(body.next_piece(), Ok(None));
        text
    });
    assert_eq!(text, "hi");
    assert_eq!(host.requests("host.http.stream_read").len(), 1);
}

#[test]
fn an_error_inside_a_body_is_reported_once() {
    let broken = json!({"error": "connection reset"});
    let (ends, _) = reading(broken, |mut body| (body.next_piece(), body.next_piece()));
    assert_eq!(ends.0.unwrap_err().text(), "connection reset");
    assert_eq!(ends.1, Ok(None));
}

#[test]
fn a_model_has_its_own_callbacks() {
    let head = json!({"status_code": 200, "headers": null, "stream_id": ""});
    let (piece, requests) = with_answer("host.model.execute_stream", Ok(head), |host| {
        host.model_stream(HostModelRequest::new("m", "{}"))?
            .next_piece()
    });
    // A stream without a name has no pieces.
    assert_eq!(piece, Ok(None));
    assert_eq!(requests[0]["stream"], true);
}

/// What `host.stream.close` is asked for after `work` is done with the stream.
fn closing(work: impl Fn(Emitter) -> Result<()> + Send + Sync + 'static) -> Vec<Value> {
    let (outcome, requests) = with_answer("host.stream.close", Ok(json!({})), move |host| {
        host.stream().and_then(&work)
    });
    assert_eq!(outcome, Ok(()));
    requests
}

#[test]
fn a_stream_that_is_owed_always_ends() {
    let close = |error: &str| json!({"stream_id": "3", "error": error});
    assert_eq!(closing(Emitter::close), [json!({"stream_id": "3"})]);
    assert_eq!(closing(|stream| stream.fail("no more")), [close("no more")]);
    assert_eq!(closing(|stream| stream.fail("")), [close("failed")]);
    let abandoned = "the plugin ended without finishing this stream";
    assert_eq!(closing(|stream| stream.emit("x")), [close(abandoned)]);
}

#[test]
fn pieces_go_to_the_stream_of_the_call() {
    let (_, requests) = with_answer("host.stream.emit", Ok(json!({})), |host| {
        let stream = host.stream()?;
        stream.emit("hi")?;
        stream.emit(vec![])?;
        stream.close()
    });
    let second = json!({"stream_id": "3"});
    assert_eq!(
        requests,
        [json!({"stream_id": "3", "payload": "aGk="}), second]
    );
}

#[test]
fn a_call_without_a_stream_has_none() {
    let plugin = probe(|_, host| host.stream().map(|_| RequestInterceptResult::default()));
    let error = TestHost::start(plugin, "")
        .call("request.intercept_before", json!({}))
        .unwrap_err();
    assert_eq!(error.text(), "this call has no stream");
}
