// The echo plugin in Rust: nothing but what the ABI asks for.
use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{c_char, c_int, c_void};

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

extern "C" fn call(_method: *const c_char, request: *const u8, len: usize, response: *mut Buffer) -> c_int {
    let Ok(layout) = Layout::array::<u8>(len.max(1)) else { return 1 };
    unsafe {
        let ptr = alloc(layout);
        if ptr.is_null() {
            return 1;
        }
        std::ptr::copy_nonoverlapping(request, ptr, len);
        response.write(Buffer { ptr: ptr.cast(), len });
    }
    0
}

extern "C" fn free_buffer(ptr: *mut c_void, len: usize) {
    if ptr.is_null() {
        return;
    }
    if let Ok(layout) = Layout::array::<u8>(len.max(1)) {
        unsafe { dealloc(ptr.cast(), layout) };
    }
}

extern "C" fn shutdown() {}

#[unsafe(no_mangle)]
pub extern "C" fn cpex_plugin_init(_host: *const c_void, plugin: *mut PluginApi) -> c_int {
    unsafe { plugin.write(PluginApi { abi_version: 1, call, free_buffer, shutdown }) };
    0
}
