mod cpex;
#[cfg(test)]
mod tests;

use cpex::prelude::*;

/// What this plugin answers. The host asks once, when it loads the plugin.
fn plugin() -> Plugin {
    let mut plugin = Plugin::new();
    // cpex:if model_registrar
    plugin.model_registrar(MyModelRegistrar);
    // cpex:end
    // cpex:if model_provider
    plugin.model_provider(MyModelProvider);
    // cpex:end
    // cpex:if auth_provider
    plugin.auth_provider(MyAuthProvider);
    // cpex:end
    // cpex:if frontend_auth_provider
    plugin.frontend_auth_provider(MyFrontendAuthProvider);
    // cpex:end
    // cpex:if scheduler
    plugin.scheduler(MyScheduler);
    // cpex:end
    // cpex:if model_router
    plugin.model_router(MyModelRouter);
    // cpex:end
    // cpex:if executor
    plugin.executor(MyExecutor);
    // cpex:end
    // cpex:if request_translator
    plugin.request_translator(MyRequestTranslator);
    // cpex:end
    // cpex:if request_normalizer
    plugin.request_normalizer(MyRequestNormalizer);
    // cpex:end
    // cpex:if request_interceptor
    plugin.request_interceptor(MyRequestInterceptor);
    // cpex:end
    // cpex:if request_lifecycle_plugin
    plugin.request_lifecycle_plugin(MyRequestLifecyclePlugin);
    // cpex:end
    // cpex:if response_translator
    plugin.response_translator(MyResponseTranslator);
    // cpex:end
    // cpex:if response_before_translator
    plugin.response_before_translator(MyResponseBeforeTranslator);
    // cpex:end
    // cpex:if response_after_translator
    plugin.response_after_translator(MyResponseAfterTranslator);
    // cpex:end
    // cpex:if response_interceptor
    plugin.response_interceptor(MyResponseInterceptor);
    // cpex:end
    // cpex:if response_stream_interceptor
    plugin.response_stream_interceptor(MyResponseStreamInterceptor);
    // cpex:end
    // cpex:if thinking_applier
    plugin.thinking_applier(MyThinkingApplier);
    // cpex:end
    // cpex:if usage_plugin
    plugin.usage_plugin(MyUsagePlugin);
    // cpex:end
    // cpex:if command_line_plugin
    plugin.command_line_plugin(MyCommandLinePlugin);
    // cpex:end
    // cpex:if management_api
    plugin.management_api(MyManagementApi);
    // cpex:end
    plugin
}
// cpex:if model_registrar|model_provider

/// The models that this plugin offers.
fn models() -> Vec<ModelInfo> {
    vec![ModelInfo {
        object: "model".into(),
        owned_by: PLUGIN_ID.into(),
        ..ModelInfo::new(format!("{PLUGIN_ID}-1"))
    }]
}
// cpex:end
// cpex:if model_registrar

/// Names models, for a provider that others serve.
struct MyModelRegistrar;

impl ModelRegistrar for MyModelRegistrar {
    fn register(&self, _: ModelRegisterRequest, _: &Host) -> Result<ModelRegisterResult> {
        Ok(ModelRegisterResult::new(PLUGIN_ID, models()))
    }
}
// cpex:end
// cpex:if model_provider

/// Names the models of this plugin's own provider.
struct MyModelProvider;

impl ModelProvider for MyModelProvider {
    /// Those that need no credential.
    fn model_static(&self, _: ModelStaticRequest, _: &Host) -> Result<ModelResult> {
        Ok(ModelResult::new(PLUGIN_ID, models()))
    }

    /// Those that a credential gives access to.
    fn model_for_auth(&self, request: ModelForAuthRequest, _: &Host) -> Result<ModelResult> {
        Ok(ModelResult::new(request.auth_provider, models()))
    }
}
// cpex:end
// cpex:if auth_provider

/// Reads, obtains and renews the credentials of one provider.
struct MyAuthProvider;

impl AuthProvider for MyAuthProvider {
    fn identifier(&self) -> String {
        PLUGIN_ID.into()
    }

    /// Reads a credential file, if it is one of this provider.
    fn parse(&self, request: AuthParseRequest, _: &Host) -> Result<AuthParseResult> {
        if request.provider != PLUGIN_ID {
            return Ok(AuthParseResult::new(false));
        }
        let file: Value = serde_json::from_slice(&request.raw_json)?;
        let mut result = AuthParseResult::new(true);
        result.auth = AuthData {
            provider: request.provider,
            id: request.file_name.clone(),
            file_name: request.file_name,
            label: file["email"].as_str().unwrap_or_default().into(),
            storage_json: request.raw_json,
            ..AuthData::default()
        };
        Ok(result)
    }

    /// Begins a login: the user opens the page, and the host polls until the login is done.
    fn login_start(
        &self,
        request: AuthLoginStartRequest,
        _: &Host,
    ) -> Result<AuthLoginStartResult> {
        let url = "https://example.com/login?state=sample-state";
        Ok(AuthLoginStartResult {
            provider: request.provider,
            ..AuthLoginStartResult::new(url, "sample-state")
        })
    }

    /// Says how far a login is, and gives its credential when it is done.
    fn login_poll(&self, request: AuthLoginPollRequest, _: &Host) -> Result<AuthLoginPollResult> {
        if request.state != "sample-state" {
            return Ok(AuthLoginPollResult {
                message: "no such login".into(),
                ..AuthLoginPollResult::new(LoginStatus::Error)
            });
        }
        let file = format!("{PLUGIN_ID}.json");
        let mut result = AuthLoginPollResult::new(LoginStatus::Success);
        result.auth = AuthData {
            storage_json: serde_json::to_vec(&json!({ "type": request.provider }))?,
            provider: request.provider,
            id: file.clone(),
            file_name: file,
            ..AuthData::default()
        };
        Ok(result)
    }

    /// Renews a credential; what stays empty keeps its old value.
    fn refresh(&self, request: AuthRefreshRequest, _: &Host) -> Result<AuthRefreshResult> {
        Ok(AuthRefreshResult::new(AuthData {
            provider: request.auth_provider,
            id: request.auth_id,
            storage_json: request.storage_json,
            ..AuthData::default()
        }))
    }
}
// cpex:end
// cpex:if frontend_auth_provider

/// Says who a client of the host is.
struct MyFrontendAuthProvider;

impl FrontendAuthProvider for MyFrontendAuthProvider {
    fn identifier(&self) -> String {
        PLUGIN_ID.into()
    }

    /// A client that is not authenticated here goes on to the next provider.
    fn authenticate(&self, _: FrontendAuthRequest, _: &Host) -> Result<FrontendAuthResult> {
        Ok(FrontendAuthResult::new(false))
    }
}
// cpex:end
// cpex:if scheduler

/// Picks the credential for a request.
struct MyScheduler;

impl Scheduler for MyScheduler {
    /// What is not handled is the host's to pick. An error rejects the request.
    fn pick(&self, _: SchedulerPickRequest, _: &Host) -> Result<SchedulerPickResult> {
        Ok(SchedulerPickResult::new(false))
    }
}
// cpex:end
// cpex:if model_router

/// Decides who serves a request.
struct MyModelRouter;

impl ModelRouter for MyModelRouter {
    /// What is not handled goes the host's own way.
    fn route(&self, _: ModelRouteRequest, _: &Host) -> Result<ModelRouteResult> {
        Ok(ModelRouteResult::new(false))
    }
}
// cpex:end
// cpex:if executor

/// Serves requests for models: here, says again what the user said last.
struct MyExecutor;

impl Executor for MyExecutor {
    fn identifier(&self) -> String {
        PLUGIN_ID.into()
    }

    fn input_formats(&self) -> Vec<String> {
        vec!["openai".into()]
    }

    fn output_formats(&self) -> Vec<String> {
        vec!["openai".into()]
    }

    fn execute(&self, request: ExecutorRequest, _: &Host) -> Result<ExecutorResult> {
        let said = last_message(&request.payload)?;
        let answer = json!({
            "id": PLUGIN_ID,
            "object": "chat.completion",
            "created": 0,
            "model": request.model,
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": said },
                "finish_reason": "stop",
            }],
        });
        Ok(ExecutorResult::new(serde_json::to_vec(&answer)?))
    }

    /// One that takes its time returns no chunks, and writes to `host.stream()` from a thread of
    /// `host.spawn`.
    fn execute_stream(
        &self,
        request: ExecutorStreamRequest,
        _: &Host,
    ) -> Result<ExecutorStreamResult> {
        let said = last_message(&request.payload)?;
        let chunk = |delta: Value, finish_reason: Value| -> Result<StreamChunk> {
            let payload = serde_json::to_vec(&json!({
                "id": PLUGIN_ID,
                "object": "chat.completion.chunk",
                "created": 0,
                "model": request.model,
                "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
            }))?;
            Ok(StreamChunk { payload })
        };
        let first = json!({ "role": "assistant", "content": said });
        let chunks = vec![chunk(first, json!(null))?, chunk(json!({}), json!("stop"))?];
        Ok(ExecutorStreamResult {
            chunks,
            ..ExecutorStreamResult::default()
        })
    }

    /// Here, the words of the last message.
    fn count_tokens(&self, request: ExecutorRequest, _: &Host) -> Result<ExecutorResult> {
        let words = last_message(&request.payload)?.split_whitespace().count();
        let answer = json!({ "total_tokens": words });
        Ok(ExecutorResult::new(serde_json::to_vec(&answer)?))
    }

    /// Makes a request of somebody else's with a credential of this provider.
    fn http_request(&self, _: ExecutorHttpRequest, _: &Host) -> Result<HttpResult> {
        Ok(HttpResult {
            status_code: 501,
            body: b"this provider makes no requests for others".into(),
            ..HttpResult::default()
        })
    }
}

/// What the user said last, in a chat completion request.
fn last_message(payload: &[u8]) -> Result<String> {
    let body: Value = serde_json::from_slice(payload)
        .map_err(|_| Error::new("invalid_request", "The body is not JSON.").with_status(400))?;
    let messages = body["messages"].as_array().into_iter().flatten();
    let mut said = messages.filter(|message| message["role"] == "user");
    let last = said
        .next_back()
        .and_then(|message| message["content"].as_str());
    Ok(last.unwrap_or_default().to_owned())
}
// cpex:end
// cpex:if request_translator

/// Translates requests from one format into another.
struct MyRequestTranslator;

impl RequestTranslator for MyRequestTranslator {
    /// An empty body leaves it to others.
    fn translate(&self, _: RequestTransformRequest, _: &Host) -> Result<BodyResult> {
        Ok(BodyResult::default())
    }
}
// cpex:end
// cpex:if request_normalizer

/// Changes requests after their translation.
struct MyRequestNormalizer;

impl RequestNormalizer for MyRequestNormalizer {
    /// An empty body leaves the request as it is.
    fn normalize(&self, _: RequestTransformRequest, _: &Host) -> Result<BodyResult> {
        Ok(BodyResult::default())
    }
}
// cpex:end
// cpex:if request_interceptor

/// Sees requests on their way: changes them, or ends them with `terminate`.
struct MyRequestInterceptor;

impl RequestInterceptor for MyRequestInterceptor {
    /// Before a credential is chosen. What is left at its default changes nothing.
    fn intercept_before(
        &self,
        _: RequestInterceptRequest,
        _: &Host,
    ) -> Result<RequestInterceptResult> {
        Ok(RequestInterceptResult::default())
    }

    /// In the format of the provider that will serve it.
    fn intercept_after(
        &self,
        _: RequestInterceptRequest,
        _: &Host,
    ) -> Result<RequestInterceptResult> {
        Ok(RequestInterceptResult::default())
    }
}
// cpex:end
// cpex:if request_lifecycle_plugin

/// Hears how requests end.
struct MyRequestLifecyclePlugin;

impl RequestLifecyclePlugin for MyRequestLifecyclePlugin {
    fn complete(&self, request: RequestCompleteRequest, host: &Host) -> Result<()> {
        host.info(format!(
            "request {}: {}",
            request.request_id, request.outcome
        ))
    }
}
// cpex:end
// cpex:if response_translator

/// Translates responses from one format into another.
struct MyResponseTranslator;

impl ResponseTranslator for MyResponseTranslator {
    /// An empty body leaves it to others.
    fn translate(&self, _: ResponseTransformRequest, _: &Host) -> Result<BodyResult> {
        Ok(BodyResult::default())
    }
}
// cpex:end
// cpex:if response_before_translator

/// Changes responses before their translation.
struct MyResponseBeforeTranslator;

impl ResponseBeforeTranslator for MyResponseBeforeTranslator {
    /// An empty body leaves the response as it is.
    fn normalize_before(&self, _: ResponseTransformRequest, _: &Host) -> Result<BodyResult> {
        Ok(BodyResult::default())
    }
}
// cpex:end
// cpex:if response_after_translator

/// Changes responses after their translation.
struct MyResponseAfterTranslator;

impl ResponseAfterTranslator for MyResponseAfterTranslator {
    /// An empty body leaves the response as it is.
    fn normalize_after(&self, _: ResponseTransformRequest, _: &Host) -> Result<BodyResult> {
        Ok(BodyResult::default())
    }
}
// cpex:end
// cpex:if response_interceptor

/// Changes complete responses.
struct MyResponseInterceptor;

impl ResponseInterceptor for MyResponseInterceptor {
    /// What is left at its default changes nothing.
    fn intercept_after(
        &self,
        _: ResponseInterceptRequest,
        _: &Host,
    ) -> Result<ResponseInterceptResult> {
        Ok(ResponseInterceptResult::default())
    }
}
// cpex:end
// cpex:if response_stream_interceptor

/// Changes the pieces of streamed responses.
struct MyResponseStreamInterceptor;

impl ResponseStreamInterceptor for MyResponseStreamInterceptor {
    /// Comes with `chunk_index` -1 for the headers, then from 0 on for each piece.
    fn intercept_stream_chunk(
        &self,
        _: StreamChunkInterceptRequest,
        _: &Host,
    ) -> Result<StreamChunkInterceptResult> {
        Ok(StreamChunkInterceptResult::default())
    }
}
// cpex:end
// cpex:if thinking_applier

/// Writes the wanted amount of thinking into requests of one provider.
struct MyThinkingApplier;

impl ThinkingApplier for MyThinkingApplier {
    fn identifier(&self) -> String {
        PLUGIN_ID.into()
    }

    fn apply(&self, request: ThinkingApplyRequest, _: &Host) -> Result<BodyResult> {
        Ok(BodyResult::new(request.body))
    }
}
// cpex:end
// cpex:if usage_plugin

/// Hears what requests cost.
struct MyUsagePlugin;

impl UsagePlugin for MyUsagePlugin {
    fn handle(&self, request: UsageHandleRequest, host: &Host) -> Result<()> {
        let tokens = request.detail.total_tokens;
        host.info(format!("{}: {tokens} tokens", request.model))
    }
}
// cpex:end
// cpex:if command_line_plugin

/// Adds flags to the command line of the host.
struct MyCommandLinePlugin;

impl CommandLinePlugin for MyCommandLinePlugin {
    fn register(
        &self,
        _: CommandLineRegisterRequest,
        _: &Host,
    ) -> Result<CommandLineRegisterResult> {
        let hello = CommandLineFlag {
            usage: "Say hello.".into(),
            r#type: "bool".into(),
            ..CommandLineFlag::new(format!("{PLUGIN_ID}-hello"))
        };
        Ok(CommandLineRegisterResult::new(vec![hello]))
    }

    /// Runs when one of the flags was given.
    fn execute(&self, _: CommandLineExecuteRequest, _: &Host) -> Result<CommandLineExecuteResult> {
        Ok(CommandLineExecuteResult {
            stdout: format!("Hello from {PLUGIN_ID}\n").into(),
            ..CommandLineExecuteResult::default()
        })
    }
}
// cpex:end
// cpex:if management_api

/// Adds routes, which need the management key, and pages, which anybody may open.
struct MyManagementApi;

impl ManagementApi for MyManagementApi {
    fn register(&self, _: ManagementRegisterRequest, _: &Host) -> Result<ManagementRegisterResult> {
        let status = ManagementRoute {
            method: "GET".into(),
            description: "Whether all is well.".into(),
            ..ManagementRoute::new(format!("/plugins/{PLUGIN_ID}/status"))
        };
        let panel = ManagementResource {
            menu: PLUGIN_ID.into(),
            description: "A page.".into(),
            ..ManagementResource::new("/panel")
        };
        Ok(ManagementRegisterResult {
            routes: vec![status],
            resources: vec![panel],
        })
    }

    /// Answers for all of them, by their full paths.
    fn handle(&self, request: ManagementHandleRequest, _: &Host) -> Result<HttpResult> {
        let status = format!("/v0/management/plugins/{PLUGIN_ID}/status");
        let panel = format!("/v0/resource/plugins/{PLUGIN_ID}/panel");
        let (content_type, body) = if request.path == status {
            ("application/json", json!({ "status": "ok" }).to_string())
        } else if request.path == panel {
            let head = "<!doctype html>\n<meta charset=\"utf-8\">\n";
            let page = format!("{head}<title>{PLUGIN_ID}</title>\n<h1>{PLUGIN_ID}</h1>\n");
            ("text/html; charset=utf-8", page)
        } else {
            return Ok(HttpResult {
                status_code: 404,
                ..HttpResult::default()
            });
        };
        Ok(HttpResult {
            status_code: 200,
            headers: [("Content-Type".into(), vec![content_type.into()])].into(),
            body: body.into(),
        })
    }
}
// cpex:end
