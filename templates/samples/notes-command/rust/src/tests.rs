use super::plugin;
use crate::cpex::prelude::*;
use crate::cpex::testing::{Codec, TestHost};

/// Runs a command; its exit code, message and what it printed.
fn run(host: &TestHost, command: &str, args: Value) -> (i32, Option<String>, String) {
    let before = host.stdout().len();
    let exit = host.command(command, args).unwrap();
    (
        exit.exit_code,
        exit.message,
        host.stdout()[before..].to_owned(),
    )
}

fn printed(text: &str) -> (i32, Option<String>, String) {
    (0, None, text.to_owned())
}

#[test]
fn notes_are_added_listed_and_removed() {
    for codec in Codec::ALL {
        let host = TestHost::start_in(codec, plugin(), json!({}));
        assert_eq!(
            run(&host, "notes list", json!({"json": false})),
            printed("")
        );
        for n in 1..=11 {
            let tag = if n % 2 == 0 {
                json!("even")
            } else {
                json!("odd")
            };
            let args = json!({"text": format!("note {n}"), "tag": tag});
            assert_eq!(
                run(&host, "notes add", args),
                printed(&format!("added {n}\n"))
            );
        }
        let args = json!({"text": "tab\t\"日本\""});
        assert_eq!(run(&host, "notes add", args), printed("added 12\n"));
        assert_eq!(
            run(
                &host,
                "notes list",
                json!({"tag": "even", "limit": 2, "json": false})
            ),
            printed("2\teven\tnote 2\n4\teven\tnote 4\n")
        );
        for id in 3..=11 {
            assert_eq!(run(&host, "notes remove", json!({"id": id})), printed(""));
        }
        assert_eq!(
            run(&host, "notes list", json!({})),
            printed("1\todd\tnote 1\n2\teven\tnote 2\n12\t-\ttab\t\"日本\"\n")
        );
        assert_eq!(
            run(&host, "notes list", json!({"json": true, "limit": 1})),
            printed("[{\"id\":1,\"text\":\"note 1\",\"tag\":\"odd\"}]\n")
        );
        assert_eq!(
            run(&host, "notes list", json!({"json": true, "tag": "x"})),
            printed("[]\n")
        );
    }
}

#[test]
fn wrong_input_is_told_in_one_line() {
    let host = TestHost::start(plugin(), json!({}));
    let failed = |command, args| {
        let (code, message, out) = run(&host, command, args);
        assert_eq!(out, "");
        (code, message.unwrap_or_default())
    };
    assert_eq!(failed("notes add", json!({"text": ""})).0, 2);
    assert_eq!(failed("notes list", json!({"limit": -1})).0, 2);
    assert_eq!(failed("notes", json!({})).0, 2);
    let missing = (1, "there is no note 7".to_owned());
    assert_eq!(failed("notes remove", json!({"id": 7})), missing);
    let error = host.call("plugin.reconfigure", json!({"config": {"file": "hunter2"}}));
    assert_eq!(
        error,
        Err(Error::new("invalid_config", "unknown field `file`"))
    );
}

#[test]
fn a_number_is_never_given_twice() {
    let host = TestHost::start(plugin(), json!({}));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    host.command("notes add", json!({"text": "x"})).unwrap();
                }
            });
        }
    });
    let (_, _, list) = run(&host, "notes list", json!({}));
    assert_eq!(list.lines().count(), 160);
    host.command("notes remove", json!({"id": 160})).unwrap();
    assert_eq!(
        run(&host, "notes add", json!({"text": "x"})),
        printed("added 161\n")
    );
}
