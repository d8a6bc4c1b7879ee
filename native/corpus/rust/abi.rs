// A plugin in Rust without SDK or guards; each broken one adds its own on_hook.
use std::ffi::{CStr, c_char, c_int, c_void};

include!("strict.rs");

#[repr(C)]
pub struct Buffer {
    ptr: *mut c_void,
    len: usize,
}

#[repr(C)]
pub struct PluginApi {
    abi_version: u32,
    call: extern "C" fn(*const c_char, *const u8, usize, *mut Buffer) -> c_int,
    free_buffer: extern "C" fn(*mut c_void, usize),
    shutdown: extern "C" fn(),
}

const REGISTRATION: &str = r#"{"ok":true,"result":{"schema_version":1,"metadata":{"id":"plugin","name":"Plugin","version":"1.0.0","author":"Tests"},"capabilities":{"hooks":["tool_pre_invoke"]}}}"#;
#[allow(dead_code)]
const ALLOWED: &str = r#"{"ok":true,"result":{"continue_processing":true}}"#;
const UNKNOWN: &str = r#"{"ok":false,"error":{"code":"unknown_method","message":"no such method"}}"#;

#[allow(dead_code)]
const EMPTY: &str = r#"{"ok":true,"result":{}}"#;
const INVALID: &str =
    r#"{"ok":false,"error":{"code":"invalid_request","message":"the body is not what the method takes"}}"#;

const EARLY: &str = r#"{"ok":false,"error":{"code":"not_registered","message":"plugin.register comes first"}}"#;

/// True between the first registration that succeeds and shutdown.
static REGISTERED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Shapes of requests; see `is_request`.
const REGISTER: Shape = Shape::Object(&[
    ("host", Shape::Object(&[("name", Shape::Text), ("version", Shape::Text), ("features", Shape::Texts)])),
    ("schema_version", Shape::Whole(u32::MAX as u64)),
    ("config", Shape::Object(&[])),
    ("limits", Shape::Object(&[("max_request_bytes", Shape::Whole(u64::MAX)), ("max_response_bytes", Shape::Whole(u64::MAX))])),
]);
const HOOK: Shape = Shape::Object(&[
    ("hook", Shape::Text),
    ("payload", Shape::Any),
    ("extensions", Shape::Object(&[])),
    ("context", Shape::Object(&[("request_id", Shape::Text), ("local_state", Shape::Object(&[])), ("global_state", Shape::Object(&[]))])),
]);

thread_local! {
    static REQUEST: std::cell::Cell<&'static [u8]> = const { std::cell::Cell::new(&[]) };
}

/// The body of the hook that is being answered.
#[allow(dead_code)]
fn request() -> &'static [u8] {
    REQUEST.get()
}

fn answer(method: &[u8], body: &'static [u8]) -> &'static str {
    let (shape, reply): (&Shape, fn() -> &'static str) = match method {
        b"plugin.register" => (&REGISTER, || {
            REGISTERED.store(true, std::sync::atomic::Ordering::Release);
            REGISTRATION
        }),
        b"plugin.reconfigure" => (&Shape::Object(&[("config", Shape::Object(&[]))]), || EMPTY),
        b"plugin.quiesce" => (&Shape::Object(&[]), || EMPTY),
        b"hook.invoke" if !REGISTERED.load(std::sync::atomic::Ordering::Acquire) => return EARLY,
        b"hook.invoke" => (&HOOK, on_hook),
        _ => return UNKNOWN,
    };
    REQUEST.set(body);
    // A plugin that reads its hooks by itself is compiled with --cfg unchecked.
    #[allow(unexpected_cfgs)]
    let unchecked = cfg!(unchecked) && method == b"hook.invoke";
    if unchecked || is_request(body, shape) { reply() } else { INVALID }
}

extern "C" fn call(method: *const c_char, request: *const u8, len: usize, response: *mut Buffer) -> c_int {
    if method.is_null() || response.is_null() {
        return 1;
    }
    // It is not kept beyond this call.
    let body: &'static [u8] = if len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(request, len) } };
    let reply = answer(unsafe { CStr::from_ptr(method) }.to_bytes(), body);
    let boxed = reply.as_bytes().to_vec().into_boxed_slice();
    let len = boxed.len();
    let ptr = Box::into_raw(boxed) as *mut c_void;
    unsafe { response.write(Buffer { ptr, len }) };
    0
}

extern "C" fn free_buffer(ptr: *mut c_void, len: usize) {
    if !ptr.is_null() {
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr as *mut u8, len)) });
    }
}

extern "C" fn shutdown() {
    REGISTERED.store(false, std::sync::atomic::Ordering::Release);
}

#[unsafe(no_mangle)]
pub extern "C" fn cpex_plugin_init(host: *const c_void, plugin: *mut PluginApi) -> c_int {
    if host.is_null() || plugin.is_null() {
        return 1;
    }
    unsafe { plugin.write(PluginApi { abi_version: 1, call, free_buffer, shutdown }) };
    let version = unsafe { *host.cast::<u32>() };
    c_int::from(version != 1)
}
