use super::plugin;
use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

fn host() -> TestHost {
    TestHost::start(plugin(), "enabled: true\npriority: 0\n")
}

#[test]
fn registers_with_what_cpex_yaml_says() {
    let registered = TestHost::unregistered(plugin()).register("enabled: true\n");
    assert!(registered.is_ok_and(|result| !result.metadata.name.is_empty()));
}
// cpex:if model_registrar

#[test]
fn model_registrar_offers_one_model() {
    let request = ModelRegisterRequest::default();
    let result: Result<ModelRegisterResult> = host().ask("model.register", request);
    assert!(result.is_ok_and(|result| result.provider == PLUGIN_ID && result.models.len() == 1));
}
// cpex:end
// cpex:if model_provider

#[test]
fn model_provider_offers_the_same_model_to_everybody() {
    let (host, request) = (host(), ModelStaticRequest::default());
    let all: Result<ModelResult> = host.ask("model.static", request);
    assert!(all.is_ok_and(|result| result.models.len() == 1));
    let request = ModelForAuthRequest {
        auth_provider: PLUGIN_ID.into(),
        ..ModelForAuthRequest::default()
    };
    let own: Result<ModelResult> = host.ask("model.for_auth", request);
    assert!(own.is_ok_and(|result| result.provider == PLUGIN_ID));
}
// cpex:end
// cpex:if auth_provider

#[test]
fn auth_provider_reads_its_own_files() {
    let request = |provider: &str| AuthParseRequest {
        provider: provider.into(),
        file_name: "ada.json".into(),
        raw_json: br#"{"email":"ada@example.org"}"#.into(),
        ..AuthParseRequest::default()
    };
    let own: Result<AuthParseResult> = host().ask("auth.parse", request(PLUGIN_ID));
    assert!(own.is_ok_and(|result| result.handled && result.auth.label == "ada@example.org"));
    let other: Result<AuthParseResult> = host().ask("auth.parse", request("other"));
    assert!(other.is_ok_and(|result| !result.handled));
}

#[test]
fn auth_provider_logs_in() {
    let host = host();
    let request = AuthLoginStartRequest::default();
    let state = host
        .ask("auth.login.start", request)
        .map_or_else(|_| String::new(), |login: AuthLoginStartResult| login.state);
    let request = AuthLoginPollRequest {
        state,
        ..AuthLoginPollRequest::default()
    };
    let done: Result<AuthLoginPollResult> = host.ask("auth.login.poll", request);
    assert!(done.is_ok_and(|login| login.status == LoginStatus::Success));
}
// cpex:end
// cpex:if frontend_auth_provider

#[test]
fn frontend_auth_provider_leaves_clients_to_others() {
    let request = FrontendAuthRequest::default();
    let result: Result<FrontendAuthResult> = host().ask("frontend_auth.authenticate", request);
    assert!(result.is_ok_and(|result| !result.authenticated));
}
// cpex:end
// cpex:if scheduler

#[test]
fn scheduler_leaves_the_choice_to_the_host() {
    let request = SchedulerPickRequest::default();
    let result: Result<SchedulerPickResult> = host().ask("scheduler.pick", request);
    assert!(result.is_ok_and(|result| !result.handled));
}
// cpex:end
// cpex:if model_router

#[test]
fn model_router_leaves_the_way_to_the_host() {
    let request = ModelRouteRequest::default();
    let result: Result<ModelRouteResult> = host().ask("model.route", request);
    assert!(result.is_ok_and(|result| !result.handled));
}
// cpex:end
// cpex:if executor

#[test]
fn executor_says_again_what_was_said() {
    let host = host();
    let request = |payload: &str| ExecutorRequest {
        payload: payload.into(),
        ..ExecutorRequest::default()
    };
    let chat = r#"{"messages":[{"role":"user","content":"good morning"}]}"#;
    let said: Result<ExecutorResult> = host.ask("executor.execute", request(chat));
    let text = String::from_utf8_lossy(&said.unwrap_or_default().payload).into_owned();
    assert!(text.contains("good morning"));
    let counted: Result<ExecutorResult> = host.ask("executor.count_tokens", request(chat));
    assert!(counted.is_ok_and(|result| result.payload == br#"{"total_tokens":2}"#));
    let broken: Result<ExecutorResult> = host.ask("executor.execute", request("no JSON"));
    assert!(broken.is_err_and(|error| error.status() == Some(400)));
}

#[test]
fn executor_streams_two_chunks() {
    let request = ExecutorStreamRequest {
        payload: br#"{"messages":[]}"#.into(),
        stream_id: "1".into(),
        ..ExecutorStreamRequest::default()
    };
    let result: Result<ExecutorStreamResult> = host().ask("executor.execute_stream", request);
    assert!(result.is_ok_and(|result| result.chunks.len() == 2));
}
// cpex:end
// cpex:if request_translator

#[test]
fn request_translator_leaves_it_to_others() {
    let request = RequestTransformRequest::default();
    let result: Result<BodyResult> = host().ask("request.translate", request);
    assert_eq!(result, Ok(BodyResult::default()));
}
// cpex:end
// cpex:if request_normalizer

#[test]
fn request_normalizer_changes_nothing() {
    let request = RequestTransformRequest::default();
    let result: Result<BodyResult> = host().ask("request.normalize", request);
    assert_eq!(result, Ok(BodyResult::default()));
}
// cpex:end
// cpex:if request_interceptor

#[test]
fn request_interceptor_changes_nothing() {
    let host = host();
    for method in ["request.intercept_before", "request.intercept_after"] {
        let request = RequestInterceptRequest::default();
        let result: Result<RequestInterceptResult> = host.ask(method, request);
        assert_eq!(result, Ok(RequestInterceptResult::default()));
    }
}
// cpex:end
// cpex:if request_lifecycle_plugin

#[test]
fn request_lifecycle_plugin_logs_how_a_request_ended() {
    let host = host();
    let request = RequestCompleteRequest {
        request_id: "1".into(),
        outcome: "succeeded".into(),
        ..RequestCompleteRequest::default()
    };
    let result: Result<()> = host.ask("request.complete", request);
    assert_eq!(result, Ok(()));
    assert_eq!(host.logs(), ["request 1: succeeded"]);
}
// cpex:end
// cpex:if response_translator

#[test]
fn response_translator_leaves_it_to_others() {
    let request = ResponseTransformRequest::default();
    let result: Result<BodyResult> = host().ask("response.translate", request);
    assert_eq!(result, Ok(BodyResult::default()));
}
// cpex:end
// cpex:if response_before_translator

#[test]
fn response_before_translator_changes_nothing() {
    let request = ResponseTransformRequest::default();
    let result: Result<BodyResult> = host().ask("response.normalize_before", request);
    assert_eq!(result, Ok(BodyResult::default()));
}
// cpex:end
// cpex:if response_after_translator

#[test]
fn response_after_translator_changes_nothing() {
    let request = ResponseTransformRequest::default();
    let result: Result<BodyResult> = host().ask("response.normalize_after", request);
    assert_eq!(result, Ok(BodyResult::default()));
}
// cpex:end
// cpex:if response_interceptor

#[test]
fn response_interceptor_changes_nothing() {
    let request = ResponseInterceptRequest::default();
    let result: Result<ResponseInterceptResult> = host().ask("response.intercept_after", request);
    assert_eq!(result, Ok(ResponseInterceptResult::default()));
}
// cpex:end
// cpex:if response_stream_interceptor

#[test]
fn response_stream_interceptor_changes_nothing() {
    let request = StreamChunkInterceptRequest::default();
    let result: Result<StreamChunkInterceptResult> =
        host().ask("response.intercept_stream_chunk", request);
    assert_eq!(result, Ok(StreamChunkInterceptResult::default()));
}
// cpex:end
// cpex:if thinking_applier

#[test]
fn thinking_applier_gives_the_body_back() {
    let request = ThinkingApplyRequest {
        body: b"{}".into(),
        ..ThinkingApplyRequest::default()
    };
    let result: Result<BodyResult> = host().ask("thinking.apply", request);
    assert_eq!(result, Ok(BodyResult::new("{}")));
}
// cpex:end
// cpex:if usage_plugin

#[test]
fn usage_plugin_logs_what_a_request_cost() {
    let host = host();
    let mut request = UsageHandleRequest {
        model: "some-model".into(),
        ..UsageHandleRequest::default()
    };
    request.detail.total_tokens = 7;
    let result: Result<()> = host.ask("usage.handle", request);
    assert_eq!(result, Ok(()));
    assert_eq!(host.logs(), ["some-model: 7 tokens"]);
}
// cpex:end
// cpex:if command_line_plugin

#[test]
fn command_line_plugin_says_hello() {
    let host = host();
    let request = CommandLineRegisterRequest::default();
    let flags: Result<CommandLineRegisterResult> = host.ask("command_line.register", request);
    assert!(flags.is_ok_and(|result| result.flags.len() == 1));
    let request = CommandLineExecuteRequest::default();
    let result: Result<CommandLineExecuteResult> = host.ask("command_line.execute", request);
    assert!(
        result.is_ok_and(|result| result.exit_code == 0 && result.stdout.starts_with(b"Hello"))
    );
}
// cpex:end
// cpex:if management_api

#[test]
fn management_api_answers_for_its_routes_and_pages() {
    let host = host();
    let request = ManagementRegisterRequest::default();
    let named: Result<ManagementRegisterResult> = host.ask("management.register", request);
    assert!(named.is_ok_and(|result| result.routes.len() == 1 && result.resources.len() == 1));
    for (path, status) in [
        (format!("/v0/management/plugins/{PLUGIN_ID}/status"), 200),
        (format!("/v0/resource/plugins/{PLUGIN_ID}/panel"), 200),
        ("/elsewhere".into(), 404),
    ] {
        let request = ManagementHandleRequest {
            path,
            ..ManagementHandleRequest::default()
        };
        let result: Result<HttpResult> = host.ask("management.handle", request);
        assert!(result.is_ok_and(|result| result.status_code == status));
    }
}
// cpex:end
