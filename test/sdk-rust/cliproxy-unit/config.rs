use std::sync::{Arc, Mutex};

use super::probe;
use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

/// The configuration that a plugin gets.
fn config(yaml: &str) -> Config {
    let seen = Arc::new(Mutex::new(Config::default()));
    let slot = Arc::clone(&seen);
    let mut plugin = probe(|_, _| Ok(RequestInterceptResult::default()));
    plugin.on_configure(move |config, _| {
        *slot.lock().unwrap() = config.clone();
        Ok(())
    });
    TestHost::start(plugin, yaml);
    seen.lock().unwrap().clone()
}

#[test]
fn values_on_one_line_are_found() {
    let yaml = concat!(
        "limit: 7\n",
        "limits: 8\n",
        "name: a plain text # and a comment\n",
        "url: https://example.com/#top\n",
        "single: 'it''s # here' # comment\n",
        "double: \"tab\\t, \\u00e9 and \\\"quotes\\\"\" # comment\n",
        "empty: \"\"\n",
        "nothing:\n",
        "list: [1, 2]\n",
        "map:\n    limit: 9\n    inner: 1\n",
        "block: |\n    text\n",
        "enabled: true\n",
        "priority: 0\n",
    );
    let config = config(yaml);
    assert_eq!(config.yaml(), yaml);
    for (key, value) in [
        ("limit", "7"),
        ("limits", "8"),
        ("name", "a plain text"),
        ("url", "https://example.com/#top"),
        ("single", "it's # here"),
        ("double", "tab\t, é and \"quotes\""),
        ("empty", ""),
        ("enabled", "true"),
        ("priority", "0"),
    ] {
        assert_eq!(config.text(key).as_deref(), Some(value), "{key}");
    }
    for key in [
        "nothing", "list", "map", "block", "inner", "lim", "other", "",
    ] {
        assert_eq!(config.text(key), None, "{key}");
    }
}

#[test]
fn what_is_cut_off_is_nothing() {
    for line in [
        "a: 'open",
        "a: \"open",
        "a: \"\\x41\"",
        "a:b",
        "a: # only a comment",
    ] {
        assert_eq!(config(line).text("a"), None, "{line}");
    }
}
