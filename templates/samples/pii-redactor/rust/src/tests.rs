use super::plugin;
use crate::cpex::prelude::*;
use crate::cpex::testing::{Codec, TestHost};
use crate::find::{Kind, Scanner};

fn redacted(text: &str) -> String {
    let mut out = String::new();
    let mut copied = 0;
    for (kind, place) in Scanner::new(text, &Kind::ALL) {
        out += &text[copied..place.start];
        out += &format!("<{}>", kind.as_str());
        copied = place.end;
    }
    out + &text[copied..]
}

#[test]
fn finds_begin_and_end_where_they_should() {
    for (text, expected) in [
        ("", ""),
        ("ada@example.org", "<email>"),
        ("(ada@example.org)", "(<email>)"),
        ("a@b a@b.c @b.cd a@.cd", "a@b a@b.c @b.cd a@.cd"),
        ("a@b.cd1 a@b.cd.e", "<email>1 <email>.e"),
        ("a@b..cd", "a@b..cd"),
        ("a@b@c.de", "a@<email>"),
        ("123-45-6789@x.org", "<email>"),
        ("123-45-6789", "<ssn>"),
        ("0123-45-6789 123-45-67890", "0123-45-6789 123-45-67890"),
        ("4111 1111 1111 1111", "<card>"),
        ("4111-1111 11111111", "<card>"),
        ("4111  1111 1111 1111", "4111  1111 1111 1111"),
        ("4111111111111112", "4111111111111112"),
        ("4111 1111 1111 1111 22", "<card> 22"),
        ("+44 20 7946 0958", "<phone>"),
        (
            "+1234567 +12345678; 1+12345678",
            "+1234567 <phone>; 1+12345678",
        ),
        ("+1234567890123456", "+1234567890123456"),
        (
            "日本ada@example.org語☎+4412345678é",
            "日本<email>語☎<phone>é",
        ),
    ] {
        assert_eq!(redacted(text), expected, "{text}");
    }
}

#[test]
fn long_texts_take_no_longer_per_byte() {
    // Each of these would take minutes if every place were looked at to the end of the text.
    for piece in ["a", "a@", "1 ", "+1.", "a@b.c.", "a.@"] {
        let text = piece.repeat(200_000 / piece.len());
        assert_eq!(Scanner::new(&text, &Kind::ALL).count(), 0, "{piece}");
    }
}

#[test]
fn nothing_found_is_nothing_changed() {
    let host = TestHost::start(plugin(), json!({}));
    let payload = json!({"name": "t", "args": {"n": 1, "q": "order 12345"}});
    let verdict = host.hook::<ToolPreInvoke>(payload).unwrap();
    assert_eq!(verdict, Verdict::allow().result().clone());
    assert!(host.logs().is_empty());
}

#[test]
fn counts_are_told_and_names_of_fields_are_kept() {
    for codec in Codec::ALL {
        let host = TestHost::start_in(codec, plugin(), json!({"replacement": "<{kind}>"}));
        let result =
            json!({"a@example.org": ["a@example.org +4412345678", 7, {"b": "b@example.org"}]});
        let payload = json!({"name": "t", "result": result, "later": 1});
        let verdict = host.hook::<ToolPostInvoke>(payload).unwrap();
        let result = json!({"a@example.org": ["<EMAIL> <PHONE>", 7, {"b": "<EMAIL>"}]});
        let payload = json!({"name": "t", "result": result, "later": 1});
        assert_eq!(verdict.modified_payload, Some(payload));
        let counts = json!({"email": 2, "phone": 1});
        assert_eq!(verdict.metadata.unwrap()["redacted"], counts);
        assert_eq!(host.requests("host.log")[0]["fields"], counts);
    }
}

#[test]
fn messages_are_redacted_in_all_their_parts() {
    let host = TestHost::start(plugin(), json!({"kinds": ["ssn"]}));
    let payload = |ssn: &str| {
        let inner = json!({"schema_version": "2.0", "role": "tool", "content": [
            {"content_type": "thinking", "text": ssn}]});
        json!({"message": {"schema_version": "2.0", "role": "user", "content": [
            {"content_type": "text", "text": format!("{ssn} a@example.org")},
            {"content_type": "tool_call", "content":
                {"tool_call_id": "1", "name": "n", "arguments": {"a": [ssn]}}},
            {"content_type": "tool_result", "content":
                {"tool_call_id": "1", "tool_name": "n", "content": ssn}},
            {"content_type": "resource", "content":
                {"resource_request_id": "1", "uri": "u", "resource_type": "file", "content": ssn}},
            {"content_type": "prompt_result", "content":
                {"prompt_request_id": "1", "prompt_name": "n", "messages": [inner], "content": ssn}},
            {"content_type": "later", "text": "123-45-6789"}]}})
    };
    let verdict = host.hook::<CmfLlmOutput>(payload("123-45-6789")).unwrap();
    assert_eq!(verdict.modified_payload, Some(payload("[SSN]")));
    assert_eq!(verdict.metadata.unwrap()["redacted"], json!({"ssn": 6}));
}

#[test]
fn the_label_joins_the_others_once() {
    let host = TestHost::start(plugin(), json!({"label": "pii"}));
    let labels = |before: Value, text: &str| {
        let extensions = Extensions::from_json(json!({"security": {"labels": before}})).unwrap();
        let payload = json!({"name": "t", "result": text});
        let verdict = host
            .hook_with::<ToolPostInvoke>(payload, extensions)
            .unwrap();
        verdict.modified_extensions?.security?.labels
    };
    assert_eq!(
        labels(json!(["x"]), "a@example.org"),
        Some(vec!["x".into(), "pii".into()])
    );
    assert_eq!(labels(json!(["pii"]), "a@example.org"), None);
    assert_eq!(labels(json!(["x"]), "nothing"), None);
}

#[test]
fn a_wrong_configuration_is_refused_without_its_values() {
    let host = TestHost::start(plugin(), json!({}));
    for config in [
        json!({"kinds": ["hunter2"]}),
        json!({"kinds": "hunter2"}),
        json!({"replacement": ["hunter2"]}),
        json!({"label": ""}),
        json!({"later": "hunter2"}),
    ] {
        let error = host
            .call("plugin.reconfigure", json!({"config": config}))
            .unwrap_err();
        assert_eq!(error.code(), "invalid_config");
        assert!(!error.text().contains("hunter2"), "{error}");
    }
}
