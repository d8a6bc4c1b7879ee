// The border to C, as plugins outside this repository have it: replies are vectors that are taken apart here and
// put together again in free_buffer.
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

#[repr(C)]
pub struct Buffer {
    ptr: *mut c_void,
    len: usize,
}

#[repr(C)]
pub struct HostApi {
    abi_version: u32,
    host_ctx: *mut c_void,
    call: extern "C" fn(*mut c_void, *const c_char, *const u8, usize, *mut Buffer) -> c_int,
    free_buffer: extern "C" fn(*mut c_void, usize),
}

#[repr(C)]
pub struct PluginApi {
    abi_version: u32,
    call: Option<extern "C" fn(*const c_char, *const u8, usize, *mut Buffer) -> c_int>,
    free_buffer: Option<extern "C" fn(*mut c_void, usize)>,
    shutdown: Option<extern "C" fn()>,
}

static HOST: AtomicPtr<HostApi> = AtomicPtr::new(std::ptr::null_mut());

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cliproxy_plugin_init(host: *const HostApi, plugin: *mut PluginApi) -> c_int {
    if host.is_null() || plugin.is_null() {
        return 1;
    }
    HOST.store(host as *mut HostApi, Ordering::Release);
    let table = PluginApi { abi_version: 1, call: Some(call), free_buffer: Some(free), shutdown: Some(shutdown) };
    unsafe { plugin.write(table) };
    0
}

extern "C" fn call(method: *const c_char, request: *const u8, len: usize, response: *mut Buffer) -> c_int {
    if method.is_null() || response.is_null() {
        return 1;
    }
    let method = unsafe { CStr::from_ptr(method) }.to_string_lossy();
    let request = if len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(request, len) } };
    let mut body = serve(&method, &String::from_utf8_lossy(request)).into_bytes();
    if SHRINKS {
        body.shrink_to_fit();
    }
    let len = body.len();
    let ptr = std::mem::ManuallyDrop::new(body).as_mut_ptr() as *mut c_void;
    unsafe { response.write(Buffer { ptr, len }) };
    0
}

extern "C" fn free(ptr: *mut c_void, len: usize) {
    if !ptr.is_null() {
        drop(unsafe { Vec::from_raw_parts(ptr as *mut u8, len, len) });
    }
}

extern "C" fn shutdown() {
    stop();
}

/// Asks the host, from any thread.
fn call_host(method: &str, request: &str) -> Result<String, String> {
    let host = unsafe { &*HOST.load(Ordering::Acquire) };
    let name = CString::new(method).map_err(|error| error.to_string())?;
    let mut answer = Buffer { ptr: std::ptr::null_mut(), len: 0 };
    let code = (host.call)(host.host_ctx, name.as_ptr(), request.as_ptr(), request.len(), &mut answer);
    let text = if answer.ptr.is_null() {
        String::new()
    } else {
        let bytes = unsafe { std::slice::from_raw_parts(answer.ptr as *const u8, answer.len) };
        let text = String::from_utf8_lossy(bytes).into_owned();
        (host.free_buffer)(answer.ptr, answer.len);
        text
    };
    if code == 0 && text.contains("\"ok\":true") { Ok(text) } else { Err(text) }
}
