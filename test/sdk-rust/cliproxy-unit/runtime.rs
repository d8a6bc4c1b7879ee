use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::probe;
use crate::cpex::link::{HostLink, Service};
use crate::cpex::prelude::*;
use crate::cpex::runtime::Runtime;
use crate::cpex::testing::TestHost;

fn unchanged() -> Plugin {
    probe(|_, _| Ok(RequestInterceptResult::default()))
}

const BEFORE: &str = "request.intercept_before";

struct NoHost;

impl HostLink for NoHost {
    fn call(&self, _: &str, _: &[u8], _: &mut dyn FnMut(i32, &[u8])) -> Result<()> {
        Err(Error::message("there is no host"))
    }
}

/// What crosses the boundary, as text.
fn raw(plugin: Plugin, method: &str, body: &str) -> String {
    let runtime = Runtime::new(plugin, Arc::new(NoHost));
    let reply = runtime.answer(method, body.as_bytes());
    format!("{} {}", reply.code, String::from_utf8(reply.body).unwrap())
}

#[test]
fn both_ways_to_register_tell_everything() {
    let registration = concat!(
        r#"0 {"ok":true,"result":{"schema_version":1,"metadata":{"Name":"sdk-rust-cliproxy","#,
        r#""Version":"0.1.0","Author":"Ada","GitHubRepository":"https://github.com/ada/x","#,
        r#""Logo":"","ConfigFields":null},"capabilities":{"request_interceptor":true}}}"#
    );
    let request = r#"{"config_yaml":"ZW5hYmxlZDogdHJ1ZQo=","schema_version":3}"#;
    for method in ["plugin.register", "plugin.reconfigure"] {
        assert_eq!(raw(unchanged(), method, request), registration);
        assert_eq!(
            raw(unchanged(), method, r#"{"config_yaml":null}"#),
            registration
        );
    }
}

#[test]
fn the_user_interface_of_the_host_learns_of_logo_and_settings() {
    let mut plugin = unchanged();
    plugin.logo("https://example.com/logo.png");
    plugin.setting(ConfigField {
        name: "limit".into(),
        r#type: "integer".into(),
        ..ConfigField::default()
    });
    let metadata = TestHost::unregistered(plugin)
        .register("")
        .unwrap()
        .metadata;
    assert_eq!(metadata.logo, "https://example.com/logo.png");
    assert_eq!(metadata.config_fields.len(), 1);
}

#[test]
fn handlers_and_cpex_yaml_have_to_agree() {
    struct Idle;
    impl UsagePlugin for Idle {
        fn handle(&self, _: UsageHandleRequest, _: &Host) -> Result<()> {
            Ok(())
        }
    }
    let missing = TestHost::unregistered(Plugin::new()).register("");
    assert_eq!(
        missing.unwrap_err().text(),
        "cpex.yaml names `request_interceptor`, but src/lib.rs has no handler for it"
    );
    let mut plugin = unchanged();
    plugin.usage_plugin(Idle);
    let surplus = TestHost::unregistered(plugin).register("");
    assert_eq!(
        surplus.unwrap_err().text(),
        "src/lib.rs has a handler for `usage_plugin`, but cpex.yaml does not name it"
    );
}

#[test]
fn only_declared_methods_are_known_and_by_their_whole_name() {
    for method in [
        "",
        "plugin.registe",
        "executor.execute",
        "request.intercept",
        "plugin.quiesce",
    ] {
        let answer = raw(unchanged(), method, "{}");
        let start = r#"0 {"ok":false,"error":{"code":"unknown_method","message":"#;
        assert!(answer.starts_with(start), "{method}: {answer}");
    }
}

#[test]
fn null_what_is_missing_and_what_is_unknown_are_all_fine() {
    let plugin = || {
        probe(|request, _| {
            let expected = RequestInterceptRequest::default();
            match request == expected {
                true => Ok(RequestInterceptResult::default()),
                false => Err(Error::message(format!("{request:?}"))),
            }
        })
    };
    let whole = concat!(
        r#"0 {"ok":true,"result":{"Headers":null,"Body":null,"ClearHeaders":null,"#,
        r#""Terminate":false,"StatusCode":0,"ResponseHeaders":null,"ResponseBody":null}}"#
    );
    for body in [
        "{}",
        "null",
        r#"{"Later":{"a":[1]}}"#,
        r#"{"Model":null,"Stream":null,"Headers":null,"Body":null,"Metadata":null}"#,
        r#"{"Headers":{},"Body":"","Metadata":{}}"#,
    ] {
        assert_eq!(raw(plugin(), BEFORE, body), whole, "{body}");
    }
}

#[test]
fn null_inside_lists_and_maps_is_a_zero_value_too() {
    let plugin = probe(|request, _| {
        assert_eq!(request.headers["A"], ["", "b"]);
        assert_eq!(request.headers["C"], Vec::<String>::new());
        Ok(RequestInterceptResult {
            headers: request.headers,
            ..RequestInterceptResult::default()
        })
    });
    let answer = raw(plugin, BEFORE, r#"{"Headers":{"C":null,"A":[null,"b"]}}"#);
    assert!(
        answer.contains(r#""Headers":{"A":["","b"],"C":null}"#),
        "{answer}"
    );
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    for (body, message) in [
        (r#"{"Model":5}"#, "Model: expected a string, found a number"),
        (r#"{"Body":"a"}"#, "Body: expected base64 with padding"),
        (
            r#"{"Headers":{"A":"b"}}"#,
            "Headers.A: expected an array, found a string",
        ),
        ("[]", "expected an object, found an array"),
        (
            "{",
            "the body is not strict JSON: a key is missing at byte 1",
        ),
        (
            "",
            "the body is not strict JSON: a value is missing at byte 0",
        ),
    ] {
        let error = format!(r#"{{"code":"invalid_request","message":"{message}"}}"#);
        let expected = format!(r#"0 {{"ok":false,"error":{error}}}"#);
        assert_eq!(raw(unchanged(), BEFORE, body), expected);
    }
}

#[test]
fn errors_say_what_the_host_and_its_client_need() {
    let failing = |error: fn() -> Error| raw(probe(move |_, _| Err(error())), BEFORE, "{}");
    assert_eq!(
        failing(|| Error::new("quota", "none left")
            .with_status(429)
            .retryable()),
        r#"0 {"ok":false,"error":{"code":"quota","message":"none left","retryable":true,"http_status":429}}"#
    );
    assert_eq!(
        failing(|| "x".parse::<u8>().unwrap_err().into()),
        r#"0 {"ok":false,"error":{"code":"plugin_error","message":"invalid digit found in string"}}"#
    );
    assert_eq!(
        failing(|| Error::new("", "")),
        r#"0 {"ok":false,"error":{"code":"plugin_error","message":"plugin_error"}}"#
    );
    assert_eq!(
        raw(probe(|_, _| panic!("on purpose")), BEFORE, "{}"),
        r#"1 {"ok":false,"error":{"code":"plugin_panic","message":"the plugin panicked: on purpose"}}"#
    );
}

#[test]
fn a_refused_configuration_leaves_the_former_one_in_force() {
    let mut plugin = probe(|_, host| {
        Ok(RequestInterceptResult {
            body: host.config().yaml().into(),
            ..RequestInterceptResult::default()
        })
    });
    plugin.on_configure(|config, _| match config.text("limit") {
        Some(limit) => Ok(limit.parse::<u8>().map(drop)?),
        None => Err(Error::new("invalid_config", "limit is missing")),
    });
    let host = TestHost::unregistered(plugin);
    assert_eq!(host.register("").unwrap_err().code(), "invalid_config");
    let again = |yaml: &str| RegisterRequest {
        config_yaml: yaml.into(),
        ..RegisterRequest::default()
    };
    let body = || {
        let request = RequestInterceptRequest::default();
        host.ask::<RequestInterceptResult>(BEFORE, request)
            .unwrap()
            .body
    };
    let reconfigure = |yaml| host.ask::<RegisterResult>("plugin.reconfigure", again(yaml));
    assert!(reconfigure("limit: 1\n").is_ok());
    assert_eq!(body(), b"limit: 1\n");
    assert!(reconfigure("limit: x\n").is_err());
    assert_eq!(body(), b"limit: 1\n");
    assert!(reconfigure("limit: 2\n").is_ok());
    assert_eq!(body(), b"limit: 2\n");
    let request = json!({"config_yaml": "/w=="});
    let error = host.call("plugin.reconfigure", request).unwrap_err();
    assert_eq!(error.text(), "config_yaml: expected UTF-8");
}

#[test]
fn shutdown_reaches_the_author_once_registered() {
    static ENDS: AtomicUsize = AtomicUsize::new(0);
    let plugin = || {
        let mut plugin = unchanged();
        plugin.on_shutdown(|host| {
            ENDS.fetch_add(1, Ordering::SeqCst);
            assert!(host.stopping());
        });
        plugin
    };
    drop(TestHost::unregistered(plugin()));
    assert_eq!(ENDS.load(Ordering::SeqCst), 0);
    drop(TestHost::start(plugin(), ""));
    assert_eq!(ENDS.load(Ordering::SeqCst), 1);
}
