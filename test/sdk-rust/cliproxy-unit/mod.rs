mod config;
mod host;
mod round_trips;
mod runtime;
mod streams;
mod time;

use std::sync::mpsc::channel;

use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

/// An interceptor that does what a test asks for.
struct Probe<F>(F);

impl<F> RequestInterceptor for Probe<F>
where
    F: Fn(RequestInterceptRequest, &Host) -> Result<RequestInterceptResult> + Send + Sync + 'static,
{
    fn intercept_before(
        &self,
        request: RequestInterceptRequest,
        host: &Host,
    ) -> Result<RequestInterceptResult> {
        (self.0)(request, host)
    }

    fn intercept_after(
        &self,
        request: RequestInterceptRequest,
        host: &Host,
    ) -> Result<RequestInterceptResult> {
        (self.0)(request, host)
    }
}

fn probe(
    work: impl Fn(RequestInterceptRequest, &Host) -> Result<RequestInterceptResult>
    + Send
    + Sync
    + 'static,
) -> Plugin {
    let mut plugin = Plugin::new();
    plugin.request_interceptor(Probe(work));
    plugin
}

/// Runs `work` inside a handler of a plugin whose host answers `method` so.
fn with_answer<T: Send + 'static>(
    method: &str,
    outcome: Result<Value>,
    work: impl Fn(&Host) -> T + Send + Sync + 'static,
) -> (T, Vec<Value>) {
    let (sender, receiver) = channel();
    let plugin = probe(move |_, host| {
        sender.send(work(host))?;
        Ok(RequestInterceptResult::default())
    });
    let host = TestHost::start(plugin, "");
    host.answer(method, outcome);
    let request = json!({"host_callback_id": "7", "stream_id": "3"});
    host.call("request.intercept_before", request).unwrap();
    (receiver.recv().unwrap(), host.requests(method))
}
