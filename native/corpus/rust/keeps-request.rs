include!("abi.rs");

thread_local! {
    static KEPT: std::cell::Cell<&'static [u8]> = const { std::cell::Cell::new(&[]) };
}

// Looks at the request of the call before, where that lay.
fn on_hook() -> &'static str {
    let before = KEPT.replace(request());
    if before.first().is_some_and(|byte| unsafe { std::ptr::read_volatile(byte) } != b'{') { UNKNOWN } else { ALLOWED }
}
