//! Runs one program and hands on what it prints.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::cpex::prelude::*;

/// How often the host is asked whether the step was cancelled, and at most how late the end of a
/// program is seen.
const INTERVAL: Duration = Duration::from_millis(25);

/// Exit code of a program that cannot be started, as shells have it.
const NOT_STARTED: i32 = 127;

/// How a program ended.
#[derive(Debug, PartialEq)]
pub enum Ended {
    /// With this exit code; a signal is 128 and its number.
    Code(i32),
    /// With the step, which was cancelled.
    Cancelled,
}

/// Runs a program in a group of its own. When it ends, or the step is cancelled, or the host
/// cannot be reached any more, everything that is left of the group ends with it.
pub fn run(
    call: &StepCall,
    command: &[String],
    folder: &Path,
    env: &BTreeMap<String, String>,
) -> Result<Ended> {
    if call.host.cancelled()? {
        return Ok(Ended::Cancelled);
    }
    let Some((name, args)) = command.split_first() else {
        return Ok(Ended::Code(0));
    };
    let child = Command::new(name)
        .args(args)
        .env_clear()
        .envs(env)
        .current_dir(folder)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    match child {
        Ok(child) => Group {
            child,
            ended: false,
        }
        .follow(call),
        Err(error) => {
            call.write_stderr(format!("{name} cannot be started: {error}\n"))?;
            Ok(Ended::Code(NOT_STARTED))
        }
    }
}

/// A running program and its children.
struct Group {
    child: Child,
    /// Everything in it was told to end.
    ended: bool,
}

impl Group {
    fn follow(mut self, call: &StepCall) -> Result<Ended> {
        let mut stdout = Pipe::new(self.child.stdout.take(), call.stdout());
        let mut stderr = Pipe::new(self.child.stderr.take(), call.stderr());
        let mut asked = Instant::now();
        loop {
            let ended = self.child.try_wait()?;
            let wait = match ended {
                Some(_) => {
                    // Children that were left behind would keep the pipes open.
                    self.end();
                    Duration::ZERO
                }
                None => INTERVAL,
            };
            let quiet = !Pipe::hand_on(&mut stdout, &mut stderr, wait)?;
            if let (Some(status), true) = (ended, quiet) {
                return Ok(Ended::Code(code(status)));
            }
            if asked.elapsed() >= INTERVAL {
                asked = Instant::now();
                if call.host.cancelled()? {
                    return Ok(Ended::Cancelled);
                }
            }
        }
    }

    /// Kills the whole group, once: its number may belong to another one later.
    fn end(&mut self) {
        const SIGKILL: c_int = 9;
        if let (Ok(group), false) = (c_int::try_from(self.child.id()), self.ended) {
            // An error says that there is nobody left.
            kill(-group, SIGKILL);
            self.ended = true;
        }
    }
}

impl Drop for Group {
    /// Whatever happened: nothing goes on running, and no zombie stays.
    fn drop(&mut self) {
        self.end();
        let _ = self.child.wait();
    }
}

fn code(status: ExitStatus) -> i32 {
    let signal = || 128 + status.signal().unwrap_or_default();
    status.code().unwrap_or_else(signal)
}

/// The way of one output to the log of the step.
struct Pipe<R> {
    /// Absent once it has come to its end.
    from: Option<R>,
    to: StepOutput,
}

impl<R: Read + AsRawFd> Pipe<R> {
    fn new(from: Option<R>, to: StepOutput) -> Self {
        Self { from, to }
    }

    /// Hands on what can be read now; to be called when something can.
    fn pump(&mut self) -> Result<()> {
        let mut piece = [0; 16 * 1024];
        let Some(from) = &mut self.from else {
            return Ok(());
        };
        match from.read(&mut piece)? {
            0 => self.from = None,
            count => self.to.write_all(&piece[..count])?,
        }
        Ok(())
    }

    fn poll(&self) -> PollFd {
        PollFd::new(self.from.as_ref().map(AsRawFd::as_raw_fd))
    }
}

impl Pipe<ChildStdout> {
    /// Waits for output of either kind and hands it on; false when there was none in time.
    fn hand_on(stdout: &mut Self, stderr: &mut Pipe<ChildStderr>, wait: Duration) -> Result<bool> {
        let mut fds = [stdout.poll(), stderr.poll()];
        poll(&mut fds, wait)?;
        if fds[0].is_ready() {
            stdout.pump()?;
        }
        if fds[1].is_ready() {
            stderr.pump()?;
        }
        Ok(fds.iter().any(PollFd::is_ready))
    }
}

/// `struct pollfd`
#[repr(C)]
struct PollFd {
    fd: RawFd,
    events: i16,
    revents: i16,
}

impl PollFd {
    /// Asks for input; a descriptor that is absent is never ready.
    fn new(fd: Option<RawFd>) -> Self {
        const POLLIN: i16 = 1;
        Self {
            fd: fd.unwrap_or(-1),
            events: POLLIN,
            revents: 0,
        }
    }

    /// Whether there is something to read, be it the end.
    fn is_ready(&self) -> bool {
        self.revents != 0
    }
}

/// Waits until one of the descriptors is ready, or the time has passed.
fn poll(fds: &mut [PollFd; 2], wait: Duration) -> io::Result<()> {
    let wait = c_int::try_from(wait.as_millis()).unwrap_or(c_int::MAX);
    // SAFETY: the array is valid for two entries during the call.
    let ready = unsafe { c_poll(fds.as_mut_ptr(), 2, wait) };
    if ready >= 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    for fd in fds {
        fd.revents = 0;
    }
    // A signal is no reason to end.
    if error.kind() == io::ErrorKind::Interrupted {
        Ok(())
    } else {
        Err(error)
    }
}

/// `nfds_t`
#[cfg(any(target_os = "linux", target_os = "android"))]
type Count = std::ffi::c_ulong;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
type Count = std::ffi::c_uint;

unsafe extern "C" {
    #[link_name = "poll"]
    fn c_poll(fds: *mut PollFd, count: Count, wait: c_int) -> c_int;

    safe fn kill(process: c_int, signal: c_int) -> c_int;
}
