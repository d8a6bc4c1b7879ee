include!("abi.rs");

use std::sync::Once;

static STARTED: Once = Once::new();

// The first call starts a thread that never ends.
fn on_hook() -> &'static str {
    STARTED.call_once(|| {
        std::thread::spawn(|| {
            loop {
                std::thread::park();
            }
        });
    });
    ALLOWED
}
