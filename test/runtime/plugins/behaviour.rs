// A plugin in Rust for the tests of the runtime: what differs from C is panics.
use std::ffi::{c_char, c_int, c_void, CStr};

#[repr(C)]
pub struct Buffer {
    ptr: *mut c_void,
    len: usize,
}

type Call = extern "C" fn(*const c_char, *const u8, usize, *mut Buffer) -> c_int;

#[repr(C)]
pub struct PluginApi {
    abi_version: u32,
    call: Call,
    free_buffer: extern "C" fn(*mut c_void, usize),
    shutdown: extern "C" fn(),
}

extern "C" fn call(method: *const c_char, request: *const u8, len: usize, response: *mut Buffer) -> c_int {
    let method = unsafe { CStr::from_ptr(method) }.to_str().unwrap_or_default();
    if method == "panic" {
        panic!("something is wrong");
    }
    let body = unsafe { std::slice::from_raw_parts(request, len) }.to_vec().into_boxed_slice();
    let ptr = Box::into_raw(body) as *mut c_void;
    unsafe { response.write(Buffer { ptr, len }) };
    0
}

extern "C" fn free_buffer(ptr: *mut c_void, len: usize) {
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr as *mut u8, len)) });
}

extern "C" fn shutdown() {}

#[unsafe(no_mangle)]
pub extern "C" fn cpex_plugin_init(_host: *const c_void, plugin: *mut PluginApi) -> c_int {
    unsafe { plugin.write(PluginApi { abi_version: 1, call, free_buffer, shutdown }) };
    0
}
