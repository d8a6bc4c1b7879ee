//! The C side of the plugin, by hand.

use std::ffi::{c_char, c_int, c_void, CStr};

#[repr(C)]
pub struct Buffer {
    ptr: *mut u8,
    len: usize,
}

#[repr(C)]
pub struct HostApi {
    abi_version: u32,
    host_ctx: *mut c_void,
    call: *const c_void,
    free_buffer: *const c_void,
}

#[repr(C)]
pub struct PluginApi {
    abi_version: u32,
    call: extern "C" fn(*const c_char, *const u8, usize, *mut Buffer) -> c_int,
    free_buffer: extern "C" fn(*mut u8, usize),
    shutdown: extern "C" fn(),
}

fn registration() -> String {
    format!(
        concat!(
            r#"{{"schema_version":1,"metadata":{{"Name":"pin-router","Version":"{}","Author":"Ada Router","#,
            r#""GitHubRepository":"{}"}},"capabilities":{{"scheduler":true}}}}"#
        ),
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    )
}

fn answer(method: &str, request: &str) -> String {
    let result = match method {
        "plugin.register" | "plugin.reconfigure" => registration(),
        "scheduler.pick" => match pin_rules::first_candidate(request) {
            Some(id) => format!(r#"{{"Handled":true,"AuthID":"{id}"}}"#),
            None => r#"{"Handled":false}"#.to_string(),
        },
        _ => return r#"{"ok":false,"error":{"code":"unknown_method","message":"no such method"}}"#.to_string(),
    };
    format!(r#"{{"ok":true,"result":{result}}}"#)
}

extern "C" fn call(method: *const c_char, request: *const u8, len: usize, response: *mut Buffer) -> c_int {
    if method.is_null() {
        return 1;
    }
    let outcome = std::panic::catch_unwind(|| {
        let method = unsafe { CStr::from_ptr(method) }.to_string_lossy();
        let bytes = if request.is_null() { &[] } else { unsafe { std::slice::from_raw_parts(request, len) } };
        answer(&method, &String::from_utf8_lossy(bytes))
    });
    let Ok(text) = outcome else { return 1 };
    let body = text.into_bytes().into_boxed_slice();
    let len = body.len();
    unsafe { *response = Buffer { ptr: Box::into_raw(body).cast(), len } };
    0
}

extern "C" fn free_buffer(ptr: *mut u8, len: usize) {
    if !ptr.is_null() {
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr, len)) });
    }
}

extern "C" fn shutdown() {}

/// # Safety
/// Both pointers are those of the host.
#[no_mangle]
pub unsafe extern "C" fn cliproxy_plugin_init(host: *const HostApi, plugin: *mut PluginApi) -> c_int {
    if host.is_null() || plugin.is_null() || unsafe { (*host).abi_version } != 1 {
        return 1;
    }
    unsafe { plugin.write(PluginApi { abi_version: 1, call, free_buffer, shutdown }) };
    0
}
