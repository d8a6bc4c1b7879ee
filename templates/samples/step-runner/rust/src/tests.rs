use std::collections::BTreeMap;
use std::time::Duration;

use super::plugin;
use crate::cpex::prelude::*;
use crate::cpex::testing::{Codec, TestHost};

/// A tar file; a name that ends in a slash is a folder.
fn tar(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in entries {
        let kind = if name.ends_with('/') { b'5' } else { b'0' };
        out.extend(entry(name, kind, content.as_bytes()));
    }
    out.extend([0; 1024]);
    out
}

fn entry(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..107].copy_from_slice(b"0000755");
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[148..156].copy_from_slice(b"        ");
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut out = header.to_vec();
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

fn host(entries: &[(&str, &str)]) -> TestHost {
    let host = TestHost::start(plugin(), json!({}));
    host.put_archive("workspace", tar(entries));
    host
}

fn code(host: &TestHost, args: Value) -> i32 {
    host.step("shell", args).unwrap().exit_code
}

fn error(host: &TestHost, args: Value) -> String {
    host.step("shell", args).unwrap_err().code().to_owned()
}

#[test]
fn programs_run_one_after_another_until_one_fails() {
    for codec in Codec::ALL {
        let host = TestHost::start_in(codec, plugin(), json!({}));
        let long = "0123456789abcde\n".repeat(10_000);
        let files = [("a.txt", "a\n"), ("src/", ""), ("src/x/long.txt", &*long)];
        host.put_archive("workspace", tar(&files));
        let commands = json!([
            ["cat", "a.txt"],
            [
                "sh",
                "-c",
                "printf '\\377'; printf e >&2; wc -c < src/x/long.txt > size.txt"
            ],
            ["sh", "-c", "tr -d ' ' < size.txt; exit 3"],
            ["echo", "never"],
        ]);
        assert_eq!(code(&host, json!({"commands": commands})), 3);
        assert_eq!(host.stdout(), "a\n\u{fffd}160000\n");
        assert_eq!(host.stderr(), "e");
    }
}

#[test]
fn a_signal_and_a_missing_program_have_their_exit_codes() {
    let host = host(&[]);
    let run = |command: Value| code(&host, json!({"commands": [command]}));
    assert_eq!(run(json!(["sh", "-c", "kill -TERM $$"])), 143);
    assert_eq!(run(json!(["no-such-program"])), 127);
    assert!(
        host.stderr()
            .starts_with("no-such-program cannot be started")
    );
    assert_eq!(run(json!(["printf", "%s|", "a b", "$HOME", "*", ""])), 0);
    assert_eq!(host.stdout(), "a b|$HOME|*||");
    // What is left behind in the background ends with its program.
    assert_eq!(run(json!(["sh", "-c", "sleep 600 & echo started"])), 0);
}

#[test]
fn the_environment_is_that_of_the_step() {
    let host = host(&[("sub/inner.txt", "inner")]);
    let run = |env: &[(&str, &str)], workdir: &str| {
        let env = env
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let args = json!({"commands": [["sh", "-c", "ls; env"]]});
        let step = Step::new("step", "shell", Map::from_json(args).unwrap());
        let cache = MissBuildAsDecision::new("tag").into();
        let env: BTreeMap<String, String> = env.collect();
        host.execute(StepExecuteRequest::new(
            step,
            "r",
            "s",
            "workspace",
            env,
            workdir,
            cache,
        ))
    };
    assert_eq!(
        run(&[("A", "1"), ("PATH", "/usr/bin:/bin")], "sub")
            .unwrap()
            .exit_code,
        0
    );
    let out = host.stdout();
    assert!(
        out.starts_with("inner.txt\n") && out.contains("A=1\n"),
        "{out}"
    );
    assert!(
        out.contains("PATH=/usr/bin:/bin\n") && !out.contains("HOME="),
        "{out}"
    );
    assert_eq!(run(&[], ".").unwrap().exit_code, 0);
    assert!(
        host.stdout()
            .rsplit("sub\n")
            .next()
            .unwrap()
            .contains("PATH=")
    );
    for workdir in ["..", "sub/../..", "/tmp", "nowhere"] {
        assert_eq!(
            run(&[], workdir).unwrap_err().code(),
            "invalid_args",
            "{workdir}"
        );
    }
}

#[test]
fn artefacts_are_listed_or_missed() {
    let host = host(&[("a.txt", "")]);
    let commands = json!([[
        "sh",
        "-c",
        "mkdir out; printf 12345 > out/r; ln -s /etc/passwd link"
    ]]);
    let args = |paths: Value| json!({"commands": commands, "artifacts": paths});
    let exit = host.step("shell", args(json!(["out/r", "a.txt"]))).unwrap();
    let artifact = |key: &str, size| Artifact::new(key, "application/octet-stream", size);
    assert_eq!(exit.artifacts, [artifact("out/r", 5), artifact("a.txt", 0)]);
    let exit = host
        .step("shell", args(json!(["b.txt", "link", "a.txt"])))
        .unwrap();
    assert_eq!((exit.exit_code, exit.artifacts.len()), (1, 0));
    assert_eq!(
        host.stderr(),
        "the artefact b.txt is missing\nthe artefact link is missing\n"
    );
}

#[test]
fn archives_hold_files_and_folders_of_the_workspace_alone() {
    let host = host(&[]);
    let args = || json!({"commands": [["echo", "never"]]});
    let broken = |archive: Vec<u8>| {
        host.put_archive("workspace", archive);
        assert_eq!(error(&host, args()), "bad_archive");
    };
    for name in ["/tmp/x", "../x", "a/../../x", ".."] {
        broken(tar(&[(name, "x")]));
    }
    for kind in [b'1', b'2', b'3', b'6', b'x', b'g'] {
        broken(entry("x", kind, b""));
    }
    broken(b"no archive".to_vec());
    broken(vec![b'x'; 2048]);
    let whole = entry("a", b'0', &[b'x'; 1500]);
    for length in [511, 512, 513, 2000, 2047] {
        broken(whole[..length].to_vec());
    }
    let mut changed = tar(&[("a", "x")]);
    changed[3] = b'b';
    broken(changed);
    assert_eq!(host.stdout(), "");
}

#[test]
fn wrong_arguments_are_refused_and_none_are_fine() {
    let host = host(&[]);
    for args in [
        json!({"commands": "make"}),
        json!({"commands": [[]]}),
        json!({"commands": [[""]]}),
        json!({"commands": [[1]]}),
        json!({"artifacts": ["../secret.txt"]}),
        json!({"artifacts": ["/etc/passwd"]}),
        json!({"artifacts": [""]}),
        json!({"command": [["true"]]}),
    ] {
        assert_eq!(error(&host, args), "invalid_args");
    }
    assert_eq!(code(&host, json!({})), 0);
}

#[test]
fn a_result_from_the_cache_needs_no_work() {
    let host = TestHost::start(plugin(), json!({}));
    let args = Map::from_json(json!({"commands": [["false"]], "artifacts": ["x"]})).unwrap();
    let step = Step::new("step", "shell", args);
    let exit = host.execute(StepExecuteRequest::new(
        step,
        "r",
        "s",
        "workspace",
        BTreeMap::new(),
        ".",
        HitDecision::new("build-7").into(),
    ));
    assert_eq!(exit.unwrap().exit_code, 0);
    assert_eq!(host.stdout(), "cached: build-7\n");
    assert!(host.requests("host.archive.read").is_empty());
}

#[test]
fn a_cancelled_step_ends_its_programs() {
    let host = host(&[]);
    std::thread::scope(|scope| {
        let step = scope.spawn(|| {
            let script = "sleep 600 & echo ready; sleep 600";
            let commands = json!([["sh", "-c", script], ["echo", "never"]]);
            code(&host, json!({"commands": commands}))
        });
        while !host.stdout().contains("ready") && !step.is_finished() {
            std::thread::sleep(Duration::from_millis(1));
        }
        host.answer("host.cancelled", Ok(json!({"cancelled": true})));
        assert_eq!(step.join().unwrap(), 130);
    });
    assert_eq!(host.stdout(), "ready\n");
}

#[test]
fn steps_do_not_disturb_one_another_and_leave_no_folder() {
    let host = host(&[("n.txt", "")]);
    std::thread::scope(|scope| {
        for n in 0..8 {
            let host = &host;
            scope.spawn(move || {
                let script = format!("pwd; printf {n} >> n.txt; mkdir d; touch d/x; chmod 555 d; test $(cat n.txt) = {n}");
                assert_eq!(code(host, json!({"commands": [["sh", "-c", script]]})), 0);
            });
        }
    });
    let folders: Vec<String> = host.stdout().lines().map(str::to_owned).collect();
    assert_eq!(folders.len(), 8);
    assert!(
        folders
            .iter()
            .all(|folder| !std::path::Path::new(folder).exists())
    );
}
