use std::sync::mpsc::channel;
use std::time::Duration;

use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

const LONG: Duration = Duration::from_secs(60);

fn plugin(work: impl Fn(Host) + Send + Sync + Clone + 'static) -> Plugin {
    let mut plugin = Plugin::new();
    plugin.on(move |call: HookCall<Elicit>| {
        call.host.spawn("worker", work.clone())?;
        Ok(Verdict::allow())
    });
    plugin
}

#[test]
fn a_waiting_thread_is_woken_and_joined_before_shutdown_ends() {
    let (sender, receiver) = channel();
    let host = TestHost::start(
        plugin(move |host| sender.send((host.wait(LONG), host.stopping())).unwrap()),
        json!({}),
    );
    host.hook::<Elicit>(json!({})).unwrap();
    drop(host);
    assert_eq!(receiver.try_recv(), Ok((true, true)));
}

#[test]
fn a_panic_ends_the_thread_alone_and_is_logged() {
    let host = TestHost::start(plugin(|_| panic!("in a thread")), json!({}));
    host.hook::<Elicit>(json!({})).unwrap();
    while host.logs().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(host.logs(), ["thread worker panicked: in a thread"]);
    assert!(host.hook::<Elicit>(json!({})).is_ok());
}

#[test]
fn no_thread_begins_during_shutdown() {
    let (sender, receiver) = channel();
    let work = move |host: Host| {
        host.wait(LONG);
        sender
            .send(host.spawn("late", |_| {}).unwrap_err())
            .unwrap();
    };
    let host = TestHost::start(plugin(work), json!({}));
    host.hook::<Elicit>(json!({})).unwrap();
    drop(host);
    assert_eq!(
        receiver.try_recv().unwrap().text(),
        "the plugin is being shut down"
    );
}
