include!("abi.rs");

/// Panics; the runtime aborts at the border to C.
fn on_hook() -> &'static str {
    panic!("no guard here")
}
