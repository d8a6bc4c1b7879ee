//! Gives bodies from libFuzzer to one method of the plugin. Written by "cpex fuzz --harness"; it is yours.
//!
//! `cargo +nightly fuzz run call fuzz/corpus/@METHOD_NAME@`; CPEX_FUZZ_METHOD takes another method.
#![no_main]

use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
// For its entry alone.
use @CRATE@ as _;

#[repr(C)]
struct Buffer {
    ptr: *mut c_void,
    len: usize,
}

#[repr(C)]
struct Host {
    abi_version: u32,
    host_ctx: *mut c_void,
    call: extern "C" fn(*mut c_void, *const c_char, *const u8, usize, *mut Buffer) -> c_int,
    free_buffer: extern "C" fn(*mut c_void, usize),
}

#[repr(C)]
struct Plugin {
    abi_version: u32,
    call: Option<extern "C" fn(*const c_char, *const u8, usize, *mut Buffer) -> c_int>,
    free_buffer: Option<extern "C" fn(*mut c_void, usize)>,
    shutdown: Option<extern "C" fn()>,
}

unsafe extern "C" {
    fn @ENTRY@(host: *const Host, plugin: *mut Plugin) -> c_int;
}

const ANSWER: &[u8] = br#"{"ok":true,"result":{}}"#;

/// Answers every request with an empty result.
extern "C" fn answer(_: *mut c_void, _: *const c_char, _: *const u8, _: usize, response: *mut Buffer) -> c_int {
    let bytes = ANSWER.to_vec().into_boxed_slice();
    let len = bytes.len();
    unsafe { response.write(Buffer { ptr: Box::into_raw(bytes).cast(), len }) };
    0
}

extern "C" fn give_back(ptr: *mut c_void, len: usize) {
    if !ptr.is_null() {
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr.cast::<u8>(), len)) });
    }
}

type Call = extern "C" fn(*const c_char, *const u8, usize, *mut Buffer) -> c_int;

struct Started {
    method: CString,
    call: Call,
    free: extern "C" fn(*mut c_void, usize),
}

fn call(plugin: Call, free: extern "C" fn(*mut c_void, usize), method: &CString, body: &[u8]) -> c_int {
    let mut reply = Buffer { ptr: std::ptr::null_mut(), len: 0 };
    let code = plugin(method.as_ptr(), body.as_ptr(), body.len(), &mut reply);
    assert!(code != 0 || (!reply.ptr.is_null() && reply.len > 0), "a return value of 0 comes with an envelope");
    if !reply.ptr.is_null() {
        free(reply.ptr, reply.len);
    }
    code
}

fn start() -> Started {
    // Both stay for as long as the process lives.
    let host = Box::leak(Box::new(Host { abi_version: 1, host_ctx: std::ptr::null_mut(), call: answer, free_buffer: give_back }));
    let mut plugin = Plugin { abi_version: 0, call: None, free_buffer: None, shutdown: None };
    assert_eq!(unsafe { @ENTRY@(host, &mut plugin) }, 0, "the entry refuses");
    let (made, free) = (plugin.call.expect("call"), plugin.free_buffer.expect("free_buffer"));
    let register = CString::new(@REGISTER_METHOD@).unwrap();
    assert_eq!(call(made, free, &register, @REGISTRATION@.as_bytes()), 0, "the plugin does not register");
    let method = std::env::var("CPEX_FUZZ_METHOD").unwrap_or_else(|_| @METHOD@.into());
    Started { method: CString::new(method).unwrap(), call: made, free }
}

static PLUGIN: OnceLock<Started> = OnceLock::new();

fuzz_target!(|body: &[u8]| {
    let Started { method, call: made, free } = PLUGIN.get_or_init(start);
    // A panic of a handler ends in a return value that is not 0.
    assert_eq!(call(*made, *free, method, body), 0, "the call broke down");
});
