use super::plugin;
use crate::cpex::prelude::*;
use crate::cpex::testing::{Codec, TestHost};
use crate::policy::glob;

#[test]
fn stars_are_any_run_of_characters() {
    for (pattern, text) in [
        ("", ""),
        ("a", "a"),
        ("*", ""),
        ("*", "anything"),
        ("a*", "a"),
        ("*a", "ba"),
        ("a*b*c", "a-b-b-c"),
        ("*ab*ab*", "abab"),
        ("a**b", "ab"),
        ("日*本", "日日本"),
    ] {
        assert!(glob(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in [
        ("", "a"),
        ("a", "A"),
        ("a", "ab"),
        ("a*a", "a"),
        ("*ab*ab*", "aba"),
        ("a.c", "abc"),
        ("a?", "ab"),
        ("*b", "bc"),
    ] {
        assert!(!glob(pattern, text), "{pattern} {text}");
    }
    let (pattern, text) = ("*a".repeat(1_000) + "b", "a".repeat(100_000));
    assert!(!glob(&pattern, &text));
}

/// Reason and details of the denial, or null.
fn verdict(config: Value, tool: &str, security: Value) -> Value {
    let host = TestHost::start(plugin(), config);
    let extensions = Extensions::from_json(json!({"security": security})).unwrap();
    let payload = json!({"name": tool, "args": {}});
    let verdict = host
        .hook_with::<ToolPreInvoke>(payload, extensions)
        .unwrap();
    assert_eq!(verdict.continue_processing, verdict.violation.is_none());
    verdict.violation.map_or(Value::Null, |violation| {
        assert_eq!(violation.code, "policy_denied");
        json!([violation.reason, violation.details])
    })
}

#[test]
fn the_first_rule_that_matches_decides() {
    let config = json!({"default": "deny", "rules": [
        {"effect": "deny", "tool": "shell*", "reason": "no shells"},
        {"effect": "allow", "role": "admin"},
        {"effect": "deny", "label": "secret", "tool": "*"},
        {"effect": "allow", "tool": "search"},
    ]});
    let admin = json!({"labels": ["secret"], "subject": {"id": "a", "roles": ["admin"]}});
    let judge = |tool, security: &Value| verdict(config.clone(), tool, security.clone());
    assert_eq!(
        judge("shell_x", &admin),
        json!(["no shells", {"rule": 1, "tool": "shell_x"}])
    );
    assert_eq!(judge("drop", &admin), Value::Null);
    let secret = json!({"labels": ["secret"]});
    assert_eq!(
        judge("search", &secret),
        json!(["denied by rule 3", {"rule": 3, "tool": "search"}])
    );
    assert_eq!(judge("search", &json!({})), Value::Null);
    assert_eq!(
        judge("drop", &json!({})),
        json!(["denied by default", {"tool": "drop"}])
    );
    assert_eq!(verdict(json!({}), "drop", json!({})), Value::Null);
}

#[test]
fn one_denied_tool_call_denies_the_message() {
    for codec in Codec::ALL {
        let rules = json!([{"effect": "deny", "tool": "shell"}]);
        let host = TestHost::start_in(codec, plugin(), json!({"rules": rules}));
        let ask = |tool: &str| {
            let parts = [
                ContentPart::from(TextPart::new("shell")),
                ToolCall::new("1", "search", Map::new()).into(),
                ToolCall::new("2", tool, Map::new()).into(),
            ];
            let content = parts.map(Wire::into_json);
            let message = json!({"schema_version": "2.0", "role": "user", "content": content});
            host.hook::<CmfToolPreInvoke>(json!({"message": message}))
                .unwrap()
        };
        assert!(ask("read").continue_processing);
        let details = ask("shell").violation.unwrap().details.unwrap();
        assert_eq!(Value::Object(details), json!({"rule": 1, "tool": "shell"}));
    }
}

#[test]
fn rules_for_tools_say_nothing_of_resources() {
    let rules = json!([{"effect": "deny", "tool": "*"}, {"effect": "deny", "resource": "file:*"}]);
    let host = TestHost::start(plugin(), json!({"rules": rules}));
    let fetch = |uri: &str| host.hook::<ResourcePreFetch>(json!({"uri": uri})).unwrap();
    assert!(fetch("https://example.org/").continue_processing);
    let details = fetch("file:x").violation.unwrap().details.unwrap();
    assert_eq!(
        Value::Object(details),
        json!({"rule": 2, "resource": "file:x"})
    );
}

#[test]
fn a_wrong_configuration_is_refused_without_its_values() {
    let host = TestHost::start(plugin(), json!({}));
    for config in [
        json!({"default": "hunter2"}),
        json!({"rules": "hunter2"}),
        json!({"rules": [{"tool": "hunter2"}]}),
        json!({"rules": [{"effect": "deny", "tool": ["hunter2"]}]}),
        json!({"rules": [{"effect": "deny", "later": "hunter2"}]}),
        json!({"later": "hunter2"}),
    ] {
        let error = host
            .call("plugin.reconfigure", json!({"config": config}))
            .unwrap_err();
        assert_eq!(error.code(), "invalid_config");
        assert!(!error.text().contains("hunter2"), "{error}");
    }
}
