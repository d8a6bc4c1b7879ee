include!("abi.rs");

// A copy that is handed to nobody.
fn on_hook() -> &'static str {
    Box::leak(request().to_vec().into_boxed_slice());
    ALLOWED
}
