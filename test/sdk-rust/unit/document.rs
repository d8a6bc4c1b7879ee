use std::collections::BTreeMap;

use serde::Deserialize;

use crate::cpex::json::parse;
use crate::cpex::prelude::*;

fn document(text: &str) -> Document {
    Map::from_json(parse(text.as_bytes()).unwrap())
        .unwrap()
        .into()
}

#[derive(Debug, Deserialize, PartialEq)]
struct Settings {
    limit: u64,
    #[serde(default)]
    name: Option<String>,
    ratio: f64,
}

/// serde buffers flattened and tagged values, which is where big numbers used to get lost.
#[derive(Debug, Deserialize, PartialEq)]
struct Nested {
    kind: Kind,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Kind {
    Bounded { min: i64, max: u64 },
}

#[test]
fn a_document_becomes_the_authors_type() {
    let settings = document(r#"{"limit":18446744073709551615,"ratio":0.25}"#).parse::<Settings>();
    assert_eq!(
        settings,
        Ok(Settings {
            limit: u64::MAX,
            name: None,
            ratio: 0.25
        })
    );
    let text = r#"{"kind":{"type":"bounded","min":-9223372036854775808,"max":18446744073709551615},"n":123456789012345678}"#;
    let nested = document(text).parse::<Nested>().unwrap();
    assert_eq!(
        nested.kind,
        Kind::Bounded {
            min: i64::MIN,
            max: u64::MAX
        }
    );
    assert_eq!(nested.rest["n"], 123_456_789_012_345_678_u64);
}

#[test]
fn single_fields_are_at_hand() {
    let config = document(r#"{"name":"x"}"#);
    assert_eq!(config.get("name").and_then(Value::as_str), Some("x"));
    assert!(config.get("other").is_none());
}

#[test]
fn a_misfit_says_what_was_expected_and_keeps_the_secret() {
    for text in [
        r#"{"limit":"s3cret","ratio":1}"#,
        r#"{"limit":1,"ratio":1,"name":{"s3cret":1}}"#,
        r#"{"limit":1,"ratio":"a: s3cret, expected x"}"#,
        r#"{"limit":-31337,"ratio":1}"#,
    ] {
        let error = document(text).parse::<Settings>().unwrap_err();
        assert_eq!(error.code(), "invalid_request");
        assert!(
            !error.text().contains("s3cret") && !error.text().contains("31337"),
            "{error}"
        );
    }
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Level {
        Low,
        High,
    }
    for text in ["s3cret", "s3cret, expected `x`", "a: s3cret"] {
        let config = Map::from_json(json!({"level": text})).unwrap();
        let parsed = Document::from(config).parse::<BTreeMap<String, Level>>();
        assert_eq!(
            parsed.unwrap_err().text(),
            "unknown variant: expected `low` or `high`"
        );
    }
    let error = document(r#"{"limit":"s3cret","ratio":1}"#)
        .parse::<Settings>()
        .unwrap_err();
    assert_eq!(error.text(), "invalid type: expected u64");
    assert_eq!(
        document("{}").parse::<Settings>().unwrap_err().text(),
        "missing field `limit`"
    );
}
