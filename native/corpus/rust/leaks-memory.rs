// Forgets four kilobytes in every call.
include!("abi.rs");

fn on_hook() -> &'static str {
    std::mem::forget(vec![1u8; 4096]);
    ALLOWED
}
