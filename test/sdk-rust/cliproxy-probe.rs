//! An executor that does what a test asks for, by the name of the model.

mod cpex;

use std::io::Read;
use std::time::Duration;

use cpex::prelude::*;

fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    plugin.executor(Probe);
    plugin.on_shutdown(|host| drop(host.info("bye")));
    plugin
}

struct Probe;

impl Executor for Probe {
    fn identifier(&self) -> String {
        PLUGIN_ID.into()
    }

    fn model_scope(&self) -> String {
        "static".into()
    }

    fn input_formats(&self) -> Vec<String> {
        vec!["openai".into()]
    }

    fn output_formats(&self) -> Vec<String> {
        vec!["openai".into(), "claude".into()]
    }

    fn execute(&self, request: ExecutorRequest, host: &Host) -> Result<ExecutorResult> {
        let said = match request.model.as_str() {
            "http" => {
                let answer = host.http(HttpRequest::new("https://a.test/x?a=1&b=<2>"))?;
                format!("{} {}", answer.status_code, text(answer.body))
            }
            "http stream" => {
                let mut body = host.http_stream(HttpRequest::new("https://a.test/x?a=1&b=<2>"))?;
                let mut all = String::new();
                body.read_to_string(&mut all)?;
                format!("{} {all}", body.status_code())
            }
            "http refused" => text(host.http(HttpRequest::new("https://b.test/"))?.body),
            "model" => {
                let answer = host.model(HostModelRequest::new("other", "{}"))?;
                text(answer.body)
            }
            "model stream" => {
                let mut body = host.model_stream(HostModelRequest::new("other", "{}"))?;
                let mut pieces = Vec::new();
                while let Some(piece) = body.next_piece()? {
                    pieces.push(text(piece));
                }
                pieces.join("|")
            }
            "auth" => {
                let files = host.auths()?;
                let index = files.first().map(|file| file.auth_index.clone());
                let auth = host.auth(index.unwrap_or_default())?;
                host.save_auth("saved.json", auth.json)?.name
            }
            "limit" => {
                return Err(Error::new("limit", "none left")
                    .with_status(429)
                    .retryable());
            }
            "panic" => panic!("on purpose"),
            "config" => host.config().text("limit").unwrap_or_default(),
            _ => text(request.payload),
        };
        Ok(ExecutorResult::new(said))
    }

    fn execute_stream(
        &self,
        request: ExecutorStreamRequest,
        host: &Host,
    ) -> Result<ExecutorStreamResult> {
        if request.model == "finite" {
            let chunks = ["a", "", "b"].map(|piece| StreamChunk {
                payload: piece.into(),
            });
            return Ok(ExecutorStreamResult {
                chunks: chunks.into(),
                ..ExecutorStreamResult::default()
            });
        }
        let stream = host.stream()?;
        host.spawn("stream", move |host| {
            for piece in 0..40 {
                if stream.emit(format!("piece {piece}")).is_err() || host.stopping() {
                    return;
                }
            }
            match request.model.as_str() {
                "fails" => drop(stream.fail("no more")),
                "forgets" => drop(stream),
                "panics" => panic!("in a thread"),
                "waits" => while !host.wait(Duration::from_secs(60)) {},
                _ => drop(stream.close()),
            }
        })?;
        Ok(ExecutorStreamResult {
            headers: [("X-A".into(), vec!["1".into()])].into(),
            ..ExecutorStreamResult::default()
        })
    }

    fn count_tokens(&self, request: ExecutorRequest, _: &Host) -> Result<ExecutorResult> {
        Ok(ExecutorResult::new(request.payload.len().to_string()))
    }

    fn http_request(&self, request: ExecutorHttpRequest, host: &Host) -> Result<HttpResult> {
        host.http(HttpRequest {
            method: request.method,
            ..HttpRequest::new(request.url)
        })
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
