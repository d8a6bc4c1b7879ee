include!("abi.rs");

/// Looks at the first letter of an argument, where there may be none; the panic is caught.
fn on_hook() -> &'static str {
    let answer = std::panic::catch_unwind(|| {
        let text = String::from_utf8_lossy(request());
        let query = text.split_once("\"query\":\"").map_or("x", |(_, rest)| rest.split('"').next().unwrap_or_default());
        if query.as_bytes()[0] == b'/' { UNKNOWN } else { ALLOWED }
    });
    answer.unwrap_or(r#"{"ok":false,"error":{"code":"plugin_panic","message":"a panic was caught"}}"#)
}
