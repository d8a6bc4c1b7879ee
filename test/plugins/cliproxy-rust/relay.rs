// A plugin without any crate: JSON is formatted by hand, and only the few members that count are looked for.
#[cfg(not(faults))]
const SHRINKS: bool = true;
#[cfg(not(faults))]
fn fault(_method: &str) {}
#[cfg(faults)]
include!("faults.rs");
include!("abi.rs");

use std::sync::{Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

static THREADS: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());
static LEAVING: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

const REGISTRATION: &str = r#"{"schema_version":1,"metadata":{"Name":"Relay","Version":"2.1.0","Author":"Somebody",
  "GitHubRepository":"https://github.com/somebody/relay","Logo":"","ConfigFields":[]},"capabilities":{"executor":true,
  "executor_model_scope":"both","executor_input_formats":["openai","claude"],"executor_output_formats":["openai"],
  "scheduler":true,"thinking_applier":true,"usage_plugin":true,"frontend_auth_provider":true}}"#;

fn ok(result: &str) -> String {
    format!(r#"{{"ok":true,"result":{result}}}"#)
}

fn serve(method: &str, request: &str) -> String {
    fault(method);
    match method {
        "plugin.register" | "plugin.reconfigure" => {
            start_heart();
            ok(REGISTRATION)
        }
        "executor.identifier" | "thinking.identifier" | "frontend_auth.identifier" => ok(r#"{"identifier":"relay"}"#),
        "executor.execute" => execute(request),
        "executor.count_tokens" => ok(&format!(r#"{{"Payload":"{}"}}"#, base64(b"{\"tokens\":7}"))),
        "executor.http_request" => ok(r#"{"StatusCode":200,"Headers":{"X-A":["1"]},"Body":null}"#),
        "executor.execute_stream" => {
            let id = member(request, "stream_id");
            keep(std::thread::spawn(move || stream(&id)));
            ok(r#"{"headers":null}"#)
        }
        "scheduler.pick" => ok(&format!(r#"{{"Handled":true,"AuthID":"{}"}}"#, member(request, "ID"))),
        "thinking.apply" => ok(&format!(r#"{{"Body":"{}"}}"#, member(request, "Body"))),
        "frontend_auth.authenticate" => ok(r#"{"Authenticated":false}"#),
        "usage.handle" => ok("null"),
        _ => format!(r#"{{"ok":false,"error":{{"code":"unknown_method","message":"unknown method {}"}}}}"#, quoted(method)),
    }
}

fn execute(request: &str) -> String {
    let id = member(request, "host_callback_id");
    let _ = call_host("host.log", &format!(r#"{{"level":"info","message":"asked","host_callback_id":"{id}"}}"#));
    let http = format!(r#"{{"url":"https://relay.example.test/","host_callback_id":"{id}"}}"#);
    match call_host("host.http.do", &http) {
        Ok(answer) => ok(&format!(r#"{{"Payload":"{}","Headers":{{}}}}"#, member(&answer, "Body"))),
        Err(_) => ok(&format!(r#"{{"Payload":"{}","Metadata":null}}"#, base64(b"{\"upstream\":false}"))),
    }
}

/// Goes on after its call has returned; the host takes 16 pieces at a time.
fn stream(id: &str) {
    for i in 0..50 {
        let piece = base64(format!("{i}{}\n", "y".repeat(i * 300)).as_bytes());
        if call_host("host.stream.emit", &format!(r#"{{"stream_id":"{id}","payload":"{piece}"}}"#)).is_err() {
            return;
        }
    }
    let _ = call_host("host.stream.close", &format!(r#"{{"stream_id":"{id}"}}"#));
}

/// Logs between calls until the plugin is shut down; started by the first registration.
fn start_heart() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        keep(std::thread::spawn(|| {
            let (lock, gone) = &LEAVING;
            let mut leaving = lock.lock().unwrap();
            while !*leaving {
                (leaving, _) = gone.wait_timeout(leaving, Duration::from_millis(10)).unwrap();
                if !*leaving {
                    let _ = call_host("host.log", r#"{"message":"alive","fields":{"beats":null}}"#);
                }
            }
        }));
    });
}

fn stop() {
    *LEAVING.0.lock().unwrap() = true;
    LEAVING.1.notify_all();
    let threads = std::mem::take(&mut *THREADS.lock().unwrap());
    for thread in threads {
        let _ = thread.join();
    }
}

fn keep(thread: JoinHandle<()>) {
    let mut threads = THREADS.lock().unwrap();
    threads.retain(|one| !one.is_finished());
    threads.push(thread);
}

/// The first string member of this name, wherever it stands; good enough for ids and base64.
fn member(json: &str, name: &str) -> String {
    let key = format!("\"{name}\":\"");
    let Some(at) = json.find(&key) else { return String::new() };
    let rest = &json[at + key.len()..];
    let mut escaped = false;
    // As it is written: it goes into other JSON.
    let end = rest.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(String::new(), |end| rest[..end].to_string())
}

/// Text as it may stand in a JSON string.
fn quoted(text: &str) -> String {
    text.chars().flat_map(char::escape_default).filter(|c| *c != '\'').collect::<String>().replace("\\u{", "u{")
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|part| {
            let bits = part.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
            (0..4).map(move |i| {
                let letter = LETTERS[(bits >> (18 - 6 * i) & 63) as usize] as char;
                if i > part.len() { '=' } else { letter }
            })
        })
        .collect()
}
