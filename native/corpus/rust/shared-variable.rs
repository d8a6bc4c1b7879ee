include!("abi.rs");

// What the hook works with; all calls share it, and none locks it.
static mut LAST: u32 = 0;

fn on_hook() -> &'static str {
    let sum = request().iter().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte as u32));
    unsafe { (&raw mut LAST).write_volatile(sum) };
    std::thread::sleep(std::time::Duration::from_micros(200));
    if unsafe { (&raw const LAST).read_volatile() } != sum {
        return r#"{"ok":false,"error":{"code":"plugin_error","message":"this is another call's request"}}"#;
    }
    ALLOWED
}
