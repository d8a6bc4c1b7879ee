//! A plugin in Rust with an error that shows in no answer: it reads a byte behind its own block.
use std::ffi::{CStr, c_char, c_int, c_void};

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

const REGISTRATION: &str = r#"{"ok":true,"result":{"schema_version":1,"metadata":{"id":"careless-rust","name":"Careless","version":"1.0.0","author":"Tests"},"capabilities":{"hooks":["tool_pre_invoke"]}}}"#;
const ALLOWED: &str = r#"{"ok":true,"result":{"continue_processing":true}}"#;
const EMPTY: &str = r#"{"ok":true,"result":{}}"#;
const UNKNOWN: &str = r#"{"ok":false,"error":{"code":"unknown_method","message":"no such method"}}"#;

fn read_too_far(len: usize) {
    let block = vec![0u8; len + 1];
    std::hint::black_box(unsafe { block.as_ptr().add(len + 1).read_volatile() });
}

extern "C" fn call(method: *const c_char, _request: *const u8, len: usize, response: *mut Buffer) -> c_int {
    let body = match unsafe { CStr::from_ptr(method) }.to_bytes() {
        b"plugin.register" => REGISTRATION,
        b"plugin.reconfigure" | b"plugin.quiesce" => EMPTY,
        b"hook.invoke" => {
            read_too_far(len);
            ALLOWED
        }
        _ => UNKNOWN,
    };
    let boxed = body.as_bytes().to_vec().into_boxed_slice();
    let len = boxed.len();
    unsafe { response.write(Buffer { ptr: Box::into_raw(boxed) as *mut c_void, len }) };
    0
}

extern "C" fn free_buffer(ptr: *mut c_void, len: usize) {
    if !ptr.is_null() {
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr as *mut u8, len)) });
    }
}

extern "C" fn shutdown() {}

#[unsafe(no_mangle)]
pub extern "C" fn cpex_plugin_init(_host: *const c_void, plugin: *mut PluginApi) -> c_int {
    unsafe { plugin.write(PluginApi { abi_version: 1, call, free_buffer, shutdown }) };
    0
}
