//! A process that a tau host starts and speaks with. The plugin itself is in `plugin.rs`.
mod cpex;
mod plugin;
#[cfg(test)]
mod tests;

fn main() -> std::process::ExitCode {
    cpex::run(plugin::plugin())
}
