include!("abi.rs");

/// Expects an object as the payload.
fn on_hook() -> &'static str {
    let text = std::str::from_utf8(request()).unwrap();
    let (_, payload) = text.split_once("\"payload\":{").unwrap();
    if payload.is_empty() { UNKNOWN } else { ALLOWED }
}
