include!("abi.rs");

static CALLS: std::sync::Mutex<u64> = std::sync::Mutex::new(0);

/// Panics over a body that it cannot read while it holds a lock; the panic is caught, the lock stays poisoned.
fn on_hook() -> &'static str {
    let answer = std::panic::catch_unwind(|| {
        let mut calls = CALLS.lock().unwrap();
        *calls += 1;
        assert!(is_request(request(), &HOOK), "a body that cannot be read");
        ALLOWED
    });
    answer.unwrap_or(r#"{"ok":false,"error":{"code":"plugin_panic","message":"a panic was caught"}}"#)
}
