include!("abi.rs");

fn on_hook() -> &'static str {
    ALLOWED
}
