use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cpex::base64::{decode, encode};
use crate::cpex::json::parse;
use crate::cpex::prelude::*;

fn read<T: Wire>(text: &str) -> Result<T, String> {
    T::from_json(parse(text.as_bytes()).unwrap()).map_err(|problem| problem.to_string())
}

#[test]
fn integers_are_exact_over_their_whole_width() {
    assert_eq!(read("9223372036854775807"), Ok(i64::MAX));
    assert_eq!(read("-9223372036854775808"), Ok(i64::MIN));
    assert_eq!(read("18446744073709551615"), Ok(u64::MAX));
    assert_eq!(read("-0"), Ok(0_i64));
    assert_eq!(read("-0"), Ok(0_u64));
    assert_eq!(read("-0.0"), Ok(0_u32));
    assert_eq!(read("-2147483648"), Ok(i32::MIN));
    for text in [
        "9223372036854775808",
        "-9223372036854775809",
        "1e19",
        "1e999999999999",
        "0.5",
        "\"1\"",
        "null",
        "[]",
    ] {
        assert!(read::<i64>(text).is_err(), "{text}");
    }
    assert!(read::<u64>("18446744073709551616").is_err());
    assert!(read::<u64>("-1").is_err());
    assert!(read::<i32>("2147483648").is_err());
    assert!(read::<u32>("4294967296").is_err());
}

#[test]
fn an_integer_may_be_written_with_fraction_or_exponent() {
    for (text, value) in [
        ("1.0", 1),
        ("1e3", 1000),
        ("1.5E1", 15),
        ("-2.50e2", -250),
        ("1200e-2", 12),
        ("0e999", 0),
        ("0e99999999999999999999", 0),
        ("-0.0e-99999999999999999999", 0),
        ("-0.0", 0),
        ("0.000e-999999", 0),
        ("922337203685477580.7e1", i64::MAX),
    ] {
        assert_eq!(read(text), Ok(value), "{text}");
    }
    for text in [
        "1.5",
        "1e-1",
        "15e-1",
        "1e-99999999999999999999",
        "1e99999999999999999999",
    ] {
        assert!(read::<i64>(text).is_err(), "{text}");
    }
}

#[test]
fn base64_is_read_as_strictly_as_it_is_written() {
    for (bytes, text) in [
        (&b""[..], ""),
        (b"f", "Zg=="),
        (b"fo", "Zm8="),
        (b"foo", "Zm9v"),
        (b"foob", "Zm9vYg=="),
        (&[0, 1, 255], "AAH/"),
        (&[251, 255, 254], "+//+"),
    ] {
        assert_eq!(encode(bytes), text);
        assert_eq!(decode(text).as_deref(), Some(bytes));
    }
    for text in [
        "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "Z-_=",
        "Zm 9", "Zg=A", "é===",
    ] {
        assert_eq!(decode(text), None, "{text}");
    }
    let all: Vec<u8> = (0..=255).cycle().take(1021).collect();
    assert_eq!(decode(&encode(&all)), Some(all));
}

#[test]
fn a_problem_names_its_place_but_never_the_value() {
    let problem = |text| read::<RegisterRequest>(text).unwrap_err();
    assert_eq!(problem("5"), "expected an object, found a number");
    assert_eq!(problem("{}"), "host: is missing");
    let text = r#"{"host":{"name":"h","version":"1.0.0","features":["a",7]}}"#;
    assert_eq!(
        problem(text),
        "host.features[1]: expected a string, found a number"
    );
    let problem =
        read::<BTreeMap<String, Vec<String>>>(r#"{"x-a":["v",{"s3cret":1}]}"#).unwrap_err();
    assert_eq!(problem, "x-a[1]: expected a string, found an object");
    let problem = read::<KvGetRequest>(r#"{"scope":"s3cret","key":"k"}"#).unwrap_err();
    assert_eq!(problem, "scope: expected one of: plugin, build, step");
    let problem = read::<ArgSpec>(r#"{"kind":"s3cret"}"#).unwrap_err();
    assert_eq!(problem, "kind: expected one of: positional, option, flag");
}

#[test]
fn null_is_no_value_for_an_optional_field_but_one_for_an_open_field() {
    assert!(read::<KvListRequest>(r#"{"scope":"plugin","prefix":null}"#).is_err());
    let result: HookInvokeResult =
        read(r#"{"continue_processing":true,"modified_payload":null}"#).unwrap();
    assert_eq!(result.modified_payload, Some(Value::Null));
    assert_eq!(
        result.into_json(),
        json!({"continue_processing": true, "modified_payload": null})
    );
}

#[test]
fn known_fields_come_first_and_in_order() {
    let text = r#"{"later":1,"headers":{},"args":{"b":1,"a":2},"soon":[],"name":"n"}"#;
    let payload: ToolPreInvokePayload = read(text).unwrap();
    let written = payload.into_json().to_string();
    assert_eq!(
        written,
        r#"{"name":"n","args":{"b":1,"a":2},"headers":{},"later":1,"soon":[]}"#
    );
}

#[test]
fn a_union_keeps_its_tag_and_a_variant_of_another_tag_is_refused() {
    let spec: ArgSpec = read(r#"{"kind":"flag","long":"all"}"#).unwrap();
    assert_eq!(spec, FlagArg::new("all").into());
    assert_eq!(
        spec.into_json().to_string(),
        r#"{"kind":"flag","long":"all"}"#
    );
    assert!(read::<FlagArg>(r#"{"kind":"option","long":"all"}"#).is_err());
}

#[test]
fn an_open_union_keeps_what_it_does_not_know_and_is_easy_to_make() {
    let text = r#"{"schema_version":"2.0","role":"user","content":[{"z":1.0,"content_type":"hologram","a":null},{"content_type":"text","text":"hi","later":-0}],"later":1}"#;
    let message: Message = read(text).unwrap();
    assert_eq!(message.content[0].content_type(), "hologram");
    assert!(matches!(&message.content[0], ContentPart::Other(part) if part.len() == 3));
    assert!(matches!(&message.content[1], ContentPart::Text(part) if part.text == "hi"));
    assert_eq!(message.into_json().to_string(), text);

    let made = [
        TextPart::new("hi").into(),
        ContentPart::from(ToolCall::new("1", "search", Map::new())),
    ];
    assert_eq!(made[1].content_type(), "tool_call");
    assert_eq!(
        json!(made.map(Wire::into_json)),
        json!([
            {"content_type": "text", "text": "hi"},
            {"content_type": "tool_call", "content":
                {"tool_call_id": "1", "name": "search", "arguments": {}}},
        ])
    );
    for wrong in [
        r#"{}"#,
        r#"[]"#,
        r#"{"content_type":1}"#,
        r#"{"content_type":null}"#,
    ] {
        assert_eq!(
            read::<ContentPart>(wrong).unwrap_err(),
            "content_type: a text is missing"
        );
    }
}
