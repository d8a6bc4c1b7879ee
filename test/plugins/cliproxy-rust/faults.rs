// What can go wrong in Rust, chosen by RELAY_FAULT: one build for all of it.
use std::alloc::{GlobalAlloc, Layout, System};

/// Replies keep their spare room here, and free_buffer gives back less than was taken.
const SHRINKS: bool = false;

/// As allocators with sized deallocation do, this one takes a wrong size badly.
struct Sized;

const HEAD: usize = 64;

unsafe impl GlobalAlloc for Sized {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let whole = Layout::from_size_align(layout.size() + HEAD, HEAD).unwrap();
        let start = unsafe { System.alloc(whole) };
        if start.is_null() {
            return start;
        }
        unsafe { (start as *mut usize).write(layout.size()) };
        unsafe { start.add(HEAD) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        let start = unsafe { ptr.sub(HEAD) };
        let size = unsafe { (start as *const usize).read() };
        if size != layout.size() && wanted() == "length" {
            std::process::abort();
        }
        let whole = Layout::from_size_align(size + HEAD, HEAD).unwrap();
        unsafe { System.dealloc(start, whole) };
    }
}

#[global_allocator]
static ALLOCATOR: Sized = Sized;

unsafe extern "C" {
    fn getenv(name: *const c_char) -> *const c_char;
}

/// Without allocating, because the allocator asks.
fn wanted() -> &'static str {
    let value = unsafe { getenv(c"RELAY_FAULT".as_ptr()) };
    if value.is_null() { "" } else { unsafe { CStr::from_ptr(value) }.to_str().unwrap_or("") }
}

fn fault(method: &str) {
    match (wanted(), method) {
        ("hang", "plugin.register") => loop {
            std::thread::park();
        },
        ("panic", "executor.execute") => panic!("no guard here"),
        ("late", "executor.identifier") => {
            std::thread::spawn(|| {
                loop {
                    std::thread::sleep(Duration::from_millis(5));
                    let _ = call_host("host.log", r#"{"message":"still here"}"#);
                }
            });
        }
        _ => {}
    }
}
